//! Links of a page, and what they can lead to.

use crate::Page;
use std::collections::BTreeSet;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The line that it is in, from 1.
    pub line: usize,
    /// Where it leads, as it is written.
    pub to: String,
}

/// The lines of a page that are no code, each with its number.
fn prose(page: &Page) -> impl Iterator<Item = (usize, String)> {
    let mut is_code = false;
    let without_code = move |(index, line): (usize, &str)| {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            return None;
        }
        let outside =
            |(i, part): (usize, &str)| if i % 2 == 0 { part.to_owned() } else { "`".repeat(part.len()) };
        (!is_code).then(|| (index + 1, line.split('`').enumerate().map(outside).collect()))
    };
    page.text.lines().enumerate().filter_map(without_code)
}

/// Every link of a page.
pub fn links(page: &Page) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, text) in prose(page) {
        for part in text.split("](").skip(1) {
            let to = part.split(')').next().unwrap_or_default().to_owned();
            links.push(Link { line, to });
        }
    }
    links
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
pub fn anchors(page: &Page) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut is_code = false;
    for line in page.text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = |c: char| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
            _ => None,
        };
        anchors.insert(heading.trim().chars().filter_map(kept).collect());
    }
    anchors
}
