//! A tree as a hostile build may leave it.

use super::Devices;
use super::open::{look, open_regular};
use super::read::{part, sha256, whole};
use super::walk::walk;
use crate::{Clock, Refusal};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use skink_job::Millis;
use skink_protocol::FailureKind;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

fn clock() -> Clock {
    Clock::start(Millis(60_000))
}

fn tree() -> (tempfile::TempDir, OwnedFd) {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir_all(at("d/e")).unwrap();
    fs::write(at("a.txt"), "abc").unwrap();
    fs::write(at("d/e/deep"), "x").unwrap();
    symlink("/etc/passwd", at("out")).unwrap();
    symlink("d", at("in")).unwrap();
    symlink("loop", at("loop")).unwrap();
    mknodat(CWD, at("fifo"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    fs::File::create(at("sparse")).unwrap().set_len(1 << 40).unwrap();
    fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "x").unwrap();
    let fd = fs::File::open(dir.path()).unwrap().into();
    (dir, fd)
}

#[test]
fn a_listing_shows_everything_and_follows_nothing() {
    let (_dir, fd) = tree();
    let found = walk(fd.as_fd(), &clock()).unwrap();
    let rows: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.kind, f.size, f.target.as_deref())).collect();
    let want = [
        ("a.txt", FileType::RegularFile, 3, None),
        ("bad\u{fffd}", FileType::Unknown, 0, None),
        ("d", FileType::Directory, 0, None),
        ("d/e", FileType::Directory, 0, None),
        ("d/e/deep", FileType::RegularFile, 1, None),
        ("fifo", FileType::Fifo, 0, None),
        ("in", FileType::Symlink, 0, Some("d")),
        ("loop", FileType::Symlink, 0, Some("loop")),
        ("out", FileType::Symlink, 0, Some("/etc/passwd")),
        ("sparse", FileType::RegularFile, 1 << 40, None),
    ];
    assert_eq!(rows, want);
}

#[test]
fn only_regular_files_open_and_nothing_waits() {
    let (_dir, fd) = tree();
    let rows = [
        ("a.txt", None),
        ("d/e/deep", None),
        ("d", Some(FailureKind::Invalid)),
        ("fifo", Some(FailureKind::Invalid)),
        ("out", Some(FailureKind::Invalid)),
        ("in/e/deep", Some(FailureKind::Invalid)),
        ("loop", Some(FailureKind::Invalid)),
        ("a.txt/b", Some(FailureKind::NotFound)),
        ("nothing", Some(FailureKind::NotFound)),
    ];
    let ways = [Devices::None, Devices::Some];
    for ((path, want), devices) in rows.iter().flat_map(|row| ways.map(|way| (row, way))) {
        let got = open_regular(fd.as_fd(), &path.parse().unwrap(), devices).err().map(Refusal::from);
        match (got, want) {
            (None, None) => {}
            (Some(Refusal::Told(kind, _)), Some(want)) => assert_eq!(kind, *want, "{path}"),
            (got, want) => panic!("{path}: {got:?}, expected {want:?}"),
        }
    }
    let (_, target) = look(fd.as_fd(), &"out".parse().unwrap()).unwrap();
    assert_eq!(target.as_deref(), Some("/etc/passwd"));
}

#[test]
fn reading_is_bounded() {
    let (_dir, fd) = tree();
    let open = |path: &str| open_regular(fd.as_fd(), &path.parse().unwrap(), Devices::below(&fd)).unwrap();
    let (file, size) = open("a.txt");
    assert_eq!(whole(&file, "a.txt", size, u64::MAX, &clock()).unwrap(), b"abc");
    assert!(whole(&file, "a.txt", size, 2, &clock()).is_err());
    assert_eq!(part(&file, "a.txt", 1, 10).unwrap(), b"bc");
    assert_eq!(part(&file, "a.txt", u64::MAX, 10).unwrap(), b"");
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(&file, "a.txt", size, &clock()).unwrap().to_string(), hex);
    let (sparse, size) = open("sparse");
    assert!(whole(&sparse, "sparse", size, u64::MAX, &clock()).is_err());
    assert_eq!(part(&sparse, "sparse", 1 << 39, u32::MAX).unwrap().len(), 1 << 20);
    let late = Clock::start(Millis(0));
    assert!(matches!(sha256(&sparse, "sparse", size, &late).map_err(Refusal::from), Err(Refusal::Stop(_))));
    assert!(matches!(walk(fd.as_fd(), &late).map_err(Refusal::from), Err(Refusal::Stop(_))));
}
