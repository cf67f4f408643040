//! Headers that lie.

use super::{Case, are_refused, is_refused};
use crate::gzipped;
use skink_packages::Bounds;
use skink_tests_packages::forge::{Forged, Tag};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const SIZES: u32 = 1028;
const FOLDER_OF: u32 = 1116;
const NAMES: u32 = 1117;
const FOLDERS: u32 = 1118;
const CLASS_OF: u32 = 1141;
const CLASSES: u32 = 1142;
const DEPENDS_FROM: u32 = 1143;
const DEPENDS_COUNT: u32 = 1144;
const DEPENDS: u32 = 1145;
const LONG_SIZES: u32 = 5008;

/// Every tag that says something of each file, of each dependency of a kind, of each trigger and of each change.
const COLUMNS: [u32; 33] = [
    1028, 1030, 1033, 1034, 1035, 1036, 1037, 1039, 1040, 1045, 1095, 1096, 1097, 1116, 1140, 1141, 1143,
    1144, 5010, 1048, 1050, 1112, 1113, 5048, 5047, 1092, 1069, 1067, 1068, 5084, 1080, 1081, 1082,
];

fn files(forged: &mut Forged) -> usize {
    forged.tag(NAMES).count as usize
}

/// A tag with a word for each file, all but the first of them 0.
fn words_with(forged: &mut Forged, tag: u32, first: u32) {
    let mut words = vec![0; files(forged)];
    words[0] = first;
    forged.set(Tag::words(tag, &words));
}

/// Sizes of 64 bits, all but the first two of them 0.
fn sizes(forged: &mut Forged, first: u64, second: u64) {
    let mut longs = vec![0; files(forged)];
    longs[..2].copy_from_slice(&[first, second]);
    forged.remove(SIZES);
    forged.set(Tag::longs(LONG_SIZES, &longs));
}

/// One long text that all files name.
fn shared(forged: &mut Forged, texts: u32, places: u32) {
    forged.set(Tag::texts(texts, &[&format!("/{}/", "a".repeat(4 << 20))]));
    words_with(forged, places, 0);
}

fn named(forged: &mut Forged, place: usize, name: &str) {
    let old = String::from_utf8(forged.tag(NAMES).data.clone()).unwrap();
    let mut names: Vec<&str> = old.trim_end_matches('\0').split('\0').collect();
    names[place] = name;
    forged.set(Tag::texts(NAMES, &names));
}

#[test]
fn the_index() {
    let cases: [Case<fn(&mut Forged)>; 19] = [
        ("strings", |p| p.tag(NAMES).count = u32::MAX, "Corrupt", "tag 1117 reaches over the end"),
        ("numbers", |p| p.tag(SIZES).count = u32::MAX, "Corrupt", "tag 1028 reaches over the end"),
        ("shorts", |p| p.tag(1030).count = 0x8000_0001, "Corrupt", "tag 1030 reaches over the end"),
        (
            "bytes",
            |p| (p.tag(NAME).form, p.tag(NAME).count) = (7, u32::MAX),
            "Corrupt",
            "tag 1000 reaches over",
        ),
        (
            "two of one",
            |p| (p.tag(NAME).form, p.tag(NAME).count) = (6, 2),
            "Corrupt",
            "tag 1000 reaches over",
        ),
        ("far", |p| p.tag(NAME).offset = Some(i32::MAX as u32), "Corrupt", "tag 1000 reaches over the end"),
        (
            "negative",
            |p| p.tag(NAME).offset = Some(-8_i32 as u32),
            "Corrupt",
            "tag 1000 reaches over the end",
        ),
        ("overlap", |p| p.tag(RELEASE).offset = Some(2), "Corrupt", "tag 1002 has data that another tag has"),
        ("twice", |p| p.tags.push(p.tags[1].clone()), "Corrupt", "is there twice"),
        ("unknown form", |p| p.tag(NAME).form = 10, "Corrupt", "tag 1000 is of no known form"),
        ("no form", |p| p.tag(NAME).form = 0, "Corrupt", "tag 1000 is Null, and should be text"),
        (
            "a number",
            |p| p.set(Tag::words(NAME, &[1])),
            "Corrupt",
            "tag 1000 is Number(4), and should be text",
        ),
        (
            "a text",
            |p| p.set(Tag::texts(SIZES, &["1"])),
            "Corrupt",
            "tag 1028 is Texts, and should be numbers",
        ),
        ("no name", |p| p.remove(NAME), "Corrupt", "it has no name"),
        ("no version", |p| p.remove(VERSION), "Corrupt", "it has no version"),
        ("no release", |p| p.remove(RELEASE), "Corrupt", "it has no release"),
        ("no architecture", |p| p.remove(1022), "Corrupt", "it has no architecture"),
        ("empty name", |p| p.set(Tag::texts(NAME, &[""])), "Corrupt", "it has no name"),
        ("no names", |p| p.set(Tag::texts(NAME, &[])), "Corrupt", "it has no name"),
    ];
    are_refused(&gzipped(), &cases);
}

