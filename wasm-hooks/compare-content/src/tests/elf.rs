//! What of a program is loaded, and what only says so: structures that were changed by hand, and builds that were done again.

use super::objects::Folder;
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
