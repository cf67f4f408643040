//! The packages that others are derived from, and the databases in which mkbaselibs looks who owns the system's folders.

use super::said;
use skink_tests_packages::temporary;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What each spec is built for: what rpm calls the target, the architecture, and how C is compiled for it. The package of the system's
/// folders comes in two forms instead.
const BUILDS: [(&str, &str, &str, &str); 8] = [
    ("greet", "i586", "i586", "-m32"),
    ("greet", "x86_64", "x86_64", "-m64"),
    ("greet", "x86_64", "x86_64_v3", "-m64"),
    ("odd", "i586", "i586", "-m32"),
    ("odd", "x86_64", "x86_64", "-m64"),
    ("closed", "i586", "i586", "-m32"),
    ("filesystem", "x86_64", WHOLE, "-m64"),
    ("filesystem", "x86_64", BARE, "-m64"),
];

/// A package that owns the system's folders.
const WHOLE: &str = "whole";

/// One of the same name that owns but the root.
const BARE: &str = "bare";

/// What rpm is told on top of the machine's configuration: what openSUSE, whose packages are derived so, has otherwise.
const MACROS: &str = "%_buildshell /bin/bash\n%_build_id_links alldebug\n%_minimize_writes 1\n";

/// How payloads are compressed: as openSUSE does for one of the architectures, and as this machine does, whose headers say what they
/// should, for the others.
fn payload(is_zstd: bool) -> &'static str {
    if is_zstd { "%_binary_payload w19.zstdio\n" } else { "%_binary_payload w9.gzdio\n" }
}

/// The architecture whose packages are compressed with zstd.
const ZSTD: &str = "x86_64_v3";

/// The folder with specs and configurations.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baselibs")
}

/// What is made once: packages and databases. It goes with the tests.
struct Corpus {
    top: tempfile::TempDir,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let corpus = Corpus { top: temporary() };
    fs::write(corpus.top.path().join("closed.tar"), "").unwrap();
    super::each(&BUILDS, |(spec, target, cpu, bits)| corpus.build(spec, target, cpu, bits));
    [WHOLE, BARE].iter().for_each(|form| corpus.database(form));
    corpus
});

/// A built package, as `ARCH/NAME`.
pub(super) fn package(name: &str) -> PathBuf {
    let (arch, name) = name.split_once('/').unwrap_or_else(|| panic!("{name} is no ARCH/NAME"));
    // What is built for any machine comes out of each build, and is taken from one.
    let build = if arch == "noarch" { "i586" } else { arch };
    find(&CORPUS.packages(build, arch), name)
}

fn find(folder: &Path, name: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_named = |path: &PathBuf| {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        file.rsplitn(3, '-').last() == Some(name)
    };
    files.into_iter().find(is_named).unwrap_or_else(|| panic!("no {name} in {}", folder.display()))
}

/// A new home for rpm, with a database in which a package owns the system's folders.
pub(super) fn home(at: &Path, is_bare: bool, packages: &[PathBuf]) {
    let database = CORPUS.top.path().join(if is_bare { BARE } else { WHOLE });
    let is_zstd = packages.iter().any(|path| path.parent().is_some_and(|folder| folder.ends_with(ZSTD)));
    write_macros(at, &database, is_zstd);
}

/// A new home for rpm, whose database is empty.
pub(super) fn home_without_filesystem(at: &Path) {
    write_macros(at, &at.join("empty"), false);
}

fn write_macros(home: &Path, database: &Path, is_zstd: bool) {
    fs::create_dir_all(home.join("tmp")).unwrap();
    let folders = format!("%_dbpath {}\n%_tmppath {}\n", database.display(), home.join("tmp").display());
    fs::write(home.join(".rpmmacros"), [MACROS, payload(is_zstd), &folders].concat()).unwrap();
}

/// A program that finds what it needs in such a home. For packages of 32 bits it believes the machine to be one, as every build does.
pub(super) fn at_home(program: impl AsRef<Path>, home: &Path, is_narrow: bool) -> Command {
    let mut command = Command::new("setarch");
    command.arg(if is_narrow { "linux32" } else { "linux64" }).arg(program.as_ref());
    command.env("HOME", home).env("TMPDIR", home.join("tmp")).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
    command
}

/// Whether a built package is of 32 bits.
pub(super) fn is_narrow(package: &Path) -> bool {
    package.parent().is_some_and(|folder| folder.ends_with("i586"))
}

impl Corpus {
    /// The folder of the packages for an architecture that came out of one build.
    fn packages(&self, build: &str, arch: &str) -> PathBuf {
        self.top.path().join("packages").join(build).join(arch)
    }

    fn build(&self, spec: &str, target: &str, cpu: &str, bits: &str) {
        let top = self.top.path();
        let home = top.join(format!("{spec}-{cpu}"));
        write_macros(&home, &home.join("database"), cpu == ZSTD);
        let packages = top.join("packages").join(cpu);
        // Of two rpmbuilds that make a folder at once one fails.
        for arch in [target, "noarch"] {
            fs::create_dir_all(packages.join(arch)).unwrap();
        }
        let defines = [
            format!("_topdir {}", home.display()),
            format!("_rpmdir {}", packages.display()),
            format!("_sourcedir {}", top.display()),
            format!("cpu {cpu}"),
            format!("bits {bits}"),
        ];
        let mut command = at_home("rpmbuild", &home, bits == "-m32");
        command.args(["-bb", "--nodeps", "--target", target]);
        command.args(defines.iter().flat_map(|define| ["--define", define]));
        let output = command.arg(folder().join(format!("{spec}.spec"))).output().unwrap();
        assert!(output.status.success(), "{spec} for {cpu}: {}", said(&output));
    }

    fn database(&self, form: &str) {
        let home = self.top.path().join(format!("home-{form}"));
        write_macros(&home, &self.top.path().join(form), false);
        let mut command = at_home("rpm", &home, false);
        command.args(["-i", "--justdb", "--nodeps"]);
        let output = command.arg(find(&self.packages(form, "noarch"), "filesystem")).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
}
