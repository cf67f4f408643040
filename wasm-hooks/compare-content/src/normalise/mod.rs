//! What a build writes into a file though nothing changed: left out, by the name of the file.
//!
//! Which names, and what of them, is as openSUSE's build-compare has it. Invariant: nothing is left out of a program, whatever its
//! name promises, but remarks and the package's own name.

mod anchors;
mod binary;
mod html;
mod man;
mod rules;
mod texts;

use crate::pattern::{Fuel, Rule};
use crate::{Release, glob};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// How something is left out.
enum How {
    /// Of lines, one rule after the other.
    Rules(&'static [Rule]),
    /// Of the text as a whole.
    Text(fn(&[u8]) -> Vec<u8>),
    /// The same, where it is what it should be.
    TextOf(fn(&[u8]) -> Option<Vec<u8>>),
    /// Of a text that may say which build it is.
    Released(fn(&[u8], Release<'_>) -> Vec<u8>),
    /// Of what is no text; none where it is not what it should be.
    Bytes(fn(&mut [u8]) -> Option<()>),
}

/// The first one counts whose names have the file.
const WAYS: [(&[&str], How); 28] = [
    (&["*.spec"], How::Rules(rules::SPEC)),
    (
        &["/usr/share/doc/*/changelog.Debian", "/usr/share/doc/*/changelog"],
        How::Released(texts::debian_changelog),
    ),
    (&["*/xen*.efi"], How::Bytes(binary::efi)),
    (&["*.pyc", "*.pyo"], How::Bytes(binary::python)),
    (&["*.dvi"], How::Bytes(binary::dvi)),
    (&["*.png"], How::Bytes(binary::png)),
    (
        &[
            "/usr/share/locale/*/LC_MESSAGES/*.mo",
            "/usr/share/locale-bundle/*/LC_MESSAGES/*.mo",
            "/usr/share/vdr/locale/*/LC_MESSAGES/*.mo",
        ],
        How::Rules(rules::MO),
    ),
    (&["*/rdoc/files/*.html"], How::Text(html::rdoc)),
    (
        &[
            "/usr/share/doc/HTML/*/*/index.cache",
            "/usr/share/doc/kde/HTML/*/*/index.cache",
            "/usr/share/doc/kde/HTML/*/*/*/index.cache",
            "/usr/share/gtk-doc/html/*/*.html",
            "/usr/share/gtk-doc/html/*/*.devhelp2",
        ],
        How::Text(html::gtk_doc),
    ),
    (
        &[
            "/usr/share/doc/packages/*/*.html",
            "/usr/share/doc/packages/*/*/*.html",
            "/usr/share/doc/*/html/*.html",
            "/usr/share/doc/kde/HTML/*/*/*.html",
        ],
        How::Text(html::doc),
    ),
    (
        &["/usr/*/javadoc/deprecated-list.html", "/usr/*/javadoc/*/deprecated-list.html"],
        How::Text(html::javadoc_sorted),
    ),
    (&["/usr/*/javadoc/*.html"], How::Text(html::javadoc)),
    (
        &["/usr/share/javadoc/gjdoc.properties", "/usr/share/javadoc/*/gjdoc.properties"],
        How::Rules(rules::GJDOC_PROPERTIES),
    ),
    (&["*/fonts.scale", "*/fonts.dir", "*/encodings.dir"], How::Text(texts::sorted)),
    (&["/var/adm/perl-modules/*"], How::Rules(rules::PERL_MODULES)),
    (&["/usr/share/man/man3/*3pm"], How::Text(man::perl)),
    (&["*/share/man/*", "/usr/lib/texmf/doc/man/*/*"], How::Text(man::page)),
    (&["*.elc"], How::Text(texts::elc)),
    (&["*/libtool"], How::Rules(rules::LIBTOOL)),
    (&["/etc/mail/*cf", "/etc/sendmail.cf"], How::Rules(rules::SENDMAIL)),
    (&["/usr/lib*/R/library/*/DESCRIPTION"], How::Rules(rules::R_DESCRIPTION)),
    (&["*/Linux*Env.Set.sh"], How::Rules(rules::LIBREOFFICE)),
    (&["/var/adm/update-messages/*", "/var/adm/update-scripts/*"], How::Released(texts::update)),
    (&["*.ps"], How::TextOf(texts::postscript)),
    (&["*.pdf"], How::TextOf(texts::pdf)),
    (&["*/linuxrc.config"], How::Rules(rules::LINUXRC)),
    (&["*/etc/hosts"], How::Rules(rules::HOSTS)),
    (&["*/dune-package"], How::Text(texts::dune)),
];

/// Programs of which something is left out: a remark, or the package's own name.
const PROGRAMS: [&str; 3] = ["*/libtool", "*/Linux*Env.Set.sh", "/var/adm/update-scripts/*"];

/// Whether the system runs it, whatever its name says.
pub(crate) fn is_program(bytes: &[u8]) -> bool {
    bytes.starts_with(b"#!") || bytes.starts_with(b"\x7fELF")
}

/// Whether something is left out of files of a name.
pub(crate) fn is_known(name: &str) -> bool {
    WAYS.iter().any(|(names, _)| glob::any(names, name))
}

/// A file without what the build wrote into it; none where its name says nothing, or it is not what its name says.
pub(crate) fn normalised(name: &str, bytes: &[u8], release: Release<'_>) -> Option<Vec<u8>> {
    let (_, how) = WAYS.iter().find(|(names, _)| glob::any(names, name))?;
    if is_program(bytes) && !glob::any(&PROGRAMS, name) {
        return None;
    }
    match how {
        How::Rules(rules) => Some(lines(bytes, rules)),
        How::Text(without) => Some(without(bytes)),
        How::TextOf(without) => without(bytes),
        How::Released(without) => Some(without(bytes, release)),
        How::Bytes(without) => {
            let mut bytes = bytes.to_vec();
            without(&mut bytes).map(|()| bytes)
        }
    }
}

/// Every line by all rules.
fn lines(text: &[u8], rules: &[Rule]) -> Vec<u8> {
    let mut fuel = Fuel::of(text);
    each_line(text, |_, line| Some(by_rules(line, rules, &mut fuel)))
}

fn by_rules<'a>(line: &'a [u8], rules: &[Rule], fuel: &mut Fuel) -> Cow<'a, [u8]> {
    let mut line = Cow::Borrowed(line);
    for rule in rules {
        if let Some(changed) = rule.apply(&line, fuel) {
            line = Cow::Owned(changed);
        }
    }
    line
}

/// A text anew, with what is made of each line, which is counted from 0; lines of which nothing is made are gone.
fn each_line<'a>(text: &'a [u8], mut make: impl FnMut(usize, &'a [u8]) -> Option<Cow<'a, [u8]>>) -> Vec<u8> {
    let mut made = Vec::with_capacity(text.len());
    for (number, whole) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (line, newline) = whole.strip_suffix(b"\n").map_or((whole, &b""[..]), |line| (line, b"\n"));
        if let Some(line) = make(number, line) {
            made.extend_from_slice(&line);
            made.extend_from_slice(newline);
        }
    }
    made
}
