use super::*;

fn originals() -> Vec<Entry> {
    let file = Entry {
        kind: EntryKind::File,
        mode: 0o100_600,
        size: 7,
        flags: 1,
        ..of_root("/etc/a".to_owned(), 5)
    };
    let link = Entry {
        kind: EntryKind::Symlink,
        mode: 0o120_777,
        size: 1,
        flags: 1 << 12,
        target: Some("x".to_owned()),
        class: "symbolic link".to_owned(),
        ..of_root("/etc/b".to_owned(), 5)
    };
    vec![file, link]
}

fn altered_to(file: u32, flags: Option<u32>, target: Option<&str>) -> Result<Entry, String> {
    let origin = Origin::Altered(Altered { file, flags, target: target.map(str::to_owned) });
    let placed = Placed { path: "/new".to_owned(), origin };
    laid(&placed, &originals(), 9).map(|laid| laid.entry).map_err(|error| error.to_string())
}

#[test]
fn what_is_altered_keeps_all_else() {
    for (file, flags, target) in
        [(0, None, None), (0, Some(25), None), (1, None, Some("../y")), (1, Some(0), Some("z"))]
    {
        let old = originals().swap_remove(file as usize);
        let want = Entry {
            path: "/new".to_owned(),
            flags: flags.unwrap_or(old.flags),
            size: target.map_or(old.size, |target| target.len() as u64),
            target: target.map(str::to_owned).or_else(|| old.target.clone()),
            ..old
        };
        assert_eq!(altered_to(file, flags, target), Ok(want), "{file} {flags:?} {target:?}");
    }
}

#[test]
fn what_cannot_be_altered() {
    for (file, target, why) in [
        (0, Some("x"), "/new is no symlink and leads nowhere"),
        (1, Some(""), "/new leads nowhere"),
        (1, Some("a\0b"), "/new leads nowhere"),
        (2, None, "/new is of file 2, which is not there"),
    ] {
        let error = altered_to(file, None, target).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}
