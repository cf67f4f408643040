//! Tables over the whole of the files. Grammars are tested beside their code.

mod admit;
mod allocate;
pub(crate) mod keys;
mod lines;
mod lock;
mod mangled;
mod merge;
mod problems;

use crate::{HooksFile, Policy};
use skink_job::Digest;

/// The sha256 that is the given byte 32 times.
fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn policy(text: &str) -> Policy {
    // Short digests keep the tables readable.
    let text = ["aa", "bb", "cc"]
        .iter()
        .fold(text.to_owned(), |text, byte| text.replace(&format!("<{byte}>"), &byte.repeat(32)));
    Policy::parse(&text, "policy.toml").unwrap_or_else(|problems| panic!("{problems}"))
}

fn hooks(text: &str) -> HooksFile {
    HooksFile::parse(text, "_hooks").unwrap_or_else(|problems| panic!("{problems}"))
}
