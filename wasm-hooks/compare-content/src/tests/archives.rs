//! Archives, in each other and compressed: what of them counts.

mod zips;

use super::make::{One, ar, cpio, entry, gzip, one, piped, tar, zip};
use super::{differences, places};

type Make = fn(&[One]) -> Vec<u8>;

const KINDS: [(&str, Make); 8] = [
    ("/a.tar", tar),
    ("/a.tar.gz", |files| gzip(&tar(files), files.first().map_or(0, |file| file.time))),
    ("/odd-name", |files| gzip(&tar(files), files.first().map_or(0, |file| file.time))),
    ("/a.cpio", |files| cpio(files, true)),
    ("/boot/initrd", |files| gzip(&cpio(files, false), 7)),
    ("/a.a", ar),
    ("/a.zip", |files| zip(files, false)),
    ("/a.jar", |files| zip(files, true)),
];

fn at(files: &[One], time: u32) -> Vec<One> {
    files.iter().cloned().map(|file| One { time, ..file }).collect()
}

#[test]
fn members() {
    let files =
        [one("b/a-long-name-of-a-file", "one\ntwo\n"), one("a", "x"), one("c", "\0\x01\x02"), one("a", "y")];
    let later = at(&files, 1_700_000);
    let changed = |number: usize, bytes: &[u8]| {
        let mut files = later.clone();
        files[number].bytes = bytes.to_vec();
        files
    };
    let mut turned = later.clone();
    turned.swap(0, 2);
    let mut added = later.clone();
    added.push(one("d", "x"));
    let rows: [(&[One], &[&str]); 7] = [
        (&later, &[]),
        (&changed(0, b"one\nTwo\n"), &["b/a-long-name-of-a-file: line 2"]),
        // Each of one name is compared with its own.
        (&changed(1, b"z"), &["a: line 1"]),
        (&changed(3, b"z"), &["a: line 1"]),
        (&changed(2, b"\0\x01\x03"), &["c: offset 0x2"]),
        (&later[..3], &["a: only the old build has it"]),
        (&added, &["d: only the new build has it"]),
    ];
    for (path, make) in KINDS {
        for (new, wanted) in &rows {
            assert_eq!(places(path, &make(&files), &make(new)), *wanted, "{path}");
        }
        // Here there are two of one name.
        assert_eq!(places(path, &make(&files), &make(&turned)), [": order of members"], "{path}");
    }
}

fn linked(name: &str, target: &str) -> One {
    One { mode: 0o120_777, target: target.to_owned(), ..one(name, "") }
}

/// What is unpacked may depend on which of two members comes first.
#[test]
fn order_of_members() {
    let folder = One { mode: 0o040_755, ..one("a", "") };
    let rows = [
        ([one("a", "1"), one("b", "2")], false),
        ([one("a", "1"), linked("b", "a")], false),
        ([folder, one("a/b", "2")], false),
        ([linked("a", "/etc"), one("a-b", "2")], false),
        ([linked("a", "/etc"), one("a/b", "2")], true),
        ([linked("./a", "/etc"), one("a//b", "2")], true),
        ([one("a", "1"), one("./a", "2")], true),
    ];
    for (files, depends) in rows {
        let turned = [files[1].clone(), files[0].clone()];
        for (path, make) in KINDS {
            let always = path == "/a.a" || path.ends_with("cpio") || path.ends_with("initrd");
            let is_told = !places(path, &make(&files), &make(&turned)).is_empty();
            assert_eq!(is_told, depends || always, "{path}: {} and {}", files[0].name, files[1].name);
        }
    }
}

/// Who owns a program counts where it runs as its owner.
#[test]
fn owners_of_members() {
    for (mode, part) in [(0o100_755, ""), (0o104_755, "owner"), (0o102_755, "owner")] {
        // The owner has the number of the time.
        let by = |owner: u32| [One { mode, time: owner, ..one("a", "x") }];
        for (path, make) in &KINDS[..4] {
            let found = differences(path, &make(&by(1)), &make(&by(2)));
            let parts: Vec<&str> = found.iter().filter_map(|one| one.part.as_deref()).collect();
            assert_eq!(parts.concat(), part, "{path}");
        }
        for (owner, other) in [("--owner=a:1", "--owner=b:1"), ("--group=a:1", "--group=a:2")] {
            for format in ["--format=ustar", "--format=gnu", "--format=pax"] {
                let [old, new] = [owner, other].map(|owner| by_tar(format, owner, mode));
                let is_told = !places("/a.tar", &old, &new).is_empty();
                assert_eq!(is_told, !part.is_empty(), "{format} {owner}");
            }
        }
    }
}

