//! The file `control`: one paragraph of fields, as dpkg reads it.

use crate::PackageError;
use std::collections::HashSet;

/// The fields in their order. A value keeps its lines, each with the blank that it begins with.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, PackageError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let (mut names, mut is_over) = (HashSet::new(), false);
    for line in text.lines() {
        if line.is_empty() {
            is_over = !fields.is_empty();
            continue;
        }
        if is_over {
            return Err(wrong("has more than one paragraph", line));
        }
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut().ok_or_else(|| wrong("begins within a field", line))?;
            if line.trim().is_empty() {
                return Err(wrong("has a line of blanks in a field", line));
            }
            value.push('\n');
            value.push_str(line);
            continue;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("has a line without a field", line))?;
        let name = name.trim_end();
        if name.is_empty() || name.starts_with('-') || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("has a field without a proper name", line));
        }
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(wrong("has a field twice", line));
        }
        fields.push((name.to_owned(), value.trim_start().to_owned()));
    }
    for (_, value) in &mut fields {
        value.truncate(value.trim_end().len());
    }
    Ok(fields)
}

fn wrong(what: &str, line: &str) -> PackageError {
    const SHOWN: usize = 80;
    let line: String = line.chars().take(SHOWN).collect();
    PackageError::corrupt(format!("its file control {what}: {line:?}"))
}