#[test]
fn what_it_says_of_files() {
    let cases: [Case<fn(&mut Forged)>; 18] = [
        ("folder", |p| words_with(p, FOLDER_OF, 99), "Corrupt", "in a folder that is not there"),
        ("no folders", |p| p.remove(FOLDERS), "Corrupt", "in a folder that is not there"),
        ("large", |p| sizes(p, 1 << 40, 0), "TooLarge", "the payload is 1099511627776"),
        ("sum", |p| sizes(p, u64::MAX, 2), "TooLarge", "the payload is 18446744073709551615"),
        ("two paths", |p| named(p, 1, "everything.conf"), "Corrupt", "has \"/etc/everything.conf\" twice"),
        ("slashes", |p| named(p, 1, "/everything.conf"), "Corrupt", "has \"/etc//everything.conf\" twice"),
        ("points", |p| named(p, 1, "./everything.conf"), "Corrupt", "has \"/etc/./everything.conf\" twice"),
        ("relative", |p| p.tag(FOLDERS).data[0] = b'x', "Corrupt", "the path \"xetc/"),
        ("upwards", |p| named(p, 0, "../../tmp/x"), "Corrupt", "has \"/etc/../../tmp/x\" as a file's path"),
        ("one folder of all", |p| shared(p, FOLDERS, FOLDER_OF), "TooLarge", "the text of all paths"),
        ("one class of all", |p| shared(p, CLASSES, CLASS_OF), "TooLarge", "all files' classes"),
        ("wide", |p| sizes_of_modes(p), "Corrupt", "a number of tag 1030 is too large"),
        ("depends", |p| depends(p, 1, b'R', 999), "Corrupt", "a dependency that the package has not"),
        ("letter", |p| depends(p, 1, b'X', 0), "Corrupt", "a dependency that the package has not"),
        ("too many", |p| depends(p, 2, b'R', 0), "Corrupt", "dependencies that are not there"),
        ("overflow", |p| depends(p, u32::MAX, b'R', 0), "Corrupt", "dependencies that are not there"),
        ("shared", share_dependencies, "Corrupt", "files share dependencies"),
        ("a million", a_million, "TooLarge", "the number of files is 1000000"),
    ];
    are_refused(&gzipped(), &cases);
}

fn sizes_of_modes(forged: &mut Forged) {
    let longs = vec![1 << 33; files(forged)];
    forged.set(Tag::longs(1030, &longs));
}

/// The first file has so many dependencies, and there is one.
fn depends(forged: &mut Forged, count: u32, letter: u8, place: u32) {
    words_with(forged, DEPENDS_FROM, 0);
    words_with(forged, DEPENDS_COUNT, count);
    forged.set(Tag::words(DEPENDS, &[u32::from(letter) << 24 | place]));
}

