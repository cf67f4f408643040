//! Tells whether two builds' contents of a file are the same in what counts, and what differs first.
//!
//! A build that is done again writes other times, names of machines and numbers of builds into its files, though nothing
//! changed. What is left out of a comparison, and where, is what openSUSE's build-compare leaves out; where that hides
//! what a user would run, as relocations of objects, more is compared here than there.
//!
//! Contents come out of builds that nobody trusts. Invariant: what cannot be understood within the bounds of `walk.rs` is
//! compared byte by byte, so that an error of any kind says "differs", and never "the same".
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod archive;
mod elf;
mod excerpt;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod glob;
mod ignore;
mod kind;
#[cfg(any(test, feature = "fuzz"))]
mod native;
mod normalise;
mod numbers;
mod pattern;
mod release;
#[cfg(test)]
mod tests;
mod walk;

#[cfg(any(test, feature = "fuzz"))]
pub use native::Native;

use alloc::string::String;
use alloc::vec::Vec;

/// What the host does, and a module would do slower.
pub trait Host {
    /// Unpacks what gzip, bzip2, xz, lzma or zstd compressed, to at most `max` bytes; none where it is something else.
    fn decompress(&self, bytes: &[u8], max: u64) -> Result<Option<Vec<u8>>, String>;
    /// Reads a program or library; none where it is something else.
    fn elf(&self, bytes: &[u8]) -> Result<Option<Elf>, String>;
}

/// A program or library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// 32 or 64.
    pub bits: u32,
    /// `e_machine`.
    pub machine: u32,
    /// `e_type`.
    pub kind: u32,
    /// All but the empty first one.
    pub sections: Vec<Section>,
}

/// A section of a program or library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Such as `.text`.
    pub name: String,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_size`.
    pub size: u64,
    /// `sh_offset`.
    pub offset: u64,
    /// `sh_addr`.
    pub address: u64,
    /// Of its bytes in the file.
    pub sha256: String,
}

/// What a package is called. Of a deb, whose version is one word, `release` is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release<'a> {
    /// Of the package.
    pub name: &'a str,
    /// Without the release.
    pub version: &'a str,
    /// With the number of the build.
    pub release: &'a str,
}

/// One build's content of a file.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// Of the package that it is in.
    pub release: Release<'a>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file, then members of archives, the outermost first.
    pub path: Vec<String>,
    /// `section .rodata, offset 0x40`, `line 12`, `offset 0x40`; none where it is all of it.
    pub part: Option<String>,
    /// What is there in the old build, printable, at most 200 characters; none where there is nothing.
    pub old: Option<String>,
    /// The same of the new build.
    pub new: Option<String>,
    /// In a few words.
    pub why: String,
}

/// A text without the release and the number of the build, where they stand for no change: in lines with a path below
/// `/boot`, `/lib/modules`, `/lib/firmware` or `/usr/src`, at the end of a line, in names of update scripts, and in what
/// packages of kernel modules say.
pub fn without_release(text: &str, release: Release<'_>) -> String {
    String::from_utf8_lossy(&release::without(text.as_bytes(), release)).into_owned()
}

/// What differs in a file, at most `max`, and at least one; nothing where all that counts is the same. Never fails: what
/// cannot be understood is compared byte by byte.
pub fn compare<H: Host>(host: &H, path: &str, old: Side<'_>, new: Side<'_>, max: usize) -> Vec<Difference> {
    walk::Walk::new(host, max).whole(path, old, new)
}
