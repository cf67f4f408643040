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

#[test]
fn scripts() {
    let built = ["RPMS/x86_64/a-1-1.x86_64.rpm", "SRPMS/a-1-1.src.rpm", "SRPMS/b-1-1.src.rpm"];
    let plain = ["a-1-1.noarch.rpm", "a-1-1.src.rpm", "b_1_all.deb", "it's"];
    let checks = json!({"directory": "checks"});
    let skip = json!({"directory": "post_build.d", "skip": ["10-a", "it's $(x)"]});
    let rows: [(&str, Value, &str, &[&str], Option<&str>, &[&str]); 5] = [
        (
            "the folders of a build",
            checks.clone(),
            "a.spec",
            &built,
            Some("/job/sources"),
            &[
                "directory=/usr/lib/build/checks\n",
                "topdir=$(HOME=/home/abuild rpm --eval %_topdir)\n",
                "\tcp -RPp '/job/results/.' \"$topdir\" || return\n",
                "\tcp -RPp '/job/sources/.' \"$topdir/SOURCES\" || return\n",
                "PNAME=$(rpm --nodigest --nosignature -qp --qf '%{NAME}' '/job/results/SRPMS/b-1-1.src.rpm')\n",
            ],
        ),
        (
            "a plain folder",
            checks.clone(),
            "",
            &plain,
            None,
            &[
                "topdir=$(HOME=/home/abuild rpm --eval %_topdir)\n",
                "mkdir -p \"$topdir\"/'RPMS/noarch' && cp -p '/job/results/a-1-1.noarch.rpm' \"$topdir\"/'RPMS/noarch'/ ||",
                "mkdir -p \"$topdir\"/'SRPMS' &&",
                "mkdir -p \"$topdir\"/'DEBS' &&",
                "cp -p '/job/results/it'\\''s' \"$topdir\"/'OTHER'/ ||",
            ],
        ),
        (
            "another recipe",
            checks,
            "hello.dsc",
            &["DEBS/a_1_all.deb"],
            None,
            &["topdir=/usr/src/packages\n", "PNAME=\n"],
        ),
        (
            "an image",
            json!({"directory": "post-build-checks"}),
            "a.kiwi",
            &["KIWI/a.tar"],
            None,
            &[
                "directory=/usr/lib/build/post-build-checks\n",
                "cp -RPp '/job/results/.' \"$topdir\"",
                "test -x \"$script\" ||",
            ],
        ),
        (
            "scripts that are skipped",
            skip,
            "",
            &built,
            None,
            &["\t'10-a'|'it'\\''s $(x)')\n", "for name in '10-a' 'it'\\''s $(x)'; do\n"],
        ),
    ];
    for (what, settings, recipe, files, sources, parts) in rows {
        let text = written(settings, recipe, files, sources);
        for part in parts {
            assert!(text.contains(part), "{what}: {part:?} is not in\n{text}");
        }
        let checked = Command::new("sh").args(["-n", "-c", &text]).output().unwrap();
        assert!(checked.status.success(), "{what}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn only_checks_are_run_whether_executable_or_not() {
    for directory in ["checks", "post-build-checks", "post_build.d", "post-mkbaselibs-checks"] {
        let text = written(json!({ "directory": directory }), "", &[], None);
        assert_eq!(text.contains("test -x"), directory != "checks", "{directory}");
    }
}
