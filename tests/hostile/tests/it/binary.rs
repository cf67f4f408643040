//! The program in which guests run: static, small, without a compiler.

use skink_tests_hostile::told;
use std::fs;

/// The most that the runner may have, in bytes.
const MOST: usize = 9_000_000;

/// Names that are in a program with a compiler: of its symbols, or of the source files in its messages.
const COMPILERS: [&str; 6] = [
    "cranelift_codegen",
    "cranelift-codegen",
    "cranelift_frontend",
    "regalloc2",
    "wasmtime_cranelift",
    "winch_codegen",
];

fn program(name: &str) -> Vec<u8> {
    let path = told("SKINK_BIN_DIR").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    bytes[at..at + size].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The types of a program's segments (`p_type` of `elf(5)`), for 64 bits and little endian.
fn segments(elf: &[u8]) -> Vec<usize> {
    assert_eq!(&elf[..6], b"\x7fELF\x02\x01", "no program of 64 bits");
    let (first, size, count) = (number(elf, 0x20, 8), number(elf, 0x36, 2), number(elf, 0x38, 2));
    (0..count).map(|i| number(elf, first + i * size, 4)).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn programs_are_static() {
    const DYNAMIC: usize = 2;
    const INTERPRETER: usize = 3;
    for name in ["skink", "skink-runner", "skink-compiler"] {
        let segments = segments(&program(name));
        assert!(segments.contains(&1), "{name}: {segments:?}");
        assert!(!segments.contains(&INTERPRETER) && !segments.contains(&DYNAMIC), "{name}: {segments:?}");
    }
    // Else nothing could be found.
    assert!(segments(&fs::read("/bin/sh").unwrap()).contains(&INTERPRETER));
}

#[test]
fn the_runner_is_small() {
    let size = program("skink-runner").len();
    assert!(size <= MOST, "skink-runner has {size} bytes, {MOST} are allowed");
}

#[test]
fn only_the_compiler_has_a_compiler() {
    let compiler = program("skink-compiler");
    assert!(
        COMPILERS.iter().any(|word| holds(&compiler, word)),
        "none of {COMPILERS:?} is in skink-compiler"
    );
    for name in ["skink-runner", "skink"] {
        let bytes = program(name);
        let found: Vec<_> = COMPILERS.iter().filter(|word| holds(&bytes, word)).collect();
        assert!(found.is_empty(), "{name} has {found:?}");
    }
    assert!(!holds(&program("skink"), "wasmtime-48"), "skink has a runtime");
}