/// A file as a program of that mode, in an archive of the real tar.
fn by_tar(format: &str, owner: &str, mode: u32) -> Vec<u8> {
    let mode = format!("--mode={:o}", mode & 0o7777);
    let folder = env!("CARGO_MANIFEST_DIR");
    piped("tar", &["-C", folder, format, "--mtime=@1", &mode, owner, "-cf", "-", "Cargo.toml"], b"")
}

#[test]
fn traits_of_members() {
    let mut link = one("l", "");
    (link.mode, link.target) = (0o120_777, "a".to_owned());
    let mut other = link.clone();
    other.target = "b".to_owned();
    let mut setuid = one("l", "a");
    setuid.mode = 0o104_755;
    let (mut plain, mut folder) = (one("l", "a"), one("l", ""));
    (plain.mode, folder.mode) = (0o100_755, 0o040_755);
    for (path, make) in KINDS.iter().filter(|(path, _)| *path != "/a.a") {
        let rows = [
            (&link, &link, ""),
            (&link, &other, "target"),
            (&plain, &setuid, "mode"),
            (&plain, &folder, "kind"),
        ];
        for (old, new, wanted) in rows {
            let found = differences(path, &make(std::slice::from_ref(old)), &make(std::slice::from_ref(new)));
            let parts: Vec<&str> = found.iter().filter_map(|one| one.part.as_deref()).collect();
            assert_eq!(parts.concat(), wanted, "{path}");
        }
    }
}

#[test]
fn archives_in_archives() {
    let deep = |text: &str, time: u32| {
        let inner =
            gzip(&tar(&at(&[one("usr/share/man/man1/x.1.gz", gzip(text.as_bytes(), time))], time)), time);
        let zip = zip(&at(&[one("data.tgz", inner)], time), true);
        ar(&at(&[one("debian-binary", "2.0\n"), one("data.zip", zip)], time))
    };
    let old = deep(".TH ab 1 \"2010-01-01\"\nx\n", 1);
    assert_eq!(places("/a.deb", &old, &deep(".TH ab 1 \"2011-01-01\"\nx\n", 9)), [""; 0]);
    let found = differences("/a.deb", &old, &deep(".TH ab 1 \"2011-01-01\"\ny\n", 9));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, ["/a.deb", "data.zip", "data.tgz", "usr/share/man/man1/x.1.gz"]);
    let is = (found[0].part.as_deref(), found[0].old.as_deref(), found[0].new.as_deref());
    assert_eq!(is, (Some("line 2"), Some("x"), Some("y")));
}

#[test]
fn what_is_compressed() {
    let rows = [("/a.gz", "gzip"), ("/a.bz2", "bzip2"), ("/a.xz", "xz"), ("/a", "xz"), ("/odd.dat", "gzip")];
    for (path, program) in rows {
        let pack = |level: &str, text: &str| piped(program, &["-c", level], text.as_bytes());
        let long = "a line of a text\n".repeat(2000);
        let other = long.replacen("line of", "Line of", 1);
        assert_eq!(places(path, &pack("-1", &long), &pack("-9", &long)), [""; 0], "{path}");
        assert_eq!(places(path, &pack("-1", &long), &pack("-1", &other)), [": line 1"], "{path}");
        if program == "xz" {
            let other = piped(program, &["-c", "--check=crc32"], long.as_bytes());
            assert_eq!(places(path, &pack("-1", &long), &other), [": offset 0x7"], "{path}");
        }
        // Who reads it by one way cannot read it by another.
        let otherwise = if program == "gzip" { "xz" } else { "gzip" };
        let otherwise = piped(otherwise, &["-c"], long.as_bytes());
        assert_eq!(places(path, &pack("-1", &long), &otherwise), [": offset 0x0"], "{path}");
    }
    // As the name says without the ending, times of a picture do not count.
    let png = |time: u8| [b"\x89PNG\r\n\x1a\n\0\0\0\x07tIME", &[time; 11][..]].concat();
    assert_eq!(places("/a.png.gz", &gzip(&png(1), 1), &gzip(&png(2), 2)), [""; 0]);
}

