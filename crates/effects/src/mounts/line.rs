//! One line of the kernel's table of mounts; see proc_pid_mountinfo(5).

use super::Mount;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD…] - KIND SOURCE OPTIONS`
pub(super) fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let mut next = || fields.next();
    let (id, parent) = (number(next()?)?, number(next()?)?);
    let (device, root, point) = (text(next()?), text(next()?), PathBuf::from(unescape(next()?)));
    fields.by_ref().find(|field| *field == b"-")?;
    let (kind, source) = (text(fields.next()?), text(fields.next()?));
    let mount = Mount { id, parent, device, root, point, kind, source };
    mount.point.is_absolute().then_some(mount)
}

fn number(field: &[u8]) -> Option<u32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn text(field: &[u8]) -> String {
    unescape(field).to_string_lossy().into_owned()
}

/// The kernel writes a space, a tab, a newline and a backslash as three octal digits after a backslash.
fn unescape(field: &[u8]) -> OsString {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, more @ ..] = rest {
        match rest {
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', more @ ..] => {
                text.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = more;
            }
            _ => {
                text.push(*first);
                rest = more;
            }
        }
    }
    OsString::from_vec(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel() {
        let rows: [(&str, Option<[&str; 4]>); 11] = [
            ("27 1 254:0 / / rw,relatime - ext4 /dev/vda rw", Some(["/", "/", "ext4", "/dev/vda"])),
            ("22 27 0:21 / /b/proc rw,relatime - proc proc rw", Some(["/", "/b/proc", "proc", "proc"])),
            ("43 27 0:3 /x /b/y rw shared:1 master:2 - tmpfs none rw", Some(["/x", "/b/y", "tmpfs", "none"])),
            (
                r"9 2 0:3 /r\040s /b/a\040b\011c\012d\134e rw - tmpfs a\040b rw",
                Some(["/r s", "/b/a b\tc\nd\\e", "tmpfs", "a b"]),
            ),
            (r"9 2 0:3 / /b/\303\251 rw - tmpfs none rw", Some(["/", "/b/é", "tmpfs", "none"])),
            (r"9 2 0:3 / /b/\04 rw - tmpfs none rw", Some(["/", r"/b/\04", "tmpfs", "none"])),
            (
                "9 2 0:3 net:[4026531840] /run/ns rw - nsfs nsfs rw",
                Some(["net:[4026531840]", "/run/ns", "nsfs", "nsfs"]),
            ),
            ("9 2 0:3 / /b rw shared:1", None),
            ("9 2 0:3 / b rw - tmpfs none rw", None),
            ("x 2 0:3 / /b rw - tmpfs none rw", None),
            ("", None),
        ];
        for (line, want) in rows {
            let told = parse(line.as_bytes());
            let told = told.map(|m| [m.root, m.point.display().to_string(), m.kind, m.source]);
            assert_eq!(told, want.map(|want| want.map(str::to_owned)), "{line:?}");
        }
    }
}
