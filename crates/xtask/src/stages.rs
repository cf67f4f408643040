//! The table of the test stages. A new stage is one row here.

use crate::pool::BASE;
use std::time::Duration;

/// What must be there before a stage can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requires {
    /// The programs that tests call: build, rpm, rpmlint, bubblewrap.
    Tools,
    /// skink, skink-runner and skink-compiler.
    Product,
    /// The hooks of this repository.
    Hooks,
    /// Pools of packages, by their names in the table of `pool`.
    Pools(&'static [&'static str]),
    /// A cargo that compiles hooks by the command that the documents show.
    GuestCargo,
    /// The Open Build Service's backend.
    Backend,
    /// The Rust guest, and the kits for those in Python and JavaScript.
    Guests,
    /// The guest that tells of packages.
    PackagesGuest,
    /// A browser, and what drives it.
    Browser,
}

/// Which tests a stage runs.
#[derive(Debug)]
pub(crate) enum Tests {
    /// The crates' own, one call of cargo a set of features.
    Crates,
    /// The hooks' own, which are compiled for this machine.
    Hooks,
    /// A crate of tests, by its folder.
    Crate(&'static str),
}

impl Tests {
    /// The folder of a crate of tests.
    pub(crate) fn folder(&self) -> Option<&'static str> {
        match self {
            Self::Crate(folder) => Some(folder),
            Self::Crates | Self::Hooks => None,
        }
    }
}

/// One stage.
#[derive(Debug)]
pub(crate) struct Stage {
    /// As `cargo xtask test NAME` calls it.
    pub(crate) name: &'static str,
    /// What it shows, for people.
    pub(crate) shows: &'static str,
    pub(crate) requires: &'static [Requires],
    pub(crate) tests: &'static [Tests],
    /// Whether the tests themselves must be root, as `build` must.
    pub(crate) root: bool,
    /// What it may take on two cores, with everything compiled and downloaded.
    pub(crate) budget: Duration,
}

/// Every stage, in the order in which they run: the quick ones first.
pub(crate) const STAGES: [Stage; 9] = [
    Stage {
        name: "unit",
        shows: "each crate keeps its promises",
        requires: &[Requires::Tools],
        tests: &[Tests::Crates, Tests::Hooks],
        root: false,
        budget: Duration::from_secs(60),
    },
    Stage {
        name: "packages",
        shows: "packages are read, made and compared without tools as rpm, dpkg, mkbaselibs and build-compare do it",
        requires: &[Requires::Tools, Requires::Product, Requires::Hooks, Requires::PackagesGuest],
        tests: &[Tests::Crate("tests/packages")],
        root: true,
        budget: Duration::from_secs(180),
    },
    Stage {
        name: "guests",
        shows: "one check in Rust, Python and JavaScript gives the same findings",
        requires: &[Requires::Tools, Requires::Product, Requires::Hooks, Requires::Guests],
        tests: &[Tests::Crate("tests/guests")],
        root: false,
        budget: Duration::from_secs(180),
    },
    Stage {
        name: "docs",
        shows: "the documents say what is so: their blocks run, their links lead somewhere",
        requires: &[Requires::Tools, Requires::Product, Requires::Hooks, Requires::GuestCargo],
        tests: &[Tests::Crate("tests/docs")],
        root: false,
        budget: Duration::from_secs(240),
    },
    Stage {
        name: "hostile",
        shows: "a hook that is hostile, broken or slow costs its own build a clear message",
        requires: &[Requires::Tools, Requires::Product, Requires::Hooks],
        tests: &[Tests::Crate("tests/runner"), Tests::Crate("tests/hostile")],
        root: false,
        budget: Duration::from_secs(240),
    },
    Stage {
        name: "browser",
        shows: "the page of a build is readable by everybody, and obeys nobody",
        requires: &[Requires::Tools, Requires::Product, Requires::Hooks, Requires::Browser],
        tests: &[Tests::Crate("tests/browser")],
        root: false,
        budget: Duration::from_secs(180),
    },
    Stage {
        name: "build",
        shows: "real packages, built by the real build, with hooks around it",
        requires: &[
            Requires::Tools,
            Requires::Product,
            Requires::Hooks,
            Requires::Pools(BASE),
            Requires::Pools(&["multilib"]),
        ],
        tests: &[Tests::Crate("tests/build")],
        root: true,
        budget: Duration::from_secs(600),
    },
    Stage {
        name: "tools",
        shows: "tools from host packages: each hook that needs one, for real",
        requires: &[
            Requires::Tools,
            Requires::Product,
            Requires::Hooks,
            Requires::Pools(BASE),
            Requires::Pools(&["arm64", "lint", "abi", "kiwi", "image"]),
        ],
        tests: &[Tests::Crate("tests/tools")],
        root: true,
        budget: Duration::from_secs(1500),
    },
    Stage {
        name: "obs",
        shows: "Skink under an unmodified bs_worker of a real OBS backend",
        requires: &[
            Requires::Tools,
            Requires::Product,
            Requires::Hooks,
            Requires::Pools(BASE),
            Requires::Backend,
        ],
        tests: &[Tests::Crate("tests/obs")],
        root: true,
        budget: Duration::from_secs(900),
    },
];
