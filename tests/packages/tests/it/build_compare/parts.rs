//! Pairs of one package each, all of which two calls of rpmbuild make: each row is a package of one recipe, which says
//! something else the second time.
//!
//! Invariant: the recipe is the same in both builds, so that the packages of sources are; only the folder that the files come from
//! and two macros differ.

use super::pair::{Pair, Shows};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the release number counts builds.
pub(crate) const RELEASES: [&str; 2] = ["1.1", "1.2"];

/// What stands at a path.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Text(String),
    Bytes(Vec<u8>),
    Link(String),
    Folder,
    /// Another name of a file that was placed before.
    Same(&'static str),
    /// The recipe alone tells of it.
    Nothing,
}

impl From<&str> for What {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for What {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A file of one side.
#[derive(Debug, Clone)]
struct Placed {
    path: String,
    /// What `%files` says before the path.
    says: String,
    what: What,
}

/// A row: a package, as it is in the previous build and in the new one. `{n}` is its name everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    name: &'static str,
    preamble: [String; 2],
    description: [&'static str; 2],
    sections: [String; 2],
    files: [Vec<Placed>; 2],
    shows: Shows,
}

pub(crate) fn part(name: &'static str) -> Part {
    let none = || [String::new(), String::new()];
    let (preamble, sections) = (none(), none());
    let part = Part {
        name,
        preamble,
        description: ["A part."; 2],
        sections,
        files: [Vec::new(), Vec::new()],
        shows: Shows::default(),
    };
    part.file("/usr/share/{n}/constant", "constant\n", "constant\n")
}

impl Part {
    pub(crate) fn preamble(mut self, old: &str, new: &str) -> Self {
        self.preamble = [old, new].map(str::to_owned);
        self
    }

    pub(crate) fn description(mut self, old: &'static str, new: &'static str) -> Self {
        self.description = [old, new];
        self
    }

    /// Whole sections of the recipe, such as scripts.
    pub(crate) fn sections(mut self, old: &str, new: &str) -> Self {
        self.sections = [old, new].map(str::to_owned);
        self
    }

    /// A file with two contents.
    pub(crate) fn file(self, path: &str, old: impl Into<What>, new: impl Into<What>) -> Self {
        self.placed(0, path, "", old).placed(1, path, "", new)
    }

    /// A file of which the recipe says two things.
    pub(crate) fn said(self, path: &str, old: &str, new: &str) -> Self {
        self.placed(0, path, old, "same\n").placed(1, path, new, "same\n")
    }

    /// A file of one side.
    pub(crate) fn placed(mut self, side: usize, path: &str, says: &str, what: impl Into<What>) -> Self {
        self.files[side].push(Placed { path: path.to_owned(), says: says.to_owned(), what: what.into() });
        self
    }

    /// What a difference must name.
    pub(crate) fn shows(mut self, shows: Shows) -> Self {
        self.shows = shows;
        self
    }

