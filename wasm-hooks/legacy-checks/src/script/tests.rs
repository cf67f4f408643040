use super::*;
use serde_json::{Value, json};
use skink_sdk::Kind;
use std::process::Command;

fn written(settings: Value, recipe: &str, files: &[&str], sources: Option<&str>) -> String {
    let entry = |path: &&str| Entry {
        path: (*path).to_owned(),
        kind: Kind::File,
        size: 1,
        mode: 0o644,
        target: None,
    };
    let entries: Vec<Entry> = files.iter().map(entry).collect();
    let trees = Trees { results: "/job/results", entries: &entries, sources };
    script(&serde_json::from_value(settings).unwrap(), recipe, &trees).unwrap()
}

/// The script holds these parts, and a shell can read it.
fn holds(what: &str, text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{what}: {part:?} is not in\n{text}");
    }
    let checked = Command::new("sh").args(["-n", "-c", text]).output().unwrap();
    assert!(checked.status.success(), "{what}: {}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn results_and_sources_are_laid_out() {
    let built = ["RPMS/x86_64/a-1-1.x86_64.rpm", "SRPMS/a-1-1.src.rpm", "SRPMS/b-1-1.src.rpm"];
    let plain = ["a-1-1.noarch.rpm", "a-1-1.src.rpm", "b_1_all.deb", "it's"];
    let written = |recipe, files, sources| written(json!({"directory": "checks"}), recipe, files, sources);
    let asked = "topdir=$(HOME=/home/abuild rpm --eval %_topdir)\n";
    holds(
        "the folders of a build",
        &written("a.spec", &built, Some("/job/sources")),
        &[
            "directory=/usr/lib/build/checks\n",
            asked,
            "\tcp -RPp '/job/results/.' \"$topdir\" || return\n",
            "\tcp -RPp '/job/sources/.' \"$topdir/SOURCES\" || return\n",
            "PNAME=$(rpm --nodigest --nosignature -qp --qf '%{NAME}' '/job/results/SRPMS/b-1-1.src.rpm')\n",
        ],
    );
    holds(
        "a plain folder",
        &written("", &plain, None),
        &[
            asked,
            "mkdir -p \"$topdir\"/'RPMS/noarch' && cp -p '/job/results/a-1-1.noarch.rpm' ",
            "mkdir -p \"$topdir\"/'SRPMS' &&",
            "mkdir -p \"$topdir\"/'DEBS' &&",
            "cp -p '/job/results/it'\\''s' \"$topdir\"/'OTHER'/ ||",
        ],
    );
    holds(
        "another recipe",
        &written("hello.dsc", &["DEBS/a_1_all.deb"], None),
        &["topdir=/usr/src/packages\n", "cp -RPp '/job/results/.' \"$topdir\"", "PNAME=\n"],
    );
}

#[test]
fn scripts_are_skipped_by_name() {
    let skip = json!({"directory": "post_build.d", "skip": ["10-a", "it's $(x)"]});
    let parts = ["case $1 in '10-a'|'it'\\''s $(x)') ;;", "set -- '10-a' 'it'\\''s $(x)'\n"];
    holds("skip", &written(skip, "", &[], None), &parts);
    assert!(!written(json!({"directory": "checks"}), "", &[], None).contains("case $1"));
}

#[test]
fn only_checks_are_run_whether_executable_or_not() {
    for directory in ["checks", "post-build-checks", "post_build.d", "post-mkbaselibs-checks"] {
        let text = written(json!({ "directory": directory }), "", &[], None);
        assert_eq!(text.contains("test -x"), directory != "checks", "{directory}");
        holds(directory, &text, &[&format!("directory=/usr/lib/build/{directory}\n")]);
    }
}
