//! Programs and libraries are told as the real readelf tells them.

use skink_packages::Elf;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs and libraries of this machine.
fn samples() -> Vec<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/bin", "/usr/lib/debug/.build-id"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let mut files: Vec<PathBuf> =
        files.map(|entry| entry.unwrap().path()).filter(|path| is_elf(path)).collect();
    files.sort();
    // Every one of them would take a minute.
    let step = (files.len() / 150).max(1);
    files.into_iter().step_by(step).collect()
}

fn is_elf(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() < 64 << 20);
    is_file && fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"))
}

fn readelf(path: &Path) -> String {
    let output = Command::new("readelf").args(["-dVnSW"]).arg(path).env("LC_ALL", "C").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What stands between two words.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(word, _)| word).collect()
}

fn versions(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut own, mut needed, mut library, mut is_need) = (Vec::new(), Vec::new(), String::new(), false);
    for line in text.lines() {
        if line.starts_with("Version needs section") {
            is_need = true;
        } else if line.starts_with("Version definition section") {
            is_need = false;
        }
        if let [file, ..] = between(line, "File: ", "  Cnt")[..] {
            file.clone_into(&mut library);
        } else if let [name, ..] = between(line, "Name: ", " ")[..]
            && is_need
            && !library.is_empty()
        {
            needed.push(format!("{library}({name})"));
        }
        // Of parents only the rest of the line is told.
        let name = line
            .split("Cnt: ")
            .nth(1)
            .and_then(|rest| rest.split_once("Name: "))
            .map(|(_, name)| name.trim());
        if let Some(name) = name.filter(|_| !is_need && !line.contains("Flags: BASE")) {
            own.push(name.to_owned());
        }
    }
    (own, needed)
}

/// Names, addresses, offsets and sizes.
fn sections(text: &str) -> Vec<(String, [u64; 3])> {
    let rows = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once(']'));
    let rows = rows.filter(|(number, _)| number.trim().parse::<u32>().is_ok_and(|number| number > 0));
    let sections = rows.filter_map(|(_, row)| {
        let words: Vec<&str> = row.split_whitespace().collect();
        // Some have no name.
        let at =
            words.iter().position(|word| word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit()))?;
        let name = if at == 2 { words[0] } else { "" };
        let numbers = [0, 1, 2].map(|place| u64::from_str_radix(words[at + place], 16).unwrap());
        Some((name.to_owned(), numbers))
    });
    sections.collect()
}

#[test]
fn as_readelf_tells_them() {
    let samples = samples();
    let mut with = [0; 4];
    for path in &samples {
        let (elf, told) = (Elf::read(&fs::read(path).unwrap()).unwrap().unwrap(), readelf(path));
        let shown = path.display();
        assert_eq!(elf.needed, between(&told, "Shared library: [", "]"), "{shown}");
        assert_eq!(
            elf.soname.as_deref(),
            between(&told, "Library soname: [", "]").first().copied(),
            "{shown}"
        );
        assert_eq!(elf.build_id.as_deref(), between(&told, "Build ID: ", "\n").first().copied(), "{shown}");
        let (own, needed) = versions(&told);
        assert_eq!((&elf.versions, &elf.needed_versions), (&own, &needed), "{shown}");
        let ours = elf.sections.iter();
        let ours: Vec<_> = ours.map(|one| (one.name.clone(), [one.address, one.offset, one.size])).collect();
        assert_eq!(ours, sections(&told), "{shown}");
        for (count, has) in with.iter_mut().zip([
            elf.soname.is_some(),
            elf.build_id.is_some(),
            !own.is_empty(),
            !needed.is_empty(),
        ]) {
            *count += u32::from(has);
        }
    }
    assert!(samples.len() > 100 && with.iter().all(|count| *count > 10), "{with:?} of {}", samples.len());
}

#[test]
fn what_is_none_and_what_is_broken() {
    for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", b"PK\x03\x04"] {
        assert!(matches!(Elf::read(bytes), Ok(None) | Err(_)), "{bytes:?}");
    }
    assert_eq!(Elf::read(b"#!/bin/sh\n").unwrap(), None);
    let small = |path: &PathBuf| fs::metadata(path).is_ok_and(|data| data.len() < 64 << 10);
    let program = fs::read(samples().iter().find(|path| small(path)).unwrap()).unwrap();
    for at in (0..program.len()).step_by(37) {
        let mut broken = program.clone();
        broken[at] ^= 0xff;
        let _ = Elf::read(&broken);
        let _ = Elf::read(&program[..at]);
    }
}

/// A table of sections that all have the same bytes.
#[test]
fn the_same_bytes_are_not_read_again_and_again() {
    let mut bytes = vec![0_u8; 4 << 20];
    bytes[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let put =
        |bytes: &mut Vec<u8>, at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(&mut bytes, 16, &[3, 0, 62, 0, 1, 0, 0, 0]);
    put(&mut bytes, 40, &64_u64.to_le_bytes());
    put(&mut bytes, 52, &[64, 0, 56, 0, 0, 0, 64, 0]);
    let sections = 1000_u16;
    put(&mut bytes, 60, &sections.to_le_bytes());
    put(&mut bytes, 62, &1_u16.to_le_bytes());
    for section in 0..usize::from(sections) {
        let at = 64 + section * 64;
        put(&mut bytes, at + 4, &3_u32.to_le_bytes());
        put(&mut bytes, at + 32, &(4_u64 << 20).to_le_bytes());
    }
    let error = Elf::read(&bytes).unwrap_err().to_string();
    assert!(error.contains("again and again"), "{error}");
}
