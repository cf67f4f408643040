//! The list: which files are in it, and its format, that of coreutils' `sha256sum`.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

/// Folders of a build that hold no results.
const WORKING_FOLDERS: [&str; 4] = ["BUILD", "BUILDROOT", "SOURCES", "SPECS"];

/// Whether the file at `path` is handed to people. Names that begin with `.` or `_` and the marker of an
/// unchanged build are the build's own.
pub(crate) fn is_result(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let top = folder.split('/').next().unwrap_or_default();
    !WORKING_FOLDERS.contains(&top) && !name.starts_with(['.', '_']) && name != "same_result_marker"
}

/// The lines of the list, sorted by name.
///
/// # Errors
/// Two different files of one name: in a flat folder only one of them would be left.
pub(crate) fn render<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<String, String> {
    let mut by_name = BTreeMap::new();
    for (path, digest) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        if by_name.insert(name, digest).is_some_and(|other| other != digest) {
            return Err(format!(
                "two different results are named {name}; the build must give them different names"
            ));
        }
    }
    Ok(by_name.into_iter().map(|(name, digest)| line(name, digest)).collect())
}

/// coreutils puts a backslash in front of a line whose name had to be escaped.
fn line(name: &str, digest: &str) -> String {
    if name.contains(['\\', '\n', '\r']) {
        let name = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        format!("\\{digest}  {name}\n")
    } else {
        format!("{digest}  {name}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_results_are_listed() {
        let rows = [
            ("RPMS/x86_64/hello-1-1.x86_64.rpm", true),
            ("hello-1-1.x86_64.rpm", true),
            ("OTHER/rpmlint.log", true),
            ("OTHER/_statistics", false),
            ("same_result_marker", false),
            (".hidden", false),
            ("SOURCES/hello.tar.gz", false),
            ("BUILD/hello/hello", false),
            ("BUILDINFO", true),
        ];
        for (path, expected) in rows {
            assert_eq!(is_result(path), expected, "{path}");
        }
    }

    #[test]
    fn the_format_is_that_of_coreutils() {
        type Row = (&'static [(&'static str, &'static str)], Result<&'static str, ()>);
        let rows: [Row; 5] = [
            (&[("b", "22"), ("RPMS/a", "11")], Ok("11  a\n22  b\n")),
            (&[("two words", "11")], Ok("11  two words\n")),
            (&[("a\\b", "11"), ("a\nb", "22")], Ok("\\22  a\\nb\n\\11  a\\\\b\n")),
            (&[("x/a", "11"), ("y/a", "11")], Ok("11  a\n")),
            (&[("x/a", "11"), ("y/a", "22")], Err(())),
        ];
        for (files, expected) in rows {
            let list = render(files.iter().copied());
            assert_eq!(list.as_deref().map_err(|_| ()), expected, "{files:?}");
        }
    }
}
