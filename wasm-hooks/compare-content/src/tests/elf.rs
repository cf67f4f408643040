//! What of a program is loaded, and what only says so: structures that were changed by hand, and builds that were done again.

use super::objects::{Folder, SOURCE};
use super::places;

/// What it is, where it is, both contents, and where they differ: anywhere, if that is `*`.
type Row<'a> = (&'a str, &'a str, Vec<u8>, Vec<u8>, &'a str);

fn check(rows: &[Row<'_>]) {
    let wrong = rows.iter().filter_map(|(what, path, old, new, wanted)| {
        assert!(old != new, "{what}");
        let found = places(path, old, new).concat();
        let is_right = if *wanted == "*" { !found.is_empty() } else { found == *wanted };
        (!is_right).then(|| format!("{what}: {found:?}, not {wanted:?}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn number(bytes: &[u8], at: usize, len: usize) -> usize {
    bytes[at..at + len].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Where a segment stands in the table.
fn segment(bytes: &[u8], kind: usize, skip: usize) -> usize {
    let (table, count) = (number(bytes, 32, 8), number(bytes, 56, 2));
    let all = (0..count).map(|number| table + number * 56);
    all.filter(|at| number(bytes, *at, 4) == kind).nth(skip).unwrap()
}

fn section(bytes: &[u8], name: &str) -> skink_packages::Section {
    let elf = skink_packages::Elf::read(bytes).unwrap().unwrap();
    elf.sections.into_iter().find(|section| section.name == name).unwrap()
}

/// Where a section stands in the table.
fn entry(bytes: &[u8], name: &str) -> usize {
    let elf = skink_packages::Elf::read(bytes).unwrap().unwrap();
    let place = elf.sections.iter().position(|section| section.name == name).unwrap();
    number(bytes, 40, 8) + (place + 1) * 64
}

/// Other bytes at a place.
fn with(bytes: &[u8], at: usize, told: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + told.len()].copy_from_slice(told);
    bytes
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    with(bytes, at, &[bytes[at] ^ 0x10])
}

#[test]
fn what_is_loaded_where() {
    const PROGRAM: &str = "/usr/bin/a";
    let folder = Folder::new("segments");
    let old = folder.compile(SOURCE, &["-Wl,--build-id=none", "-Wl,-z,separate-code"]);
    let (code, data, stack) = (segment(&old, 1, 1), segment(&old, 1, 3), segment(&old, 0x6474_e551, 0));
    let row = |what, at: usize, wanted| (what, PROGRAM, old.clone(), flipped(&old, at), wanted);
    // Two sections of a length that change places in the file, and are called as before.
    let [begin, end] = [".init_array", ".fini_array"].map(|name| section(&old, name).offset as usize);
    let [begin_entry, end_entry] = [".init_array", ".fini_array"].map(|name| entry(&old, name) + 24);
    let moved = with(&with(&old, begin, &old[end..end + 8]), end, &old[begin..begin + 8]);
    let moved = with(&moved, begin_entry, &old[end_entry..end_entry + 8]);
    let moved = with(&moved, end_entry, &old[begin_entry..begin_entry + 8]);
    check(&[
        row("version of the ABI", 8, ": header"),
        row("offset of code", code + 9, ": segments"),
        row("physical address of code", code + 27, ": segments"),
        row("size of code in the file", code + 32, ": segments"),
        row("size of data in memory", data + 41, ": segments"),
        row("size of the stack", stack + 42, ": segments"),
        row("what is read only once it is linked", segment(&old, 0x6474_e552, 0) + 41, ": segments"),
        row("interpreter", segment(&old, 3, 0) + 8, ": segments"),
        row("size of notes", segment(&old, 4, 0) + 32, ": segments"),
        ("what begins it at its end", PROGRAM, old.clone(), moved, ": section .init_array"),
    ]);
}

/// What a table says of itself does not hide what it is said of.
#[test]
fn sizes_of_tables() {
    let folder = Folder::new("tables");
    let old = folder.compile(SOURCE, &[]);
    let init = section(&old, ".init");
    let gap = (init.offset + init.size) as usize + 1;
    let large = with(&old, 52, &[0xff; 2]);
    let count = number(&old, 60, 2) as u64;
    let elsewhere = with(&with(&old, 60, &[0; 2]), number(&old, 40, 8) + 32, &count.to_le_bytes());
    let appended = |bytes: &[u8], text: &str| [bytes, text.as_bytes()].concat();
    let counted = (appended(&elsewhere, "one"), appended(&elsewhere, "two"), ": behind its end, line 1");
    let object = folder.compile(SOURCE, &["-c"]);
    let end = object.len() as u64 + 3;
    let nowhere = with(&object, 32, &end.to_le_bytes());
    let none = (appended(&nowhere, "one"), appended(&nowhere, "two"), ": behind its end, line 1");
    let stack = with(&old, segment(&old, 0x6474_e551, 0) + 8, &(old.len() as u64 + 3).to_le_bytes());
    let empty = (appended(&stack, "one"), appended(&stack, "two"), ": behind its end, line 1");
    check(&[
        ("a header over all of it", "/usr/bin/a", large.clone(), flipped(&large, gap), "*"),
        ("the number of sections is elsewhere", "/usr/bin/a", counted.0, counted.1, counted.2),
        ("no segments, at the end", "/usr/lib/a.o", none.0, none.1, none.2),
        ("an empty segment, at the end", "/usr/bin/a", empty.0, empty.1, empty.2),
    ]);
}

/// A section that is called or marked as one that is left out.
#[test]
fn sections_that_are_loaded() {
    let folder = Folder::new("names");
    let old = folder.compile(SOURCE, &["-Wl,--build-id=none"]);
    let text = section(&old, ".text").offset as usize + 40;
    let marked = with(&old, entry(&old, ".text") + 4, &[2]);
    let unloaded = with(&marked, entry(&old, ".text") + 8, &[0]);
    let code = |name: &str, number: u32, arguments: &[&str]| {
        let source = format!(
            "__attribute__((section(\"{name}\"),noinline)) int f(void) {{ return {number}; }}\n\
             int main(void) {{ return f(); }}\n"
        );
        folder.compile(&source, arguments)
    };
    let written = |number: u32| {
        let source = format!(
            "__attribute__((section(\".note.package\"))) volatile int a = {number};\n\
             int main(void) {{ return a; }}\n"
        );
        folder.compile(&source, &["-Wl,--build-id=none"])
    };
    let row = |what, name: &str, arguments: &[&str], wanted| {
        (what, "/usr/bin/a", code(name, 1, arguments), code(name, 2, arguments), wanted)
    };
    check(&[
        (
            "code as symbols",
            "/usr/bin/a",
            marked.clone(),
            flipped(&marked, text),
            ": section .text, offset 0x28",
        ),
        (
            "the same, not loaded by its mark",
            "/usr/bin/a",
            unloaded.clone(),
            flipped(&unloaded, text),
            ": segments",
        ),
        row("code as a note", ".note.package", &[], ": section .note.package, offset 0x5"),
        row("the same in an object", ".note.package", &["-c"], ": section .note.package, offset 0x5"),
        row("code as what is packed", ".gnu_debugdata", &[], ": section .gnu_debugdata, offset 0x5"),
        ("data as a note", "/usr/bin/a", written(1), written(2), ": section .note.package, offset 0x0"),
    ]);
}

#[test]
fn symbols_of_objects() {
    const OBJECT: &str = "/usr/lib/a.o";
    let folder = Folder::new("symbols");
    let old = folder.compile("int one(void); int a(void) { return one(); }\n", &["-c"]);
    // The section of names is called as those of sections are.
    let called = &old[entry(&old, ".shstrtab")..][..4];
    let called = with(&old, entry(&old, ".strtab"), called);
    let names = section(&old, ".strtab");
    let place = old[names.offset as usize..].windows(4).position(|name| name == b"one\0").unwrap();
    let renamed = with(&called, names.offset as usize + place, b"two");
    let comment = section(&old, ".comment").offset as usize;
    let marked = with(&old, entry(&old, ".comment") + 4, &[18]);
    // As long as one symbol, and before the others.
    std::fs::write(folder.0.join("more"), [0; 24]).unwrap();
    let second = folder.changed(&old, &["--add-section", ".more=more"]);
    let second = with(&second, entry(&second, ".more") + 4, &[2]);
    let symbol = section(&second, ".symtab").offset as usize + 24 * 3 + 8;
    check(&[
        ("names by another name", OBJECT, called, renamed, ": symbols"),
        ("a second table", OBJECT, second.clone(), flipped(&second, symbol), "*"),
        (
            "larger numbers",
            OBJECT,
            marked.clone(),
            flipped(&marked, comment),
            ": section .comment, offset 0x0",
        ),
    ]);
}

/// Symbols of what is linked count of the linker that starts programs.
#[test]
fn symbols_of_a_linker() {
    let folder = Folder::new("starter");
    let old = folder.compile(SOURCE, &[]);
    let stripped = folder.changed(&old, &["-S"]);
    let row = |path, wanted| ("symbols", path, old.clone(), stripped.clone(), wanted);
    check(&[
        row("/lib64/ld-linux-x86-64.so.2", ": symbols"),
        row("/lib/ld-2.31.so", ": symbols"),
        row("/lib/ld.so.1", ": symbols"),
        row("/lib64/libc.so.6", ""),
        row("/usr/bin/ld", ""),
    ]);
}

/// Builds of the same sources that only say another release.
#[test]
fn builds_done_again() {
    let folder = Folder::new("again");
    let build = |release: &str, more: &[&str]| {
        let id = format!("-Wl,--build-id=0x{:0>40}", release.replace('.', ""));
        let note = format!(
            "__asm__(\".pushsection .note.package,\\\"a\\\",%note\\n.balign 4\\n.long 4, 2f - 1f, 0xcafe1a7e\\n\\
             .asciz \\\"FDO\\\"\\n1: .asciz \\\"{release}\\\"\\n2: .balign 4\\n.popsection\");\n"
        );
        folder.compile(&format!("{SOURCE}{note}"), &[&[&*id], more].concat())
    };
    let mut rows = Vec::new();
    let ways: [&[&str]; 6] =
        [&["-g"], &["-s"], &["-no-pie"], &["-shared", "-fPIC"], &["-Wl,-z,noseparate-code"], &["-Wl,-z,now"]];
    for way in ways {
        rows.push(("way", "/usr/bin/a", build("1.1", way), build("1.2", way), ""));
    }
    // Four bytes longer, in a gap that one of them has.
    let pairs = [["1.1", "1.1000"], ["1.1000", "1.10000000"]].map(|pair| pair.map(|one| build(one, &["-g"])));
    let fits = |pair: &&[Vec<u8>; 2]| section(&pair[0], ".dynsym") == section(&pair[1], ".dynsym");
    let [short, long] = pairs.iter().find(fits).unwrap().clone();
    assert_eq!(section(&short, ".note.package").size + 4, section(&long, ".note.package").size);
    let debug = |bytes: &[u8]| folder.changed(bytes, &["--only-keep-debug"]);
    rows.push(("debug information", "/usr/lib/debug/a.debug", debug(&short), debug(&long), ""));
    rows.push(("a longer note", "/usr/bin/a", short, long, ""));
    // The program alone, with a link to what was taken out.
    let split = |path: &str, release: &str| {
        let whole = build(release, &["-g", &format!("-fdebug-prefix-map={}={path}", folder.0.display())]);
        std::fs::write(folder.0.join("a.debug"), debug(&whole)).unwrap();
        folder.changed(&whole, &["-S", "--add-gnu-debuglink=a.debug"])
    };
    rows.push(("elsewhere", "/usr/bin/a", split("/one", "1.1"), split("/other", "1.2"), ""));
    // As other tools make it: with the segments of the whole program, and other names of sources.
    let over_all = |name: &str| {
        std::fs::write(folder.0.join(name), SOURCE).unwrap();
        folder.run("cc", &["-o", "out", name]);
        let bytes = debug(&std::fs::read(folder.0.join("out")).unwrap());
        with(&bytes, segment(&bytes, 1, 0) + 32, &0x4000_u64.to_le_bytes())
    };
    rows.push((
        "over all of it",
        "/usr/lib/debug/a.debug",
        over_all("first.c"),
        over_all("other-name.c"),
        "",
    ));
    check(&rows);
}

/// Programs of 32 bits have the same in other places.
#[test]
fn segments_of_32_bits() {
    let folder = Folder::new("bits");
    std::fs::write(folder.0.join("a.c"), "int a[9]; int main(void) { return a[2]; }\n").unwrap();
    let build = |id: &str| {
        let id = format!("-Wl,--build-id=0x{id}");
        let arguments =
            ["-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-Wl,-e,main", &id, "-o", "out", "a.c"];
        let status =
            std::process::Command::new("cc").args(arguments).current_dir(&folder.0).status().unwrap();
        status.success().then(|| std::fs::read(folder.0.join("out")).unwrap())
    };
    // A compiler of another machine knows other switches.
    let Some(old) = build("1111") else { return };
    let first = number(&old, 28, 4);
    let row = |what, at: usize| (what, "/usr/bin/a", old.clone(), flipped(&old, first + at), ": segments");
    let count = number(&old, 48, 2) as u32;
    let elsewhere = with(&with(&old, 48, &[0; 2]), number(&old, 32, 4) + 20, &count.to_le_bytes());
    let appended = |text: &str| [&elsewhere, text.as_bytes()].concat();
    check(&[
        ("another build", "/usr/bin/a", old.clone(), build("2222").unwrap(), ""),
        row("offset", 5),
        row("address", 9),
        row("physical address", 13),
        row("size in the file", 16),
        row("size in memory", 21),
        row("flags", 24),
        row("alignment", 29),
        (
            "the number of sections is elsewhere",
            "/usr/bin/a",
            appended("one"),
            appended("two"),
            ": behind its end, line 1",
        ),
    ]);
}
