//! Packages to build: copies of the example, changed for a test.

use crate::farm;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The hooks of the example.
const HOOKS: [&str; 4] = ["rpmlint", "build-setup", "checksums", "baselibs"];

/// A checked-out package, laid out as osc does: `PROJECT/PACKAGE`.
#[derive(Debug, Clone)]
pub struct Package {
    folder: PathBuf,
}

impl Package {
    /// A copy of `examples/hello` with its hooks, for the test `name`.
    pub fn example(name: &str) -> Self {
        let folder = farm().folder.join("packages").join(name).join("hello");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        copy_files(&farm().examples.join("hello"), &folder);
        let package = Self { folder };
        HOOKS.iter().for_each(|hook| package.add_module(hook));
        fs::write(package.policy(), policy(&package, "")).unwrap();
        package
    }

    /// The package's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The recipe.
    pub fn recipe(&self) -> PathBuf {
        self.folder.join("hello.spec")
    }

    /// The admin's policy for this test.
    pub fn policy(&self) -> PathBuf {
        self.folder.with_file_name("policy.toml")
    }

    /// The report of the last build.
    pub fn report(&self) -> PathBuf {
        self.folder.with_file_name("report.json")
    }

    /// The log of the last build.
    pub fn log(&self) -> PathBuf {
        self.folder.with_file_name("build.log")
    }

    /// Puts a module beside `_hooks`.
    pub fn add_module(&self, hook: &str) {
        let file = format!("{hook}.wasm");
        fs::copy(farm().hooks.join(&file), self.folder.join(&file)).unwrap();
    }

    /// Replaces text in a file of the package.
    #[must_use]
    pub fn edit(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not hold {from:?}");
        fs::write(&path, text.replace(from, to)).unwrap();
        self
    }

    /// Writes a file of the package.
    #[must_use]
    pub fn write(self, file: &str, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.join(file), text).unwrap();
        self
    }

    /// Takes the hooks away.
    #[must_use]
    pub fn without_hooks(self) -> Self {
        fs::remove_file(self.folder.join("_hooks")).unwrap();
        self
    }

    /// Adds lines to the policy.
    #[must_use]
    pub fn with_policy(self, more: &str) -> Self {
        fs::write(self.policy(), policy(&self, more)).unwrap();
        self
    }
}

/// The policy of the examples for the modules of `package`, and `more`.
fn policy(package: &Package, more: &str) -> String {
    let template = fs::read_to_string(farm().examples.join("policy.toml.in")).unwrap();
    let mut text = template
        .replace("@pool@", &farm().pool.display().to_string())
        .replace("@extra@", &farm().extra.display().to_string());
    for hook in HOOKS {
        let module = package.folder.join(format!("{hook}.wasm"));
        let output = Command::new(farm().skink()).args(["module", "digest"]).arg(module).output().unwrap();
        let digest =
            String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap_or("").to_owned();
        assert_eq!(digest.len(), 64, "no digest of {hook}: {}", String::from_utf8_lossy(&output.stderr));
        text = text.replace(&format!("@sha256:{hook}@"), &digest);
    }
    text + more
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// All RPMs below a results folder: name, and what `rpm` says of header and files, without times.
pub fn packages_of(results: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let results = fs::canonicalize(results).unwrap();
    let mut folders = vec![results.join("SRPMS")];
    folders
        .extend(fs::read_dir(results.join("RPMS")).into_iter().flatten().flatten().map(|entry| entry.path()));
    for entry in folders.iter().flat_map(fs::read_dir).flatten().flatten() {
        found.insert(entry.file_name().to_string_lossy().into_owned(), described(&entry.path()));
    }
    found
}

/// Header tags whose values are times, or digests of what holds times.
const TIMES: [&str; 15] = [
    "SOURCEPKGID",
    "HDRID",
    "PKGID",
    "BUILDTIME",
    "COOKIE",
    "FILEMTIMES",
    "SHA1HEADER",
    "SHA256HEADER",
    "SIGMD5",
    "PAYLOADDIGEST",
    "PAYLOADDIGESTALT",
    "SIGSIZE",
    "LONGSIGSIZE",
    "PAYLOADSIZE",
    "LONGARCHIVESIZE",
];

fn described(rpm: &Path) -> String {
    let tags = output(Command::new("rpm").arg("--querytags"));
    let skip = |tag: &&str| {
        !TIMES.contains(tag) && !tag.starts_with("HEADER") && *tag != "ARCHIVESIZE" && *tag != "DBINSTANCE"
    };
    let format: String =
        tags.split_whitespace().filter(skip).map(|tag| format!("{tag}=[%{{{tag}}} ]\\n")).collect();
    let header = output(Command::new("rpm").args(["-qp", "--nosignature", "--qf", &format]).arg(rpm));
    let dump = output(Command::new("rpm").args(["-qp", "--nosignature", "--dump"]).arg(rpm));
    // path size mtime digest mode …: the third word is the time.
    let dump: Vec<String> = dump
        .lines()
        .map(|line| {
            line.split(' ')
                .enumerate()
                .filter(|(i, _)| *i != 2)
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    format!("{header}\n{}", dump.join("\n"))
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
