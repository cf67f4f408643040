//! Tags of an RPM that are in no table: each is told, but those that differ between two builds of the same.

use crate::gzipped;
use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, Field, PackageError};
use skink_tests_packages::everything;
use skink_tests_packages::forge::{Forged, Tag};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Cursor;

fn fields(forged: &Forged) -> Result<Vec<Field>, PackageError> {
    Rpm::open(Cursor::new(forged.bytes()), Bounds::default()).map(|rpm| rpm.fields())
}

fn values(forged: &Forged, tag: u32) -> Option<Vec<String>> {
    let name = format!("tag-{tag}");
    let told = fields(forged).unwrap().into_iter().find(|field| field.name == name);
    told.map(|field| field.values)
}

fn tag(number: u32, form: u32, count: u32, data: &[u8]) -> Tag {
    Tag { number, form, count, data: data.to_vec(), offset: None }
}

#[test]
fn what_is_told() {
    let with = |tag: Tag| {
        let (number, mut forged) = (tag.number, gzipped());
        forged.set(tag);
        values(&forged, number)
    };
    let texts: Vec<String> = (0..64).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (what, tag, wanted) in [
        ("a text", tag(7000, 6, 1, b"one\0"), vec!["one"]),
        ("an empty one", tag(7000, 6, 1, b"\0"), vec![""]),
        ("texts", Tag::texts(1156, &["a", "b"]), vec!["a", "b"]),
        ("as many as are shown", Tag::texts(1156, &texts), texts.clone()),
        ("numbers", Tag::words(1008, &[1, u32::MAX]), vec!["1", "4294967295"]),
        ("long ones", Tag::longs(5125, &[u64::MAX]), vec!["18446744073709551615"]),
        ("bytes", tag(1012, 7, 2, &[0, 255]), vec!["00ff"]),
        ("above all others", Tag::words(u32::MAX, &[1]), vec!["1"]),
    ] {
        assert_eq!(with(tag).unwrap(), wanted, "{what}");
    }
    // A digest is of no two of these.
    let text = "sha256:".to_owned() + &"0".repeat(64);
    let odd = [
        ("one more than is shown", Tag::words(7000, &[0; 65])),
        ("numbers in another form", tag(7000, 3, 130, &[0; 260])),
        ("more", Tag::words(7000, &[0; 70_000])),
        ("bytes", tag(7000, 7, 260, &[0; 260])),
        ("nothing", tag(7000, 0, 1, b"")),
        ("no texts", Tag::texts(7000, &[])),
        ("no UTF-8", tag(7000, 6, 1, b"\xff\0")),
        ("no UTF-8 either", tag(7000, 6, 1, b"\xfe\0")),
        ("what looks like a digest", Tag::texts(7000, &[&text])),
    ];
    let mut seen = BTreeSet::from([vec![text]]);
    for (what, tag) in odd {
        let told = with(tag).unwrap_or_else(|| panic!("{what} is not told"));
        let [digest] = told.as_slice() else { panic!("{what}: {told:?}") };
        assert!(digest.starts_with("sha256:") && digest.len() == 71, "{what}: {digest}");
        assert!(seen.insert(told), "{what} is told as something else is");
    }
}

#[test]
fn what_is_told_elsewhere_or_of_one_build() {
    let names = |forged: &Forged| -> Vec<String> {
        fields(forged).unwrap().into_iter().map(|field| field.name).collect()
    };
    let whole = gzipped();
    let before = names(&whole);
    assert!(before.iter().all(|name| !name.starts_with("tag-")), "{before:?}");
    // Signatures, sizes and digests; and the sources: by their digest, name and spec.
    let of_builds = [257, 261, 267, 268, 269, 278, 279, 1046, 1146, 5090, 5099, 5112, 5118, 5120, 5121, 5124];
    for number in of_builds {
        let mut forged = whole.clone();
        forged.set(Tag::texts(number, &["odd"]));
        assert_eq!(names(&forged), before, "{number}");
    }
}

#[test]
fn there_are_not_too_many() {
    let with = |count: u32| {
        let mut forged = gzipped();
        (0..count).for_each(|number| forged.tags.push(Tag::words(10_000 + number, &[number])));
        fields(&forged)
    };
    assert!(with(1024).unwrap().iter().any(|field| field.name == "tag-11023"));
    // The last of these is as many as a header may have.
    for count in [1025, 0xffff - gzipped().tags.len() as u32] {
        let error = with(count).unwrap_err();
        let told = format!("unknown tags in a header is {count}");
        assert!(error.is_bound() && error.to_string().contains(&told), "{error}");
    }
}

/// Each way of compressing is a build of its own, at a time and with a release of its own.
#[test]
fn another_build_of_the_same() {
    let told = everything().iter().map(|path| {
        let rpm = Rpm::open(File::open(path).unwrap(), Bounds::default()).unwrap();
        let fields = rpm.fields().into_iter();
        let (named, numbered): (Vec<_>, Vec<_>) = fields.partition(|field| !field.name.starts_with("tag-"));
        let value = |name: &str| named.iter().find(|field| field.name == name).unwrap().values.clone();
        ((rpm.is_source(), value("name")), (value("release"), numbered))
    });
    let mut packages: BTreeMap<_, Vec<_>> = BTreeMap::new();
    told.for_each(|(package, told)| packages.entry(package).or_default().push(told));
    assert!(packages.len() >= 2, "{packages:?}");
    for ((is_source, name), builds) in packages {
        let releases: BTreeSet<_> = builds.iter().map(|(release, _)| release).collect();
        assert_eq!(releases.len(), 6, "{name:?}");
        let wanted = if is_source { vec!["tag-1106"] } else { vec![] };
        for (release, numbered) in &builds {
            let names: Vec<&str> = numbered.iter().map(|field| field.name.as_str()).collect();
            assert_eq!(names, wanted, "{name:?} {release:?}");
            assert_eq!(numbered, &builds[0].1, "{name:?} {release:?}");
        }
    }
}
