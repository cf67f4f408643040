//! Debs, which the real dpkg-deb makes.

use super::parts::RELEASES;
use md5::{Digest as _, Md5};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A deb of one side.
#[derive(Clone)]
pub(crate) struct Deb {
    pub(crate) package: String,
    pub(crate) version: &'static str,
    pub(crate) release: &'static str,
    pub(crate) arch: &'static str,
    /// More lines of the control file.
    pub(crate) control: String,
    /// Scripts and other control files.
    pub(crate) scripts: Vec<(&'static str, Vec<u8>)>,
    pub(crate) files: Vec<(String, Vec<u8>, u32)>,
    pub(crate) link: OsString,
    pub(crate) has_sums: bool,
    pub(crate) packing: &'static str,
}

impl Deb {
    pub(crate) fn new(package: &str, side: usize) -> Self {
        Self {
            package: package.to_owned(),
            version: "1.0",
            release: RELEASES[side],
            arch: "amd64",
            control: String::new(),
            scripts: Vec::new(),
            files: vec![("usr/share/it/text".to_owned(), b"same\n".to_vec(), 0o644)],
            link: "text".into(),
            has_sums: true,
            packing: "gzip",
        }
    }

    pub(crate) fn built(&self, at: &Path) -> PathBuf {
        let root = at.join("root");
        let says = root.join("DEBIAN");
        fs::create_dir_all(&says).unwrap();
        let mut sums = String::new();
        for (path, content, mode) in &self.files {
            let to = root.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(&to, content).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(*mode)).unwrap();
            if !path.ends_with("unknown") {
                sums += &format!("{}  {path}\n", hex::encode(Md5::digest(content)));
            }
        }
        symlink(&self.link, root.join("usr/share/it/link")).unwrap();
        let control = format!(
            "Package: {}\nVersion: {}-{}\nArchitecture: {}\nMaintainer: A Person <a@example.org>\n{}Description: it\n",
            self.package, self.version, self.release, self.arch, self.control
        );
        fs::write(says.join("control"), control).unwrap();
        if self.has_sums {
            fs::write(says.join("md5sums"), sums).unwrap();
        }
        for (name, text) in &self.scripts {
            fs::write(says.join(name), text).unwrap();
            fs::set_permissions(says.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let deb = at.join(format!("{}_1.0-{}_{}.deb", self.package, self.release, self.arch));
        let mut command = Command::new("dpkg-deb");
        command.args(["--root-owner-group", &format!("-Z{}", self.packing), "-b"]);
        let output = command.arg(&root).arg(&deb).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        deb
    }
}
