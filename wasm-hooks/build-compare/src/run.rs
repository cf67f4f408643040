//! Goes through the packages of both builds, and what lies beside them.

use crate::attachments::{self, Side};
use crate::beside::Beside;
use crate::codes::{Code, Reason};
use crate::contents::{Contents, Opened};
use crate::difference::{Difference, Differences};
use crate::header::Header;
use crate::outcome::{State, Told};
use crate::pair::{Depth, Package, Pair, pairs, unreadable};
use crate::plan::Links;
use crate::settings::Settings;
use crate::sides::Sides;
use crate::{fields, files, log, parts};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::packages::{self, Format};
use skink_sdk::{Entry, Failure, Job, Report, Tree};

/// The part of the time of the call that is left for what follows the comparison.
const KEPT: u64 = 10;

const DEBUG: &str = "it holds debug information, which is not compared";
const NOT_REACHED: &str = "it was not come to";

/// The comparison of two builds.
pub(crate) struct Run<'a> {
    settings: &'a Settings,
    job: &'a Job,
    report: &'a Report,
    /// Milliseconds that are left when the comparison ends.
    kept: u64,
    old: (&'a Tree, &'a [Entry]),
    new: (&'a Tree, &'a [Entry]),
    /// `VERSION-RELEASE` of the packages of both builds.
    releases: (Vec<String>, Vec<String>),
    pub(crate) packages: Vec<Told>,
    pub(crate) found: Differences,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        job: &'a Job,
        report: &'a Report,
        old: (&'a Tree, &'a [Entry]),
        new: (&'a Tree, &'a [Entry]),
    ) -> Self {
        let kept = job.time_left().checked_div(KEPT).unwrap_or_default();
        let found = Differences::new(settings.max());
        let (releases, packages) = Default::default();
        Self { settings, job, report, kept, old, new, releases, packages, found }
    }

    /// Compares all of it, or as much as is asked for.
    pub(crate) fn all(&mut self) {
        let pairs = pairs(self.old.1, self.new.1);
        self.are_there(&pairs);
        self.can_be_read();
        for (done, pair) in (0..).zip(&pairs) {
            match pair {
                Pair::Both { old, new } => {
                    self.report.progress(done, pairs.len() as u64, new.name);
                    let (state, why) = self.pair(old, new);
                    self.packages.push(Told::new(Some(old), Some(new), state, why));
                }
                Pair::Removed(old) => self.one(old, Code::PackageRemoved),
                Pair::Added(new) => self.one(new, Code::PackageAdded),
            }
        }
        if self.job.time_left() <= self.kept {
            self.found.of(None, Reason::Unreadable);
            let what = "the time of the call did not suffice to compare all of the build";
            return self.found.add(Difference::new(Code::Unreadable, what));
        }
        if self.found.count() == 0 && self.packages.iter().all(|told| told.state == State::Skipped) {
            self.found.of(None, Reason::PackagesDiffer);
            let what = "no package was compared: all of them hold debug information";
            self.found.add(Difference::new(Code::NoPackages, what));
        }
        if pairs.iter().any(|pair| matches!(pair, Pair::Both { new, .. } if new.format == Format::Rpm)) {
            self.beside(self.settings.rpmlint_log);
        } else {
            self.beside(false);
        }
    }

    /// That there are packages at all, and of RPMs the one with the sources, without which nobody knows what was built.
    fn are_there(&mut self, pairs: &[Pair<'_>]) {
        self.found.of(None, Reason::PackagesDiffer);
        if pairs.is_empty() {
            let what = "neither this build nor the previous one made a package that can be compared";
            return self.found.add(Difference::new(Code::NoPackages, what));
        }
        let is_there = |is: fn(&Package<'_>) -> bool| {
            pairs.iter().any(|pair| match pair {
                Pair::Both { new, .. } => is(new),
                Pair::Removed(one) | Pair::Added(one) => is(one),
            })
        };
        let needs_source = self.settings.source_package && is_there(|package| package.format == Format::Rpm);
        if needs_source && !is_there(|package| package.is_source()) {
            let what = "neither this build nor the previous one has a source package";
            self.found.add(Difference::new(Code::NoSourcePackage, what));
        }
    }

    /// That all that is called a package is a file.
    fn can_be_read(&mut self) {
        self.found.of(None, Reason::Unreadable);
        for path in unreadable(self.old.1).chain(unreadable(self.new.1)) {
            let what = format!("{path} is no regular file, so it cannot be compared");
            self.found.add(Difference::new(Code::Unreadable, &what).file(path));
        }
    }

    /// A package that only one of the builds made.
    fn one(&mut self, package: &Package<'_>, code: Code) {
        let label = package.label();
        self.found.of(Some(label.clone()), Reason::PackagesDiffer);
        let is_new = code == Code::PackageAdded;
        let what = if is_new {
            format!("the package {label} is new")
        } else {
            format!("the previous build made {label}, this one did not")
        };
        self.found.add(Difference::new(code, &what));
        self.packages.push(if is_new {
            Told::new(None, Some(package), State::Added, None)
        } else {
            Told::new(Some(package), None, State::Removed, None)
        });
    }

    fn pair(&mut self, old: &Package<'_>, new: &Package<'_>) -> (State, Option<&'static str>) {
        if self.is_over(&self.found) {
            return (State::Skipped, Some(NOT_REACHED));
        }
        let reason = if new.is_source() { Reason::SrcrpmDiffers } else { Reason::BinariesDiffer };
        self.found.of(Some(new.label()), reason);
        let before = self.found.count();
        match self.opened(old, new) {
            Ok(true) => {}
            Ok(false) => return (State::Skipped, Some(DEBUG)),
            Err(failure) => {
                let what = format!("{} cannot be compared: {}", new.label(), failure.message());
                self.found.add(Difference::new(Code::Unreadable, &what));
            }
        }
        if self.found.count() > before {
            return (State::Changed, None);
        }
        if self.is_over(&self.found) {
            return (State::Skipped, Some(NOT_REACHED));
        }
        (State::Same, None)
    }

    /// Compares two packages; false where they are not to be compared.
    ///
    /// # Errors
    /// One of the packages does not hold together.
    fn opened(&mut self, old: &Package<'_>, new: &Package<'_>) -> Result<bool, Failure> {
        let packages = (packages::open(self.old.0, old.path)?, packages::open(self.new.0, new.path)?);
        let headers = (Header::read(&packages.0)?, Header::read(&packages.1)?);
        let sides = Sides { old: &headers.0, new: &headers.1 };
        let tables = (headers.0.files.rows(), headers.1.files.rows());
        let depth = new.depth();
        let is_debug = headers.0.runs_nothing() && headers.1.runs_nothing();
        let is_debug = is_debug && files::are_debug(&tables.0) && files::are_debug(&tables.1);
        if depth == Depth::Debug && is_debug {
            return Ok(false);
        }
        self.releases.0.push(sides.old.release.long().to_owned());
        self.releases.1.push(sides.new.release.long().to_owned());
        if sides.old.format != sides.new.format || sides.old.is_source != sides.new.is_source {
            let what = format!("{} is not what its name says", new.label());
            self.found.add(Difference::new(Code::FieldDiffers, &what));
            return Ok(true);
        }
        fields::compare(sides, depth == Depth::Converted, &mut self.found);
        parts::compare(sides, &mut self.found);
        let both = files::compare((&tables.0, &tables.1), sides, &mut self.found);
        if self.is_over(&self.found) {
            return Ok(true);
        }
        let contents = Contents {
            old: Opened { package: &packages.0, links: Links::of(&tables.0, sides.old.format) },
            new: Opened { package: &packages.1, links: Links::of(&tables.1, sides.new.format) },
            sides,
            settings: self.settings,
        };
        let (settings, job, kept) = (self.settings, self.job, self.kept);
        let is_over = |found: &Differences| is_over(settings, job, kept, found);
        contents.compare(&both, &mut self.found, &is_over).map(|()| true)
    }

    fn is_over(&self, found: &Differences) -> bool {
        is_over(self.settings, self.job, self.kept, found)
    }

    /// Compares what lies beside the packages.
    fn beside(&mut self, with_log: bool) {
        let [old, new] = [(self.old, &self.releases.0), (self.new, &self.releases.1)].map(
            |((tree, entries), releases)| Side {
                tree,
                entries,
                releases: log::sorted(releases.iter().map(String::as_str)),
            },
        );
        let log = if with_log { attachments::rpmlint_log(&old, &new, &mut self.found) } else { Ok(()) };
        let appdata = attachments::appdata(&old, &new, &mut self.found);
        let first = |releases: &'_ [String]| releases.first().cloned().unwrap_or_default();
        let releases = (first(&self.releases.0), first(&self.releases.1));
        let (settings, job, kept) = (self.settings, self.job, self.kept);
        let is_over = |found: &Differences| is_over(settings, job, kept, found);
        let beside = Beside { settings, releases: (&releases.0, &releases.1), is_over: &is_over };
        let others = beside.compare(&old, &new, &mut self.found);
        for failure in [log, appdata, others].into_iter().filter_map(Result::err) {
            self.found.of(None, Reason::Unreadable);
            let what = format!("what lies beside the packages cannot be compared: {}", failure.message());
            self.found.add(Difference::new(Code::Unreadable, &what));
        }
    }
}

/// Whether enough differences are found, or the time is nearly over.
fn is_over(settings: &Settings, job: &Job, kept: u64, found: &Differences) -> bool {
    let enough = !settings.all && found.room() == 0;
    enough || job.time_left() <= kept
}
