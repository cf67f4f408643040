//! All that the real rpm tells of a package, each thing under a name of its own, so that two packages are compared by names.

use sha2::{Digest, Sha256};
use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, Entry, EntryKind};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// What is known, by name; several values are in the order of the package where that says something, and sorted where it does not.
pub(super) type Facts = BTreeMap<String, Vec<String>>;

/// Dependencies, whose order says nothing.
const UNORDERED: [&str; 9] = [
    "Provides",
    "Requires",
    "Conflicts",
    "Obsoletes",
    "Recommends",
    "Suggests",
    "Supplements",
    "Enhances",
    "Order",
];

/// How tags begin that are told of in another form: dependencies, scripts and triggers, files, changes.
const TOLD: [&str; 26] = [
    "Provide",
    "Require",
    "Conflict",
    "Obsolete",
    "Recommend",
    "Suggest",
    "Supplement",
    "Enhance",
    "Order",
    "Prein",
    "Postin",
    "Preun",
    "Postun",
    "Pretrans",
    "Posttrans",
    "Verifyscript",
    "Trigger",
    "File",
    "Basenames",
    "Dirnames",
    "Dirindexes",
    "Classdict",
    "Dependsdict",
    "Changelog",
    "Transfiletrigger",
    "Longfilesizes",
];

/// What is known of a package.
pub(super) fn of(package: &Path) -> Facts {
    let mut facts = Facts::new();
    let mut file = String::new();
    for line in skink_tests_packages::theirs(package) {
        let (name, value) = if let Some(path) = line.strip_prefix("file ") {
            file = format!("file {path}");
            (file.clone(), "is there".to_owned())
        } else if let Some(rest) = line.strip_prefix("  ").filter(|_| !file.is_empty()) {
            let (word, value) = rest.split_once(' ').unwrap();
            (format!("{file} {word}"), value.to_owned())
        } else {
            let (name, value) = line.split_once(": ").unwrap_or(("trigger", &line));
            named(name, value)
        };
        facts.entry(name).or_default().push(value);
    }
    for (name, values) in &mut facts {
        if UNORDERED.contains(&name.split(' ').next().unwrap()) {
            values.sort();
        }
    }
    tags(package, &mut facts);
    contents(package, &mut facts);
    facts
}

/// A dependency is named by kind and name; everything else by its kind.
fn named(name: &str, value: &str) -> (String, String) {
    if !UNORDERED.contains(&name) {
        return (name.to_owned(), value.to_owned());
    }
    // Name, flags, version; a rich one has blanks in its name.
    let mut words = value.rsplitn(3, ' ');
    let (version, flags, dependency) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    (format!("{name} {dependency}"), format!("{flags} {version}"))
}

/// That the header has a tag at all which nothing else here tells of, so that none is forgotten.
fn tags(package: &Path, facts: &mut Facts) {
    let mut rpm = Command::new("rpm");
    let output = rpm.args(["-qp", "--nosignature", "--xml"]).arg(package).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let names =
        text.lines().filter_map(|line| line.trim().strip_prefix("<rpmTag name=\"")?.strip_suffix("\">"));
    let is_told = |name: &&str| {
        TOLD.iter().any(|start| name.starts_with(start)) || facts.contains_key(&name.to_ascii_lowercase())
    };
    let others: Vec<&str> = names.filter(|name| !is_told(name)).collect();
    facts.extend(others.into_iter().map(|name| (format!("tag {name}"), vec!["is there".to_owned()])));
}

/// The digest of each content as it is in the payload, and which files are one.
fn contents(package: &Path, facts: &mut Facts) {
    let mut rpm = Rpm::open(File::open(package).unwrap(), Bounds::default()).unwrap();
    let files = rpm.files().to_vec();
    let mut of_inode: HashMap<(u32, u32), String> = HashMap::new();
    let mut payload = rpm.payload().unwrap();
    while let Some(mut content) = payload.next().unwrap() {
        let file = &files[content.place()];
        let bytes = content.read_all(u64::MAX).unwrap();
        facts.insert(format!("file {} payload", file.path), vec!["is there".to_owned()]);
        if !bytes.is_empty() || file.size == 0 {
            of_inode.insert(identity(file), hex::encode(Sha256::digest(&bytes)));
        }
    }
    let plain: Vec<&Entry> =
        files.iter().filter(|file| file.kind == EntryKind::File && !file.is_ghost()).collect();
    for file in &plain {
        let digest = of_inode.get(&identity(file)).cloned().unwrap_or_default();
        facts.insert(format!("file {} content", file.path), vec![digest]);
        let same = plain.iter().filter(|other| identity(other) == identity(file) && other.path != file.path);
        let same: Vec<&str> = same.map(|other| other.path.as_str()).collect();
        facts.insert(format!("file {} same-as", file.path), vec![same.join(" ")]);
    }
}

fn identity(file: &Entry) -> (u32, u32) {
    (file.file_system, file.inode)
}
