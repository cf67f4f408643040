//! Row 47 of the table of hostile modules: a poisoned entry is never given out.

use super::*;
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

const CODE: &[u8] = b"\x7fELF machine code";

struct Fixture {
    dir: tempfile::TempDir,
    key: ArtefactKey,
}

impl Fixture {
    fn new() -> Self {
        let key = ArtefactKey { module: Digest::from_bytes([7; 32]), flavour: Flavour::Timed };
        Self { dir: tempfile::tempdir().unwrap(), key }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    fn store(&self) -> ArtefactStore {
        ArtefactStore::open(&self.path()).unwrap()
    }

    /// A store with one entry, and the path of that entry.
    fn filled(&self) -> (ArtefactStore, PathBuf) {
        let store = self.store();
        let mut artefact = tempfile::tempfile().unwrap();
        artefact.write_all(CODE).unwrap();
        store.put(&self.key, &artefact, &description()).unwrap();
        let entry = self.path().join(store.name(&self.key));
        (store, entry)
    }
}

fn description() -> ModuleDescription {
    let imports = vec!["skink:hook/report@0.1.0".to_owned()];
    ModuleDescription { manifest: "{}".to_owned(), imports, exports: Vec::new() }
}

fn read(stored: &Stored) -> Vec<u8> {
    let mut bytes = vec![0; CODE.len()];
    stored.artefact.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

#[test]
fn what_was_put_is_found_also_by_the_next_process() {
    let fixture = Fixture::new();
    assert!(fixture.store().get(&fixture.key).unwrap().is_none());
    let (_, entry) = fixture.filled();
    let stored = fixture.store().get(&fixture.key).unwrap().unwrap();
    assert_eq!(read(&stored), CODE);
    assert_eq!(stored.description, description());
    assert!(stored.artefact.write_at(b"x", 0).is_err(), "a stored artefact is open for reading only");
    let mode = |path: &Path| path.metadata().unwrap().mode() & 0o777;
    assert_eq!(mode(&fixture.path()), 0o700);
    assert_eq!((mode(&fixture.path().join("key")), mode(&entry)), (0o600, 0o600));
    assert_eq!(std::fs::read_dir(fixture.path()).unwrap().count(), 2, "no draft is left");
}

#[test]
fn another_module_or_flavour_is_another_entry() {
    let fixture = Fixture::new();
    let (store, entry) = fixture.filled();
    let metered = ArtefactKey { flavour: Flavour::Metered, ..fixture.key };
    let other = ArtefactKey { module: Digest::from_bytes([8; 32]), ..fixture.key };
    for key in [metered, other] {
        assert!(store.get(&key).unwrap().is_none());
        // An honest, sealed entry under another name is not for that name.
        let moved = fixture.path().join(store.name(&key));
        std::fs::copy(&entry, &moved).unwrap();
        assert!(store.get(&key).unwrap().is_none(), "{key:?}");
        assert!(!moved.exists(), "{key:?}");
    }
    assert!(store.get(&fixture.key).unwrap().is_some());
}

#[test]
fn an_entry_of_another_engine_is_not_found() {
    let fixture = Fixture::new();
    let (mut store, entry) = fixture.filled();
    store.fingerprint = Digest::from_bytes([9; 32]);
    assert!(store.get(&fixture.key).unwrap().is_none());
    std::fs::rename(entry, fixture.path().join(store.name(&fixture.key))).unwrap();
    assert!(store.get(&fixture.key).unwrap().is_none());
}

#[test]
fn every_changed_byte_is_noticed() {
    let fixture = Fixture::new();
    let (store, entry) = fixture.filled();
    let honest = std::fs::read(&entry).unwrap();
    for at in 0..honest.len() {
        let mut changed = honest.clone();
        changed[at] ^= 1;
        std::fs::write(&entry, changed).unwrap();
        assert!(store.get(&fixture.key).unwrap().is_none(), "byte {at}");
        assert!(!entry.exists(), "byte {at}");
    }
    for length in 0..honest.len() {
        std::fs::write(&entry, &honest[..length]).unwrap();
        assert!(store.get(&fixture.key).unwrap().is_none(), "cut to {length}");
    }
    std::fs::write(&entry, [&honest[..], b"x"].concat()).unwrap();
    assert!(store.get(&fixture.key).unwrap().is_none());
    // The check itself can succeed: with nothing changed it does.
    std::fs::write(&entry, &honest).unwrap();
    std::fs::set_permissions(&entry, PermissionsExt::from_mode(0o600)).unwrap();
    assert!(store.get(&fixture.key).unwrap().is_some());
}

#[test]
fn what_was_verified_is_not_read_again_until_somebody_touches_it() {
    let fixture = Fixture::new();
    let (mut store, entry) = fixture.filled();
    let seen = fixture.path().join(format!("{}.seen", store.name(&fixture.key)));
    assert!(store.get(&fixture.key).unwrap().is_some());
    assert!(!seen.exists(), "it was written just now, so a second change could go unseen");
    store.settled = Duration::ZERO;
    assert!(store.get(&fixture.key).unwrap().is_some());
    let honest = std::fs::read(&seen).unwrap();
    // What the store believes without a look: a seal of ours whose digest is not that of the code.
    let wrong = || {
        let draft = store.folder.draft().unwrap();
        draft.file().file.write_all_at(CODE, 0).unwrap();
        let digest = Digest::from_bytes([1; 32]);
        let length = CODE.len() as u64;
        let header = Header::new(&fixture.key, store.fingerprint, digest, length, description());
        seal::append(draft.file(), length, &header, &store.key).unwrap();
        let artefact = draft.publish(&store.name(&fixture.key)).unwrap();
        let (_, tag) = seal::read(&artefact, &store.key).unwrap().unwrap();
        (fstat(&artefact).unwrap(), tag)
    };
    // Another file at the same place: the old stamp is not for it.
    wrong();
    assert!(store.get(&fixture.key).unwrap().is_none());
    assert!(!entry.exists() && !seen.exists());
    // With a stamp of its own it is believed, and no more once it was touched, or the stamp is another's.
    let stamped = || {
        let (stat, tag) = wrong();
        let name = store.name(&fixture.key);
        stamp::set(&store.folder, &store.key, &name, &tag, &stat, Duration::ZERO);
    };
    stamped();
    assert!(store.get(&fixture.key).unwrap().is_some());
    let before = entry.metadata().unwrap();
    while entry.metadata().unwrap().ctime_nsec() == before.ctime_nsec() {
        File::options().write(true).open(&entry).unwrap().set_modified(before.modified().unwrap()).unwrap();
    }
    assert!(store.get(&fixture.key).unwrap().is_none(), "touched, with its time of writing put back");
    stamped();
    std::fs::write(&seen, &honest).unwrap();
    assert!(store.get(&fixture.key).unwrap().is_none(), "the stamp of another");
    stamped();
    std::fs::write(&seen, &honest[1..]).unwrap();
    assert!(store.get(&fixture.key).unwrap().is_none(), "half a stamp");
}

#[test]
fn a_seal_of_another_key_is_worth_nothing() {
    let (mine, theirs) = (Fixture::new(), Fixture::new());
    let (store, entry) = mine.filled();
    let (_, foreign) = theirs.filled();
    std::fs::copy(foreign, entry).unwrap();
    assert!(store.get(&mine.key).unwrap().is_none());
}

#[test]
fn what_is_no_plain_file_of_ours_is_removed() {
    let fixture = Fixture::new();
    let (store, entry) = fixture.filled();
    let honest = fixture.dir.path().join("honest");
    std::fs::rename(&entry, &honest).unwrap();
    let fifo = |path: &Path| {
        rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
    };
    let loose = |path: &Path| {
        std::fs::copy(&honest, path).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o620)).unwrap();
    };
    type Row<'a> = (&'a str, &'a dyn Fn(&Path));
    let rows: [Row<'_>; 5] = [
        ("symlink", &|path| symlink(&honest, path).unwrap()),
        ("hard link", &|path| std::fs::hard_link(&honest, path).unwrap()),
        ("fifo", &fifo),
        ("folder", &|path| std::fs::create_dir(path).unwrap()),
        ("writable by the group", &loose),
    ];
    for (what, make) in rows {
        make(&entry);
        assert!(store.get(&fixture.key).unwrap().is_none(), "{what}");
        assert!(entry.symlink_metadata().is_err(), "{what} is removed");
    }
    assert!(honest.exists(), "what a link points to is left alone");
}