/// As the real tar writes them, in each of its forms.
#[test]
fn forms_of_tar() {
    let folder = std::env::temp_dir().join(format!("skink-compare-content-{}", std::process::id()));
    let long = "a-folder-with-a-long-name/".repeat(5);
    let make = |format: &str, time: &str, text: &str, target: &str| {
        let inner = folder.join(&long);
        std::fs::create_dir_all(&inner).unwrap();
        let file = inner.join("file");
        std::fs::write(&file, text).unwrap();
        let _ = std::fs::remove_file(inner.join("link"));
        std::os::unix::fs::symlink(format!("{target}{}", "x".repeat(90)), inner.join("link")).unwrap();
        // Long names of hard links are more than the oldest form has.
        if format != "ustar" {
            let _ = std::fs::hard_link(&file, inner.join("other"));
        }
        let (format, time) = (format!("--format={format}"), format!("--mtime=@{time}"));
        piped("tar", &["-C", folder.to_str().unwrap(), &format, &time, "--owner=a:1", "-cf", "-", "."], b"")
    };
    for format in ["ustar", "gnu", "pax"] {
        let old = make(format, "1.5", "one", "a");
        let file = format!("./{long}file: line 1");
        let link = format!("./{long}link: target");
        assert_eq!(places("/a.tar", &old, &make(format, "2000.25", "one", "a")), [""; 0], "{format}");
        assert_eq!(places("/a.tar", &old, &make(format, "1.5", "two", "a")), [file], "{format}");
        assert_eq!(places("/a.tar", &old, &make(format, "1.5", "one", "b")), [link], "{format}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What a linker finds a library's symbols by: their names, and in which members they are, wherever those begin.
#[test]
fn index_of_symbols() {
    const PART: &str = "its index of symbols, ";
    // The first member is longer where it is compressed less.
    let text = (0..2000).map(|number| format!("{number}\n")).collect::<String>();
    let packed = |level: &str| piped("gzip", &["-nc", level], text.as_bytes());
    let library = |first: &[u8], index: &dyn Fn(u32) -> Vec<u8>| {
        let [one, other] = [entry("a.gz/", 1, first), entry("b/", 1, b"x")];
        let at = 8 + 60 + u32::try_from(index(0).len().next_multiple_of(2) + one.len()).unwrap();
        [b"!<arch>\n", &entry("/", 1, &index(at))[..], &one, &other].concat()
    };
    // Of a symbol in the second member, or moved by so many bytes.
    let with = |name: &'static str, less: u32| {
        move |at: u32| {
            [&[0, 0, 0, 1][..], &at.wrapping_sub(less).to_be_bytes(), name.as_bytes(), b"\0"].concat()
        }
    };
    let (fast, best) = (packed("-1"), packed("-9"));
    assert_ne!(fast.len(), best.len());
    let one = fast.len().next_multiple_of(2) as u32 + 60;
    let old = library(&fast, &with("one", 0));
    let rows = [
        (library(&best, &with("one", 0)), String::new()),
        (library(&fast, &with("two", 0)), format!("{PART}line 2")),
        // In the first member, and in none: that is no index.
        (library(&fast, &with("one", one)), format!("{PART}line 2")),
        (library(&fast, &with("one", 1)), "offset 0x4b".to_owned()),
        // Which of two lines it is cannot be told.
        (library(&fast, &with("o\ne", 0)), "offset 0x4d".to_owned()),
        // Names without places, places without names, and no index at all.
        (library(&fast, &|_| b"\0\0\0\0one\0".to_vec()), "offset 0x38".to_owned()),
        (library(&fast, &|_| b"\0\0\0\x01\0\0\0\x08".to_vec()), "offset 0x38".to_owned()),
        ([&old[..8], &old[8 + 60 + 12..]].concat(), format!("{PART}line 1")),
    ];
    for (new, wanted) in &rows {
        let found = differences("/a.a", &old, new);
        let parts: Vec<&str> = found.iter().filter_map(|one| one.part.as_deref()).collect();
        assert_eq!(parts.concat(), *wanted);
    }
    // An index is the first member, or none that a linker knows.
    let behind = |index: &[u8]| [b"!<arch>\n", &entry("b/", 1, b"x")[..], &entry("/", 1, index)].concat();
    assert_eq!(places("/a.a", &behind(b"one"), &behind(b"two")), [": line 1"]);
    // So with that of BSD, which is known by its name.
    let named = |index: &str| [b"!<arch>\n", &entry("__.SYMDEF", 1, index.as_bytes())[..]].concat();
    assert_eq!(places("/a.a", &named("one"), &named("two")), ["__.SYMDEF: line 1"]);
}

/// Which names a file of cpio has, and which form it is in: the kernel reads one of them only.
#[test]
fn links_and_forms_of_cpio() {
    let put =
        |cpio: &mut [u8], at: usize, text: &str| cpio[at..at + text.len()].copy_from_slice(text.as_bytes());
    // Two members with these inodes and so many names each; the second begins behind the first one's name.
    let newc = |inodes: [u32; 2], links: u32, mode: u32| {
        let files = [One { mode, ..one("a", "") }, One { mode, ..one("b", "text") }];
        let mut cpio = cpio(&files, true);
        for (at, inode) in [0, 112].into_iter().zip(inodes) {
            put(&mut cpio, at + 6, &format!("{inode:08x}"));
            put(&mut cpio, at + 38, &format!("{links:08x}"));
        }
        cpio
    };
    let odc = |inodes: [u32; 2], links: u32, mode: u32| {
        let files = [One { mode, ..one("a", "") }, One { mode, ..one("b", "text") }];
        let mut cpio = cpio(&files, false);
        for (at, inode) in [0, 78].into_iter().zip(inodes) {
            put(&mut cpio, at + 12, &format!("{inode:06o}"));
            put(&mut cpio, at + 36, &format!("{links:06o}"));
        }
        cpio
    };
    // With sums, of which the one that counts is that of `text`.
    let summed = |sum: u32| {
        let mut cpio = newc([1, 2], 1, 0o100_644);
        for at in [0, 112, 112 + 116] {
            put(&mut cpio, at, "070702");
        }
        put(&mut cpio, 112 + 102, &format!("{sum:08x}"));
        cpio
    };
    let (file, folder, own) = (0o100_644, 0o040_755, b"text".iter().map(|byte| u32::from(*byte)).sum());
    let rows = [
        (newc([7, 7], 2, file), newc([9, 9], 2, file), ""),
        (newc([7, 7], 2, file), newc([7, 8], 2, file), "b: attributes"),
        (newc([7, 7], 2, file), newc([7, 7], 1, file), "b: attributes"),
        // The other name is not in the archive; and folders have no names but one.
        (newc([7, 8], 2, file), newc([7, 8], 1, file), ""),
        (newc([7, 7], 2, folder), newc([7, 8], 2, folder), ""),
        (odc([7, 7], 2, file), odc([9, 9], 2, file), ""),
        (odc([7, 7], 2, file), odc([7, 8], 1, file), "b: attributes"),
        (newc([1, 2], 1, file), odc([1, 2], 1, file), ": its form, line 1"),
        (newc([1, 2], 1, file), summed(own), ": its form, line 1"),
        (summed(own), summed(own + 1), ": offset 0xdd"),
    ];
    for (number, (old, new, wanted)) in rows.iter().enumerate() {
        assert_eq!(places("/boot/initrd", old, new).concat(), *wanted, "{number}");
    }
    // Several forms in one.
    let mixed = |text: &str| {
        let mut first = cpio(&[one("a", text)], true);
        first.truncate(112 + 4);
        [first, cpio(&[], false)].concat()
    };
    let found = differences("/boot/initrd", &mixed("one1"), &mixed("two2"));
    assert!(found.len() == 1 && found[0].why.contains("not opened"), "{found:?}");
}

/// What is told of a member before it, or of all of them.
#[test]
fn what_is_before_a_member_of_tar() {
    type Before = &'static [(u8, &'static str)];
    // A member, without the end of its tar.
    let member = |kind: u8, mode: u32, bytes: &str| {
        let mut member = tar(&[One { mode, ..one("a", bytes) }]);
        member.truncate(512 + bytes.len().next_multiple_of(512));
        member[156] = kind;
        member[148..156].fill(b' ');
        let sum: u32 = member[..512].iter().map(|byte| u32::from(*byte)).sum();
        member[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        member
    };
    let all = |before: Before, mode: u32| {
        let before = before.iter().flat_map(|(kind, bytes)| member(*kind, 0o644, bytes));
        before.chain(member(b'0', mode, "x")).chain([0; 1024]).collect::<Vec<u8>>()
    };
    let (plain, setuid) = (0o755, 0o4755);
    let rows: [(Before, Before, u32, bool); 8] = [
        (&[(b'g', "11 mtime=1\n")], &[(b'g', "11 mtime=2\n")], plain, true),
        (&[(b'g', "13 comment=1\n")], &[], setuid, true),
        (&[(b'g', "9 uid=12\n")], &[(b'g', "9 uid=34\n")], setuid, false),
        (&[(b'x', "9 uid=12\n")], &[(b'x', "9 uid=34\n")], plain, true),
        (&[(b'x', "9 uid=12\n")], &[(b'x', "9 uid=34\n")], setuid, false),
        // Twice: some heed the first.
        (
            &[(b'x', "10 path=b\n"), (b'x', "11 mtime=1\n")],
            &[(b'x', "10 path=c\n"), (b'x', "11 mtime=1\n")],
            plain,
            false,
        ),
        (&[(b'L', "b\0"), (b'L', "d\0")], &[(b'L', "c\0"), (b'L', "d\0")], plain, false),
        (&[(b'K', "b\0"), (b'K', "d\0")], &[(b'K', "c\0"), (b'K', "d\0")], plain, false),
    ];
    for (old, new, mode, is_same) in rows {
        let found = differences("/a.tar", &all(old, mode), &all(new, mode));
        assert_eq!(found.is_empty(), is_same, "{old:?} {new:?}: {found:?}");
    }
}

/// What stands beside the members of a zip, and what does not hold together.
#[test]
fn odd_archives() {
    let files = [one("a", "x".repeat(100))];
    let (old, new) = (zip(&files, true), zip(&at(&files, 9), true));
    let program = |start: &str, zip: &[u8]| [start.as_bytes(), zip].concat();
    let places_of = |old: &[u8], new: &[u8]| places("/a.jar", old, new);
    assert_eq!(places_of(&program("#!1\n", &old), &program("#!1\n", &new)), [""; 0]);
    assert_eq!(
        places_of(&program("#!1\n", &old), &program("#!2\n", &new)),
        [": what is before the zip, line 1"]
    );
    let last = new.len() - 1;
    for at in [0, 8, 10, 26, 32, 40, last - 8, last - 20] {
        let mut broken = new.clone();
        broken[at] ^= 0x55;
        let found = places_of(&old, &broken);
        // The time, and what no reader asks for, may be anything.
        assert!(!found.is_empty() || at == 10, "{at}: {found:?}");
    }
    let rows: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("/a.tar", tar(&files), [tar(&at(&files, 9)), b"more".to_vec()].concat()),
        ("/a.cpio", cpio(&files, true), [cpio(&at(&files, 9), true), b"more".to_vec()].concat()),
        ("/a.a", ar(&files), [ar(&at(&files, 9)), b"m".to_vec()].concat()),
        ("/a.rpm", b"\xed\xab\xee\xdb1".to_vec(), b"\xed\xab\xee\xdb2".to_vec()),
        ("/a.squashfs", b"hsqs1".to_vec(), b"hsqs2".to_vec()),
    ];
    for (path, old, new) in rows {
        let found = differences(path, &old, &new);
        assert!(found.len() == 1 && found[0].why.contains("not opened"), "{path}: {found:?}");
    }
}