    /// The content of this file differs, and it must be named.
    pub(crate) fn differs(self, path: &str, old: impl Into<What>, new: impl Into<What>) -> Self {
        self.file(path, old, new).shows(Shows::path(&[path]))
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Its part of the recipe.
    fn recipe(&self) -> String {
        let sided = |[old, new]: &[String; 2]| match old == new {
            true => format!("{old}\n"),
            false => format!("%if 0%{{?is_new}}\n{new}\n%else\n{old}\n%endif\n"),
        };
        let summary = if self.preamble[0].contains("Summary:") { "" } else { "Summary: A part\n" };
        let files = [0, 1].map(|side| {
            self.files[side].iter().fold(String::new(), |mut text, placed| {
                writeln!(text, "{} \"{}\"", placed.says, placed.path).unwrap();
                text
            })
        });
        let text = format!(
            "%package -n {{n}}\n{summary}AutoReqProv: no\n{}\n%description -n {{n}}\n{}\n{}\n%files -n {{n}}\n%defattr(-,root,root)\n{}\n",
            sided(&self.preamble),
            sided(&self.description.map(str::to_owned)),
            sided(&self.sections),
            sided(&files),
        );
        text.replace("{n}", self.name)
    }

    /// Writes the files of one side.
    fn fill(&self, side: usize, root: &Path) {
        for placed in &self.files[side] {
            let path = root.join(placed.path.replace("{n}", self.name).trim_start_matches('/'));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            assert!(!path.exists(), "{} is there twice", path.display());
            match &placed.what {
                What::Text(text) => fs::write(path, text.replace("{n}", self.name)).unwrap(),
                What::Bytes(bytes) => fs::write(path, bytes).unwrap(),
                What::Link(target) => symlink(target, path).unwrap(),
                What::Same(other) => fs::hard_link(root.join(other.replace("{n}", self.name)), path).unwrap(),
                What::Folder => fs::create_dir_all(path).unwrap(),
                What::Nothing => {}
            }
        }
    }
}

const HEAD: &str = "\
Name: parts
Version: 1.0
Release: %{release_now}
Summary: Parts
License: Apache-2.0
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%description
Parts.
%install
cp -a %{contents}/. %{buildroot}
";

/// Builds these rows in a folder of that name, and gives a pair for each.
pub(crate) fn pairs(base: &Path, folder: &str, parts: &[Part]) -> Vec<Pair> {
    let at = base.join("parts").join(folder);
    fs::create_dir_all(&at).unwrap();
    let spec = at.join("parts.spec");
    let text = parts.iter().fold(HEAD.to_owned(), |text, part| text + &part.recipe());
    fs::write(&spec, text).unwrap();
    let build = |side: usize| side_built(&at, &spec, parts, side);
    let (old, new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| build(0));
        let new = build(1);
        (old.join().unwrap(), new)
    });
    let pair = |part: &Part| {
        let packages = [&old, &new].map(|built| of(built, part.name));
        let mut shows = part.shows.clone();
        if !shows.reason.is_empty() && shows.package.is_empty() {
            shows.package = part.name.to_owned();
        }
        shows.path = shows.path.iter().map(|path| path.replace("{n}", part.name)).collect();
        Pair::of(base, part.name, &packages[0], &packages[1], shows)
    };
    parts.iter().map(pair).collect()
}

/// The packages of a row: its own, and that of the sources.
fn of(built: &[PathBuf], name: &str) -> Vec<PathBuf> {
    let is_own = |path: &&PathBuf| {
        let file = path.file_name().unwrap().to_str().unwrap();
        let whose = file.rsplitn(3, '-').nth(2).unwrap();
        whose == name || file.ends_with(".src.rpm")
    };
    let own: Vec<PathBuf> = built.iter().filter(is_own).cloned().collect();
    assert_eq!(own.len(), 2, "{name}: {own:?}");
    own
}

fn side_built(at: &Path, spec: &Path, parts: &[Part], side: usize) -> Vec<PathBuf> {
    let release = RELEASES[side];
    let (top, contents) = (at.join(release), at.join(format!("contents-{release}")));
    for part in parts {
        part.fill(side, &contents);
    }
    let mut defines = vec![format!("contents {}", contents.display()), format!("release_now {release}")];
    defines.extend((side == 1).then(|| "is_new 1".to_owned()));
    rpmbuild(spec, &top, &defines)
}

/// Calls rpmbuild, and gives what it made.
pub(crate) fn rpmbuild(spec: &Path, top: &Path, defines: &[String]) -> Vec<PathBuf> {
    let mut command = Command::new("rpmbuild");
    command.args(["-ba", "--nodeps", "--define"]).arg(format!("_topdir {}", top.display()));
    command.args(defines.iter().flat_map(|define| ["--define", define]));
    let output = command.arg(spec).output().unwrap();
    assert!(output.status.success(), "{}: {}", spec.display(), String::from_utf8_lossy(&output.stderr));
    let mut found: Vec<PathBuf> = ["SRPMS", "RPMS/x86_64", "RPMS/noarch"]
        .iter()
        .flat_map(|folder| fs::read_dir(top.join(folder)).into_iter().flatten())
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}