#[test]
fn a_folder_or_key_of_others_is_refused() {
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    let open = |fixture: &Fixture| ArtefactStore::open(&fixture.path()).unwrap_err().to_string();

    let fixture = Fixture::new();
    fixture.filled();
    mode(&fixture.path(), 0o770);
    assert!(open(&fixture).contains("others have permissions on it"));
    mode(&fixture.path(), 0o700);
    mode(&fixture.path().join("key"), 0o640);
    assert!(open(&fixture).contains("others can read its file `key`"));
    mode(&fixture.path().join("key"), 0o600);
    std::fs::write(fixture.path().join("key"), b"short").unwrap();
    assert!(open(&fixture).contains("has not 32 bytes"));

    let linked = Fixture::new();
    symlink(fixture.path(), linked.path()).unwrap();
    assert!(open(&linked).contains("it is a symlink or no folder"));
}

#[test]
fn empty_artefacts_are_not_stored() {
    let fixture = Fixture::new();
    let store = fixture.store();
    let empty = tempfile::tempfile().unwrap();
    let error = store.put(&fixture.key, &empty, &description()).unwrap_err().to_string();
    assert!(error.contains("must have 1 B to 512 MiB"), "{error}");
    assert_eq!(std::fs::read_dir(fixture.path()).unwrap().count(), 1, "only the key");
}

#[test]
fn drafts_of_the_dead_are_removed_and_those_of_the_living_are_not() {
    let fixture = Fixture::new();
    fixture.store();
    let drafts = || {
        let names = std::fs::read_dir(fixture.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".draft-")).count()
    };
    std::fs::write(fixture.path().join(".draft-dead"), b"half").unwrap();
    let folder = Folder::open(&fixture.path()).unwrap();
    assert_eq!(drafts(), 0);
    let (first, second) = (folder.draft().unwrap(), folder.draft().unwrap());
    drop(first);
    fixture.store();
    assert_eq!(drafts(), 1, "the second is at work");
    drop(second);
    fixture.store();
    assert_eq!(drafts(), 0);
}

#[test]
fn processes_that_open_a_new_store_at_once_share_one_key() {
    for round in 0..50 {
        let fixture = Fixture::new();
        let turn = std::sync::Barrier::new(8);
        let tags: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        turn.wait();
                        ArtefactStore::open(&fixture.path()).map(|store| store.key.tag(CODE))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
        });
        let kept = fixture.store().key.tag(CODE);
        assert!(tags.iter().all(|tag| *tag == kept), "round {round}");
        assert_eq!(std::fs::read_dir(fixture.path()).unwrap().count(), 1, "round {round}: only the key");
    }
}
