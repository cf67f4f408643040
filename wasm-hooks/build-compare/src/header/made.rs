//! Headers for tests.

use super::{Header, release};
use crate::difference::Differences;
use crate::sides::Sides;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::packages::{Field, FileTable, Format};

pub(crate) fn table() -> FileTable {
    FileTable {
        paths: String::new(),
        modes: Vec::new(),
        sizes: Vec::new(),
        modified: Vec::new(),
        owners: String::new(),
        groups: String::new(),
        flags: Vec::new(),
        verify: Vec::new(),
        digests: String::new(),
        targets: String::new(),
        devices: Vec::new(),
        inodes: Vec::new(),
        languages: String::new(),
        classes: String::new(),
        colours: Vec::new(),
        capabilities: String::new(),
        dependency_counts: Vec::new(),
        dependencies: Vec::new(),
    }
}

/// A header of these fields and nothing else.
pub(crate) fn header(format: Format, fields: &[(&str, &str)]) -> Header {
    let field = |(name, value): &(&str, &str)| Field {
        name: (*name).to_owned(),
        values: [(*value).to_owned()].into(),
    };
    let fields: Vec<Field> = fields.iter().map(field).collect();
    Header {
        format,
        is_source: false,
        release: release(format, &fields),
        fields,
        dependencies: Vec::new(),
        scripts: Vec::new(),
        triggers: Vec::new(),
        change: None,
        files: table(),
    }
}

/// An RPM `hello-1.0-RELEASE`.
pub(crate) fn rpm(release: &str) -> Header {
    header(Format::Rpm, &[("name", "hello"), ("version", "1.0"), ("release", release)])
}

/// What a comparison finds: code, field, old and new.
pub(crate) fn found(
    sides: Sides<'_>,
    compare: impl Fn(Sides<'_>, &mut Differences),
) -> Vec<(&'static str, String, Option<String>, Option<String>)> {
    let mut found = Differences::new(100);
    compare(sides, &mut found);
    let told = |difference: crate::difference::Difference| {
        (difference.code.as_str(), difference.field.unwrap_or_default(), difference.old, difference.new)
    };
    found.list.into_iter().map(told).collect()
}
