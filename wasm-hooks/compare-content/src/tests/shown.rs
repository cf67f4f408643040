//! What is shown of a difference, and how other bytes than texts are compared.

use super::{check, differences};

#[test]
fn the_first_difference() {
    let long = |last: &str| format!("a\n{}{last}{}", "x".repeat(300), "y".repeat(300));
    let (one, other) = (long("1"), long("2"));
    let shown = |last: &str| format!("…{}{last}{}…", "x".repeat(60), "y".repeat(137));
    let (shown_one, shown_other) = (shown("1"), shown("2"));
    type Shown<'a> = (&'a [u8], &'a [u8], &'a str, Option<&'a str>, Option<&'a str>);
    let rows: [Shown<'_>; 8] = [
        (b"a\nb\nc\n", b"a\nB\nc\n", "line 2", Some("b"), Some("B")),
        (b"a\n", b"a\nb\n", "line 2", None, Some("b")),
        (b"", b"b\n", "line 1", None, Some("b")),
        (b"a", b"a\n", "line 1", Some("a"), Some("a")),
        (
            b"\x1b[31ma\n",
            "\u{202e}b\u{e9}\n".as_bytes(),
            "line 1",
            Some("\\u{1b}[31ma"),
            Some("\\u{202e}b\u{e9}"),
        ),
        (
            b"\0\x01ab\xff",
            b"\0\x02ab\xff",
            "offset 0x1",
            Some("01 61 62 ff |.ab.|"),
            Some("02 61 62 ff |.ab.|"),
        ),
        (b"\0ab", b"\0abc", "offset 0x3", None, Some("63 |c|")),
        (one.as_bytes(), other.as_bytes(), "line 2", Some(&shown_one), Some(&shown_other)),
    ];
    for (old, new, part, old_shown, new_shown) in rows {
        let [found] = &differences("/usr/bin/a", old, new)[..] else { panic!() };
        assert_eq!(found.path, ["/usr/bin/a"]);
        let is = (found.part.as_deref(), found.old.as_deref(), found.new.as_deref());
        assert_eq!(is, (Some(part), old_shown, new_shown), "{old:?} {new:?}");
    }
}

#[test]
fn only_the_last_newline() {
    let [found] = &differences("/usr/bin/a", b"a", b"a\n")[..] else { panic!() };
    assert_eq!(found.why, "the texts differ in the end of the line");
}

#[test]
fn far_into_a_file() {
    for at in [0, 1, 4095, 4096, 4097, 8191, 8192, 100_000] {
        let (old, mut new) = (vec![0_u8; 100_001], vec![0_u8; 100_001]);
        new[at] = 7;
        let found = differences("/a", &old, &new);
        assert_eq!(found[0].part, Some(format!("offset {at:#x}")));
    }
}

#[test]
fn what_never_counts() {
    let rows = [
        ("/usr/lib/mono/a.exe.mdb", true),
        ("/usr/lib/mono/a.dll.mdb", true),
        ("/usr/lib/mono/a.dll", false),
        ("/var/lib/texmf/web2c/tex/tex.fmt", false),
        ("/var/lib/texmf/web2c/metafont/mf.base", false),
        ("/var/lib/texmf/web2c/metapost/mpost.mem", false),
        ("/usr/share/ri/created.rid", true),
        ("/usr/lib64/R/library/a/Meta/package.rds", true),
        ("/usr/lib64/R/library/a/Meta/data.rds", false),
        ("/usr/lib/R/library/a/R/a.rdb", false),
        ("/usr/lib/R/library/a/R/a.rdx", false),
        ("/usr/lib/R/library/a/R/a.rda", false),
        ("/usr/lib/libreoffice/solver/inc/a/deliver.log", true),
        ("/x/etc/ld.so.cache", true),
        ("/x/etc/machine-id", true),
        ("/x/machine-id", false),
    ];
    for (path, is_ignored) in rows {
        assert_eq!(crate::ignore::is_ignored(path), is_ignored, "{path}");
        assert_eq!(differences(path, b"a", b"b").is_empty(), is_ignored, "{path}");
    }
}

#[test]
fn times_in_translations() {
    let mo = "/usr/share/locale/de/LC_MESSAGES/a.mo";
    check(&[
        (
            mo,
            "\u{de}\0POT-Creation-Date: 2010-01-02 03:04+0000\nX: 1\n",
            "\u{de}\0POT-Creation-Date: 2011-02-03 13:14+0200\nX: 1\n",
            true,
        ),
        (
            mo,
            "\u{de}\0POT-Creation-Date: 2010-01-02 03:04+0000\nX: 1\n",
            "\u{de}\0POT-Creation-Date: 2010-01-02 03:04+0000\nX: 2\n",
            false,
        ),
        (
            "/usr/share/x/a.mo",
            "POT-Creation-Date: 2010-01-02 03:04+0000\n",
            "POT-Creation-Date: 2011-01-02 03:04+0000\n",
            false,
        ),
    ]);
}

