//! The cases: each file of `baselibs/conf/` says in its first comments what it is a configuration of.
//!
//! `# of: ARCH/PACKAGE …` are the packages; `# global: …` is which configuration of the distribution comes before it;
//! `# filesystem: bare` has the package of the system's folders own but the root.

use super::corpus;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian and openSUSE have the program and the configurations of distributions.
const PLACES: [&str; 2] = ["/usr/lib/obs-build", "/usr/lib/build"];

/// Which configuration comes before the package's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Global {
    /// That of build, by the hook's setting `global`.
    Distribution,
    /// The hook's own; mkbaselibs has that of build.
    BuiltIn,
    /// That of build, as a file among the sources.
    File,
    /// Another one of build.
    Named(String),
    /// None at all.
    None,
}

/// One configuration with the packages that it is for.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) conf: PathBuf,
    pub(super) packages: Vec<PathBuf>,
    pub(super) global: Global,
    /// Whether the package of the system's folders owns but the root.
    pub(super) is_bare: bool,
}

/// Every case, by name.
pub(super) fn all() -> Vec<Case> {
    let mut all = in_folder("conf");
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The case of a name.
pub(super) fn named(name: &str) -> Case {
    let all = all();
    all.into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("there is no case {name}"))
}

fn in_folder(name: &str) -> Vec<Case> {
    let folder = corpus::folder().join(name);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| Case::read(&file)).collect()
}

impl Case {
    fn read(conf: &Path) -> Self {
        let text = fs::read_to_string(conf).unwrap();
        let name = conf.file_stem().unwrap().to_string_lossy().into_owned();
        let (mut packages, mut global, mut is_bare) = (Vec::new(), Global::Distribution, false);
        for line in text.lines().map_while(|line| line.strip_prefix("# ")) {
            match line.trim().split_once(": ") {
                Some(("of", all)) => packages = all.split(' ').map(corpus::package).collect(),
                Some(("global", "none")) => global = Global::None,
                Some(("global", "built-in")) => global = Global::BuiltIn,
                Some(("global", "file")) => global = Global::File,
                Some(("global", other)) => global = Global::Named(other.to_owned()),
                Some(("filesystem", "bare")) => is_bare = true,
                Some((word, _)) => panic!("{name}: {word} is no word of cases"),
                None => assert!(line.ends_with('.'), "{name}: {line:?} is no sentence"),
            }
        }
        assert!(!packages.is_empty(), "{name} names no packages");
        Self { name, conf: conf.to_owned(), packages, global, is_bare }
    }

    /// The distribution's configuration that mkbaselibs reads first.
    pub(super) fn global_file(&self) -> Option<PathBuf> {
        match &self.global {
            Global::Distribution | Global::BuiltIn | Global::File => Some(of_build("baselibs_global.conf")),
            Global::Named(name) => Some(of_build(&format!("baselibs_configs/baselibs_global-{name}.conf"))),
            Global::None => None,
        }
    }
}

/// A file of build.
pub(super) fn of_build(name: &str) -> PathBuf {
    let all = PLACES.map(|place| Path::new(place).join(name));
    all.iter().find(|path| path.is_file()).cloned().unwrap_or_else(|| panic!("none of {all:?} is there"))
}
