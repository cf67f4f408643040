use super::convert::table;
use skink_packages::{Entry, EntryKind};

fn entry(path: &str, target: Option<&str>, dependencies: &[u32]) -> Entry {
    Entry {
        path: path.to_owned(),
        kind: EntryKind::File,
        mode: 0o100_644,
        owner: "root".to_owned(),
        group: "users".to_owned(),
        flags: 1,
        verify: 2,
        size: 3,
        modified: 4,
        digest: String::new(),
        target: target.map(str::to_owned),
        device: 5,
        inode: 6,
        file_system: 1,
        language: String::new(),
        class: "ASCII text".to_owned(),
        colour: 7,
        capabilities: String::new(),
        dependencies: dependencies.to_vec(),
    }
}

#[test]
fn each_file_has_its_value_in_each_column() {
    let files = [entry("/a", None, &[1, 2]), entry("/b", Some("a"), &[]), entry("/c", None, &[3])];
    let table = table(&files);
    assert_eq!(table.paths, "/a\0/b\0/c\0");
    assert_eq!(table.targets, "\0a\0\0");
    assert_eq!(table.owners, "root\0root\0root\0");
    assert_eq!((table.sizes, table.inodes), (vec![3; 3], vec![(1 << 32) | 6; 3]));
    assert_eq!((table.dependency_counts, table.dependencies), (vec![2, 0, 1], vec![1, 2, 3]));
}