fn share_dependencies(forged: &mut Forged) {
    depends(forged, 0, b'R', 0);
    let counts = vec![1; files(forged)];
    forged.set(Tag::words(DEPENDS_COUNT, &counts));
}

fn a_million(forged: &mut Forged) {
    let names: Vec<String> = (0..1_000_000).map(|number| number.to_string()).collect();
    forged.set(Tag::texts(NAMES, &names.iter().map(String::as_str).collect::<Vec<_>>()));
    words_with(forged, FOLDER_OF, 0);
}

#[test]
fn the_rest() {
    let cases: [Case<fn(&mut Forged)>; 11] = [
        ("triggers", |p| p.tag(1069).data[3] = 99, "Corrupt", "triggers a script that is not there"),
        ("strings", |p| p.set(many(1, 9 << 20, 8)), "TooLarge", "the number of strings in a header is 943"),
        ("numbers", |p| p.set(many(1, 17 << 20, 1)), "TooLarge", "the number of numbers in a header is 178"),
        ("sources", |p| p.set(many(1018, 70_000, 8)), "TooLarge", "the number of values of a field is 70000"),
        ("scripts", |p| p.set(many(1065, 70_000, 8)), "TooLarge", "the number of values of a field is 70000"),
        ("compression", |p| p.set(Tag::texts(1125, &["lz4"])), "Unsupported", "the compression \"lz4\""),
        ("format", |p| p.set(Tag::texts(1124, &["drpm"])), "Unsupported", "a payload of the format \"drpm\""),
        ("version", |p| p.lead[4] = 5, "Unsupported", "version 5 of the RPM format"),
        ("kind", |p| p.lead[7] = 9, "Corrupt", "its lead is of kind 9"),
        ("signatures", |p| p.signatures[0] = 0, "Corrupt", "the header of signatures does not begin as one"),
        ("padding", |p| p.signatures.extend([0; 8]), "Corrupt", "the header does not begin as one"),
    ];
    are_refused(&gzipped(), &cases);
}

/// A tag of many values, each a byte of zero.
fn many(number: u32, count: u32, form: u32) -> Tag {
    Tag { number, form, count, data: vec![0; count as usize], offset: None }
}

#[test]
fn columns_of_another_length() {
    let whole = gzipped();
    for number in COLUMNS {
        let mut forged = whole.clone();
        let tag = forged.tag(number);
        assert!(tag.count > 0, "{number}");
        let width = tag.data.len() / tag.count as usize;
        // One more.
        let more = if matches!(tag.form, 6 | 8 | 9) { 1 } else { width };
        tag.count += 1;
        tag.form = if tag.form == 6 { 8 } else { tag.form };
        tag.data.extend(vec![0; more]);
        let what = format!("one more of tag {number}");
        is_refused(&what, &forged.bytes(), Bounds::default(), "Corrupt", "");
    }
}

#[test]
fn sizes_of_a_header() {
    let whole = gzipped();
    let start = 96 + whole.signatures.len();
    let cases: [Case<(usize, u32)>; 6] = [
        ("many tags", (8, 0x1_0000), "TooLarge", "the number of tags is 65536"),
        ("all tags", (8, u32::MAX), "TooLarge", "the number of tags is 4294967295"),
        ("all bytes", (12, u32::MAX), "TooLarge", "a header is 429"),
        ("more than there is", (12, 60 << 20), "Truncated", "the header"),
        ("no data", (12, 0), "Corrupt", "reaches over the end of the data"),
        ("no tags", (8, 0), "Corrupt", "it has no name"),
    ];
    for (what, (at, number), variant, piece) in cases {
        let mut bytes = whole.bytes();
        bytes[start + at..start + at + 4].copy_from_slice(&number.to_be_bytes());
        is_refused(what, &bytes, Bounds::default(), variant, piece);
    }
}
