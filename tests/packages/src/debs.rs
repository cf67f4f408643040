//! Debs that the real dpkg-deb, tar and ar make of one folder with everything.

use crate::built::{folder, temporary};
use crate::deb_theirs::text;
use md5::{Digest, Md5};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// How dpkg-deb can compress.
const WAYS: [&str; 4] = ["none", "gzip", "xz", "zstd"];

/// How it could, and still unpacks: the tool, and how members end.
const OLD_WAYS: [(&str, &str); 2] = [("bzip2", "bz2"), ("lzma", "lzma")];

/// Forms of tar, and what they have no place for.
const FORMS: [(&str, &[&str]); 4] =
    [("gnu", &[]), ("posix", &[]), ("ustar", &["*far*"]), ("v7", &["*far*", "*long*", "*fifo"])];

const CONTROL_FILES: [(&str, &str, u32); 13] = [
    ("control", include_str!("../specs/everything.control"), 0o644),
    ("preinst", "#!/bin/sh -e\necho before \"$1\"\n", 0o755),
    ("postinst", "#! /usr/bin/perl  -w -T\nprint \"there\\n\";\n", 0o755),
    ("prerm", "#!/bin/sh\n", 0o755),
    ("postrm", "#!/usr/bin/env bash\necho after – ü\n", 0o755),
    ("config", "#!/bin/sh\n. /usr/share/debconf/confmodule\n", 0o755),
    ("triggers", "# what it waits for\ninterest-noawait /usr/lib/everything\n\nactivate ldconfig\n", 0o644),
    ("conffiles", "/etc/everything.conf\n/etc/other file\n", 0o644),
    ("shlibs", "libeverything 1 everything (>= 1.0)\n", 0o644),
    ("symbols", "libeverything.so.1 everything #MINVER#\n one@Base 1.0\n", 0o644),
    ("templates", "Template: everything/really\nType: boolean\nDescription: Really everything?\n", 0o644),
    ("isinstallable", "#!/bin/sh\n\texit 0 # ü\n", 0o755),
    ("odd", "no\0text", 0o644),
];

/// One deb with everything, in every way of compressing, and with archives of every form.
pub fn everything_debs() -> &'static [PathBuf] {
    static BUILT: LazyLock<Vec<PathBuf>> = LazyLock::new(build);
    &BUILT
}

fn build() -> Vec<PathBuf> {
    let top = folder().join("debs");
    let root = top.join("root");
    fill(&root);
    let deb = |name: &str| top.join(format!("{name}.deb"));
    let mut built = Vec::new();
    for way in WAYS {
        let mut command = Command::new("dpkg-deb");
        command.args(["--root-owner-group", &format!("-Z{way}"), "-b"]).arg(&root).arg(deb(way));
        text(&mut command);
        built.push(deb(way));
    }
    let control = top.join("control.tar");
    text(Command::new("tar").args(["-C"]).arg(root.join("DEBIAN")).arg("-cf").arg(&control).arg("."));
    let data = top.join("data.tar");
    for (form, left_out) in FORMS {
        let mut tar = Command::new("tar");
        tar.args(["--owner=builder:4321", "--group=crew:4322", "--exclude=./DEBIAN"]);
        tar.arg(format!("--format={form}"));
        tar.args(left_out.iter().map(|pattern| format!("--exclude={pattern}")));
        text(tar.arg("-C").arg(&root).arg("-cf").arg(&data).arg("."));
        built.push(packed(deb(form), &[&control, &data]));
    }
    for (tool, end) in OLD_WAYS {
        text(Command::new(tool).args(["-kf"]).arg(&data));
        built.push(packed(deb(tool), &[&control, &top.join(format!("data.tar.{end}"))]));
    }
    built
}

/// A deb by hand, which ar writes as it likes: with a slash behind each name. Two members more are to be ignored.
fn packed(deb: PathBuf, archives: &[&Path; 2]) -> PathBuf {
    let folder = temporary();
    let [version, early, late] = ["debian-binary", "_early", "late"].map(|name| folder.path().join(name));
    for (member, content) in [(&version, "2.0\n"), (&early, "odd"), (&late, "later")] {
        fs::write(member, content).unwrap();
    }
    let mut ar = Command::new("ar");
    text(ar.arg("rcS").arg(&deb).args([&version, &early]).args(archives).arg(&late));
    deb
}

fn fill(root: &Path) {
    let far = "far/".repeat(40);
    for folder in ["DEBIAN", "usr/bin", "usr/share/everything", "etc", "opt/empty", "var/lib", &far] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let long = format!("usr/share/everything/{0}/{0}", "long-".repeat(15));
    fs::create_dir_all(root.join(&long).parent().unwrap()).unwrap();
    let farther = format!("{far}{}", "x".repeat(200));
    let files: [(&str, &[u8], u32); 9] = [
        ("usr/bin/everything", b"#!/bin/sh\ntrue\n", 0o4755),
        ("usr/share/everything/linked", b"one\ntwo\n", 0o644),
        ("usr/share/everything/empty", b"", 0o600),
        ("usr/share/everything/name with blanks, \u{fc}ml\u{e4}ut", &[b'z'; 300_001], 0o2644),
        ("usr/share/everything/block", &[7; 512], 0o640),
        ("etc/everything.conf", b"key=value\n", 0o644),
        ("etc/other file", b"x\n", 0o444),
        (&long, b"long\n", 0o644),
        (&farther, b"far\n", 0o644),
    ];
    let mut sums = String::new();
    for (path, content, mode) in files {
        written(&root.join(path), content, mode);
        sums += &format!("{}  {path}\n", hex::encode(Md5::digest(content)));
    }
    for link in ["linked-2", "linked-3"] {
        let folder = root.join("usr/share/everything");
        fs::hard_link(folder.join("linked"), folder.join(link)).unwrap();
        sums += &format!("{}  usr/share/everything/{link}\n", hex::encode(Md5::digest(b"one\ntwo\n")));
    }
    symlink("../share/everything/linked", root.join("usr/bin/link")).unwrap();
    symlink(format!("/nowhere/{}", "at/all/".repeat(20)), root.join("usr/bin/leads-far")).unwrap();
    text(Command::new("mkfifo").arg(root.join("var/lib/fifo")));
    fs::set_permissions(root.join("opt/empty"), Permissions::from_mode(0o1777)).unwrap();
    fs::set_permissions(root.join("DEBIAN"), Permissions::from_mode(0o755)).unwrap();
    for (name, content, mode) in CONTROL_FILES {
        written(&root.join("DEBIAN").join(name), content.as_bytes(), mode);
    }
    written(&root.join("DEBIAN/md5sums"), sums.as_bytes(), 0o644);
}

fn written(path: &Path, content: &[u8], mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}
