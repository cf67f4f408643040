//! Sources of a source package: of a spec the release does not count, of all others each byte does.

use crate::codes::Code;
use crate::contents::told;
use crate::difference::{Difference, Differences};
use crate::host::SdkHost;
use crate::text::first_difference;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use skink_compare_content::{self as content, Side};

/// Compares two sources whose bytes differ.
pub(crate) fn compare(path: &str, old: Side<'_>, new: Side<'_>, found: &mut Differences) {
    if path.ends_with(".spec") {
        found_in_spec(path, old.bytes, new.bytes, found);
        return;
    }
    // Whatever the contents mean, the source is another one; what they mean only helps to see why.
    let what = format!("the source {path} differs");
    let detail = content::compare(&SdkHost(&[]), path, old, new, 1).into_iter().next();
    found.add(match detail {
        Some(detail) => {
            let detail = told(Code::SourceDiffers, detail);
            Difference { message: format!("the source {}", detail.message), ..detail }
        }
        None => Difference::new(Code::SourceDiffers, &what).file(path),
    });
}

fn found_in_spec(path: &str, old: &[u8], new: &[u8], found: &mut Differences) {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let Some(line) = first_difference((&old, without_release), (&new, without_release)) else {
        // What is no UTF-8 looks the same where it may not be.
        if matches!((&old, &new), (Cow::Borrowed(_), Cow::Borrowed(_))) {
            return;
        }
        let what = format!("the source {path} differs");
        return found.add(Difference::new(Code::SourceDiffers, &what).file(path));
    };
    let what = format!("the source {path} differs in line {}", line.number);
    let difference = Difference::new(Code::SourceDiffers, &what).file(path);
    found.add(difference.part(format!("line {}", line.number)).values(line.old, line.new));
}

/// The build service writes the release into the spec.
fn without_release(line: &str) -> Cow<'_, str> {
    if line.starts_with("Release:") { "Release:".into() } else { line.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_spec_all_but_the_release_counts() {
        type Row<'a> = (&'a str, &'a [u8], &'a [u8], Option<&'a str>);
        let rows: [Row<'_>; 5] = [
            ("a.spec", b"Name: a\nRelease: 1\n", b"Name: a\nRelease:   2.5\n", None),
            ("a.spec", b"Name: a\nRelease: 1\n", b"Name: b\nRelease: 2\n", Some("line 1")),
            ("a.spec", b"# Release: 1\n", b"# Release: 2\n", Some("line 1")),
            ("a.spec", b"x", b"x\n", Some("line 2")),
            ("a.spec", b"\xff", b"\xfe", None),
        ];
        for (path, old, new, part) in rows {
            let mut found = Differences::new(10);
            let release = content::Release { name: "a", version: "1", release: "1" };
            compare(path, Side { bytes: old, release }, Side { bytes: new, release }, &mut found);
            let want = usize::from(part.is_some() || !old.is_ascii());
            assert_eq!(found.list.len(), want, "{old:?}");
            for difference in found.list {
                assert_eq!((difference.part.as_deref(), difference.code), (part, Code::SourceDiffers));
            }
        }
    }
}
