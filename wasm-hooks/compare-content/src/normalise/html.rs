//! Pages that a program made of sources: when, with which version, and under which running numbers.

use super::anchors::without_anchors;
use super::texts::sorted;
use super::{by_rules, each_line, lines, rules};
use crate::pattern::{Fuel, Rule};
use alloc::vec::Vec;

/// Of rdoc.
pub(super) fn rdoc(text: &[u8]) -> Vec<u8> {
    without_anchors(&lines(text, rules::RDOC))
}

/// Of gtk-doc, and indexes of KDE.
pub(super) fn gtk_doc(text: &[u8]) -> Vec<u8> {
    by_head(&without_anchors(text), rules::GTK_DOC_HEAD, &[])
}

/// Of texinfo and doxygen.
pub(super) fn doc(text: &[u8]) -> Vec<u8> {
    without_anchors(&lines(text, rules::DOC))
}

/// Of javadoc.
pub(super) fn javadoc(text: &[u8]) -> Vec<u8> {
    by_head(&without_anchors(text), rules::JAVADOC_HEAD, rules::JAVADOC_BODY)
}

/// A list of javadoc that is in any order.
pub(super) fn javadoc_sorted(text: &[u8]) -> Vec<u8> {
    sorted(&javadoc(text))
}

/// Some rules for lines between those with `<head>` and `</head>`, others for the rest.
fn by_head(text: &[u8], head: &[Rule], rest: &[Rule]) -> Vec<u8> {
    let mut fuel = Fuel::of(text);
    let mut is_head = false;
    each_line(text, |_, line| {
        is_head = if is_head { !line.starts_with(b"</head>") } else { line.starts_with(b"<head>") };
        Some(by_rules(line, if is_head { head } else { rest }, &mut fuel))
    })
}
