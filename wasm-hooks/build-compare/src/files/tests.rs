use super::*;
use crate::header::made::{rpm, table};
use alloc::borrow::ToOwned;
use alloc::string::String;
use skink_sdk::packages::FileTable;

const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_777;
const FOLDER: u32 = 0o040_755;

/// Path, mode, flags and target.
type One<'a> = (&'a str, u32, u32, &'a str);

fn made(files: &[One<'_>]) -> FileTable {
    let column = |of: fn(&One<'_>) -> String| files.iter().map(|file| of(file) + "\0").collect::<String>();
    FileTable {
        paths: column(|file| file.0.to_owned()),
        modes: files.iter().map(|file| file.1).collect(),
        flags: files.iter().map(|file| file.2).collect(),
        targets: column(|file| file.3.to_owned()),
        ..table()
    }
}

/// What differs, by field and path, and the files whose contents are to be compared.
fn found(old: FileTable, new: FileTable) -> (Vec<(String, String)>, Vec<String>) {
    let (mut old_header, mut new_header) = (rpm("2.1"), rpm("2.2"));
    (old_header.files, new_header.files) = (old, new);
    let (old, new) = (old_header.files.rows(), new_header.files.rows());
    let mut found = Differences::new(100);
    let both = compare((&old, &new), Sides { old: &old_header, new: &new_header }, &mut found);
    let told = |difference: Difference| (difference.field.unwrap(), difference.path.concat());
    let contents = both.iter().map(|both| both.new.path.to_owned()).collect();
    (found.list.into_iter().map(told).collect(), contents)
}

#[test]
fn lists_of_files() {
    type Row<'a> = (&'a [One<'a>], &'a [One<'a>], &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: [Row<'_>; 15] = [
        (&[("/a", FILE, 0, "")], &[("/a", FILE, 0, "")], &[], &["/a"]),
        // No UTF-8.
        (
            &[("/\u{fffd}", FILE, 0, "")],
            &[("/\u{fffd}", FILE, 0, "")],
            &[("path", "/\u{fffd}")],
            &["/\u{fffd}"],
        ),
        (&[("/a", LINK, 0, "\u{fffd}")], &[("/a", LINK, 0, "\u{fffd}")], &[("target", "/a")], &[]),
        (
            &[("/a", FILE, 0, ""), ("/c", FILE, 0, "")],
            &[("/b", FILE, 0, ""), ("/c", FILE, 0, "")],
            &[("removed", "/a"), ("added", "/b")],
            &["/c"],
        ),
        (&[("/a", FILE, 0, "")], &[("/a", 0o104_755, 0, "")], &[("mode", "/a")], &["/a"]),
        (&[("/a", FILE, 0, "")], &[("/a", FILE, 17, "")], &[("flags", "/a")], &["/a"]),
        (&[("/a", LINK, 0, "b")], &[("/a", LINK, 0, "c")], &[("target", "/a")], &[]),
        (&[("/a", FILE, 0, "")], &[("/a", LINK, 0, "c")], &[("mode", "/a"), ("target", "/a")], &[]),
        (&[("/a", FOLDER, 0, "")], &[("/a", FOLDER, 0, "")], &[], &[]),
        // What is only listed has no content.
        (&[("/a", FILE, 64, "")], &[("/a", FILE, 64, "")], &[], &[]),
        // Named by the release.
        (
            &[("/usr/src/hello-1.0-2.1/x", FILE, 0, "")],
            &[("/usr/src/hello-1.0-2.2/x", FILE, 0, "")],
            &[],
            &["/usr/src/hello-1.0-2.2/x"],
        ),
        (
            &[("/opt/1.0-2.1/x", FILE, 0, "")],
            &[("/opt/1.0-2.2/x", FILE, 0, "")],
            &[("removed", "/opt/1.0-2.1/x"), ("added", "/opt/1.0-2.2/x")],
            &[],
        ),
        (&[("/a", LINK, 0, "/opt/1.0-2.1")], &[("/a", LINK, 0, "/opt/1.0-2.2")], &[], &[]),
        // Links by build ids.
        (
            &[("/usr/lib/.build-id", FOLDER, 0, ""), ("/usr/lib/.build-id/ab", LINK, 0, "../x")],
            &[("/usr/lib/.build-id/cd", LINK, 0, "../x")],
            &[],
            &[],
        ),
        (
            &[("/usr/lib/.build-id/ab", FILE, 0, "")],
            &[("/usr/lib/.build-idx", LINK, 0, "")],
            &[("removed", "/usr/lib/.build-id/ab"), ("added", "/usr/lib/.build-idx")],
            &[],
        ),
    ];
    for (old, new, differences, contents) in rows {
        let told = found(made(old), made(new));
        let want: Vec<_> =
            differences.iter().map(|(field, path)| ((*field).to_owned(), (*path).to_owned())).collect();
        assert_eq!(told.0, want, "{old:?} {new:?}");
        assert_eq!(told.1, contents, "{old:?} {new:?}");
    }
}

#[test]
fn each_column_counts_but_those_of_the_build() {
    type Row<'a> = (fn(&mut FileTable), Option<&'a str>);
    let columns: [Row<'_>; 11] = [
        (|table| table.sizes = [7].into(), None),
        (|table| table.modified = [7].into(), None),
        (|table| table.inodes = [7].into(), None),
        (|table| table.colours = [2].into(), None),
        (|table| table.classes = "data\0".to_owned(), None),
        (|table| table.owners = "root\0".to_owned(), Some("owner")),
        (|table| table.groups = "root\0".to_owned(), Some("group")),
        (|table| table.verify = [7].into(), Some("verify")),
        (|table| table.devices = [7].into(), Some("device")),
        (|table| table.languages = "de\0".to_owned(), Some("language")),
        (|table| table.capabilities = "cap_net_raw=ep\0".to_owned(), Some("capabilities")),
    ];
    for (place, (change, field)) in columns.into_iter().enumerate() {
        let (old, mut new) = (made(&[("/a", FILE, 0, "")]), made(&[("/a", FILE, 0, "")]));
        change(&mut new);
        let fields: Vec<String> = found(old, new).0.into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, field.into_iter().collect::<Vec<_>>(), "{place}");
    }
}

#[test]
fn files_for_debuggers_alone() {
    let rows: [(&[One<'_>], bool); 10] = [
        (&[("/usr", FOLDER, 0, ""), ("/usr/lib/debug/a.debug", FILE, 0, "")], true),
        (&[("/usr/lib/debug/.build-id/1/2", LINK, 0, "x"), ("/usr/lib/.build-id/1", LINK, 0, "x")], true),
        (&[("/usr/src/debug/a.c", FILE, 0, ""), ("/usr/share/doc/a-dbg/copyright", FILE, 0, "")], true),
        (&[("/usr/share/doc/a-dbg", LINK, 0, "a")], true),
        (&[("/usr/lib/debug/a", FILE, 0, ""), ("/usr/bin/python3-dbg", FILE, 0, "")], false),
        (&[("/usr/lib/debug/usr/lib64/liba.so.1-gdb.py", FILE, 0, "")], false),
        (&[("/usr/lib/debug/usr/bin/a-gdb.gdb", LINK, 0, "x")], false),
        (&[("/usr/src/debug/a-gdb.scm", FILE, 0, "")], false),
        (&[("/usr/lib/debugger", FILE, 0, "")], false),
        (&[("/usr/lib/.build-id/1", FILE, 0, "")], false),
    ];
    for (files, want) in rows {
        assert_eq!(are_debug(&made(files).rows()), want, "{files:?}");
    }
}