#[test]
fn times_in_bytes() {
    type Make = fn(u8, u8) -> Vec<u8>;
    let rows: [(&str, &str, Make); 6] = [
        ("python 2.7", "/a.pyc", |time, code| {
            [&62211_u16.to_le_bytes()[..], b"\r\n", &[time; 4], &[code; 9]].concat()
        }),
        ("python 3.6", "/a.pyo", |time, code| {
            [&3379_u16.to_le_bytes()[..], b"\r\n", &[time; 4], &[code; 9]].concat()
        }),
        ("python 3.11", "/a.pyc", |time, code| {
            [&3495_u16.to_le_bytes()[..], b"\r\n\0\0\0\0", &[time; 4], &[code; 9]].concat()
        }),
        ("dvi", "/a.dvi", |time, code| [&[247, 2], &[0; 12][..], &[5], &[time; 5], &[code]].concat()),
        ("efi", "/boot/xen-4.efi", |time, code| {
            let mut bytes = vec![0; 0x100];
            bytes[..2].copy_from_slice(b"MZ");
            bytes[0x3c] = 0x80;
            bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
            bytes[0x88..0x8c].fill(time);
            bytes[0xd8..0xdc].fill(time);
            bytes[0xdc] = code;
            bytes
        }),
        ("png", "/a.png", |time, code| {
            let chunk = |kind: &[u8], data: &[u8], crc: u8| {
                [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &[crc; 4]].concat()
            };
            let times = ["date:create", "date:modify", "date:timestamp"];
            let text = |key: &str| chunk(b"tEXt", &[key.as_bytes(), &[0, time]].concat(), time);
            let texts: Vec<u8> = times.iter().flat_map(|key| text(key)).collect();
            [
                b"\x89PNG\r\n\x1a\n",
                &chunk(b"tIME", &[time; 7], time)[..],
                &texts,
                &chunk(b"tEXt", &[b'a', 0, code], 1),
            ]
            .concat()
        }),
    ];
    for (what, path, make) in rows {
        assert!(differences(path, &make(1, 1), &make(2, 1)).is_empty(), "{what}");
        assert!(!differences(path, &make(1, 1), &make(1, 2)).is_empty(), "{what}");
        assert!(!differences("/usr/bin/a", &make(1, 1), &make(2, 1)).is_empty(), "{what}");
    }
}

/// Kind and data.
type Chunk = (&'static [u8], Vec<u8>);

/// Behind the end of a picture, and in what only looks like a time, may be anything.
#[test]
fn pictures_end() {
    let chunk = |kind: &[u8], data: &[u8]| {
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &[0; 4]].concat()
    };
    let png = |chunks: &[Vec<u8>]| [b"\x89PNG\r\n\x1a\n", &chunks.concat()[..]].concat();
    let rows: [fn(u8) -> Chunk; 3] = [
        |byte| (b"tIME", vec![byte; 8]),
        |byte| (b"tEXt", [b"date:create\0", &[byte; 100][..]].concat()),
        |byte| (b"IEND", vec![byte]),
    ];
    for row in rows {
        let [old, new] = [1, 2].map(row).map(|(kind, data)| png(&[chunk(kind, &data)]));
        assert!(!differences("/a.png", &old, &new).is_empty());
    }
    let behind = |byte: u8| png(&[chunk(b"IEND", b""), chunk(b"tIME", &[byte; 7])]);
    assert!(!differences("/a.png", &behind(1), &behind(2)).is_empty());
}

/// With a sum of its source there is no time, and what stands there is compared.
#[test]
fn python_by_sums() {
    for flags in [1_u8, 3] {
        let make = |sum: u8, code: u8| {
            [&3495_u16.to_le_bytes()[..], b"\r\n", &[flags, 0, 0, 0], &[sum; 8], &[code; 9]].concat()
        };
        for (old, new) in [(make(1, 1), make(2, 1)), (make(1, 1), make(1, 2))] {
            assert!(!differences("/a.pyc", &old, &new).is_empty());
        }
    }
    // What is no Python, and PyPy's.
    let pypy = |time: u8| [&336_u16.to_le_bytes()[..], b"\r\n", &[time; 4], &[7; 9]].concat();
    assert!(!differences("/a.pyc", &pypy(1), &pypy(2)).is_empty());
    for (old, new) in [("no python, 1 it is", "no python, 2 it is"), ("##\r\nBBBBABCD", "##\r\nBBBBEFGH")] {
        assert!(!differences("/a.pyc", old.as_bytes(), new.as_bytes()).is_empty());
    }
}
