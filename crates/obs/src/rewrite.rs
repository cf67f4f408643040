//! From the edits of hooks to new arguments for `build`, and edited copies of the files they name.
//!
//! Invariant: the caller's arguments keep their order and their meaning; ours go before them, where no
//! argument can be in their way. Where the caller has set an option that holds one value, his stands.

use crate::added_options::AddedOption;
use crate::args::{Item, Kind};
use crate::config::{self, ConfigError, Macro};
use crate::expand::{ExpandError, Expansion};
use crate::{Invocation, RealBuild, ScratchFolder, VmType, facts, nspawn, recipe, rpmlist};
use skink_job::{PlanEdit, SafeText};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The script's own log, in the scratch folder: it deletes and recreates the file it is given, so it never
/// gets the caller's.
pub(crate) const LOG_NAME: &str = "build.log";

/// Packages that bring rpmlint into a build root.
const RPMLINT_PACKAGES: [&str; 4] = ["rpmlint", "rpmlint-mini", "rpmlint-Factory", "rpmlint-strict"];

/// A special handling of `build` that a hook has taken over, so that it must not run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Special {
    /// Its packages are left out, and `--lint` with them.
    Rpmlint,
    /// `--baselibs` and `--baselibs-internal` are filtered.
    Baselibs,
    /// `--oldpackages` is withheld. The script removes such a folder below the build root, so what is in it must be
    /// copied before it starts; see also [`crate::Results::forget_previous`].
    BuildCompare,
}

/// Why the plan could not be carried out. Nothing has been built then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// A package's name is none.
    #[error("{0:?} is no name of a package")]
    PackageName(SafeText),
    /// A package is to be added and to be left out.
    #[error("the package {0} is to be added and to be left out; drop one of the two")]
    Contradiction(String),
    /// An option that hooks may not add, or not with that value.
    #[error("--{name} cannot be added: {why}")]
    Option {
        /// The option.
        name: SafeText,
        /// Why not.
        why: String,
    },
    /// The value of `--vm-args` cannot be handed to systemd-nspawn.
    #[error("--vm-args {0:?} holds something else than plain words; this build script cannot take it")]
    VmArgs(SafeText),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The list of packages could not be extended.
    #[error(transparent)]
    Expand(#[from] ExpandError),
    /// A file of the plan.
    #[error("cannot {what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What is to be changed.
#[derive(Debug)]
pub struct RewriteRequest<'a> {
    /// The edits of the hooks, already checked against their grants.
    pub edits: &'a [PlanEdit],
    /// What hooks have taken over.
    pub replaced: &'a BTreeSet<Special>,
    /// Where edited copies go.
    pub scratch: &'a ScratchFolder,
    /// The folders from which packages may be added to a list; the admin names them.
    pub repositories: &'a [PathBuf],
}

/// The new call.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// The arguments for the real `build`.
    pub args: Vec<OsString>,
    /// Options for systemd-nspawn, where the build happens in one.
    pub nspawn: Option<Vec<String>>,
    /// What was done otherwise than asked, for the log.
    pub notes: Vec<SafeText>,
}

/// Rewrites one call. Without edits, only our own options and the log are changed.
pub fn rewrite(
    call: &Invocation,
    build: &RealBuild,
    request: &RewriteRequest<'_>,
) -> Result<Rewritten, RewriteError> {
    let changes = Changes::read(call, build, request)?;
    let mut work = Work { call, build, request, changes, front: Vec::new(), new: Rewritten::default() };
    work.log();
    let config = work.config()?;
    work.packages(config.as_deref())?;
    work.options();
    work.machine()?;
    Ok(work.finish())
}

/// The edits, sorted and checked.
#[derive(Default)]
struct Changes {
    added: Vec<String>,
    removed: BTreeSet<String>,
    macros: Vec<Macro>,
    options: Vec<AddedOption>,
}

impl Changes {
    fn read(
        call: &Invocation,
        build: &RealBuild,
        request: &RewriteRequest<'_>,
    ) -> Result<Self, RewriteError> {
        let mut changes = Self::default();
        if request.replaced.contains(&Special::Rpmlint) {
            changes.removed.extend(RPMLINT_PACKAGES.map(str::to_owned));
        }
        for edit in request.edits {
            match edit {
                PlanEdit::AddPackage { name } => changes.added.push(package_name(name)?),
                PlanEdit::RemovePackage { name } => _ = changes.removed.insert(package_name(name)?),
                PlanEdit::SetMacro { name, body } => changes.macros.push(Macro::new(name, body)?),
                PlanEdit::AddOption { name, value } => {
                    let option = AddedOption::new(name, value.as_deref(), build);
                    let error = |why| RewriteError::Option { name: SafeText::line(name).truncated(80), why };
                    changes.options.push(option.map_err(error)?);
                }
                // Then there is no call to rewrite.
                PlanEdit::Delegate { .. } => {}
            }
        }
        if call.dist().is_none() {
            // Without a configuration to edit, macros are defined by options.
            for one in std::mem::take(&mut changes.macros) {
                let error = |why| RewriteError::Option { name: SafeText::from("define"), why };
                changes.options.push(AddedOption::define(&one).map_err(error)?);
            }
        }
        match changes.added.iter().find(|name| changes.removed.contains(*name)) {
            Some(name) => Err(RewriteError::Contradiction(name.clone())),
            None => Ok(changes),
        }
    }
}

fn package_name(raw: &str) -> Result<String, RewriteError> {
    // A name that looks like a recipe would be taken for one.
    if facts::is_name(raw) && !recipe::is_recipe(raw) {
        Ok(raw.to_owned())
    } else {
        Err(RewriteError::PackageName(SafeText::line(raw).truncated(80)))
    }
}

struct Work<'a> {
    call: &'a Invocation,
    build: &'a RealBuild,
    request: &'a RewriteRequest<'a>,
    changes: Changes,
    front: Vec<OsString>,
    new: Rewritten,
}

impl Work<'_> {
    fn say(&mut self, option: &str, value: impl AsRef<std::ffi::OsStr>) {
        let mut argument = OsString::from(format!("--{option}="));
        argument.push(value);
        self.front.push(argument);
    }

    fn log(&mut self) {
        self.say("logfile", self.request.scratch.join(LOG_NAME));
    }

    /// Edits the configuration, where there is something to edit in it; gives the one that counts.
    fn config(&mut self) -> Result<Option<PathBuf>, RewriteError> {
        let Some(dist) = self.call.dist() else {
            // The script then reads `-NAME` as: without that package.
            for name in self.changes.removed.clone() {
                self.say("extra-packs", format!("-{name}"));
            }
            return Ok(None);
        };
        let file = config::find(dist, self.call.cwd(), &self.call.config_dir(self.build));
        if self.changes.removed.is_empty() && self.changes.macros.is_empty() {
            return Ok(Some(file));
        }
        let Changes { macros, removed, .. } = &self.changes;
        let copy = config::edited_copy(&file, self.request.scratch, macros, removed)?;
        self.say("dist", &copy);
        Ok(Some(copy))
    }

    fn packages(&mut self, config: Option<&Path>) -> Result<(), RewriteError> {
        let Some(list) = self.call.rpmlist() else {
            for name in self.changes.added.clone() {
                self.front.extend(["-X".into(), name.into()]);
            }
            return Ok(());
        };
        let text = fs::read(&list).map_err(|source| RewriteError::File {
            what: "read the list of packages",
            path: list,
            source,
        })?;
        let text = String::from_utf8_lossy(&text);
        let missing = self.missing(&rpmlist::packages(&text), config)?;
        let edited = rpmlist::edited(&text, &self.changes.removed, &missing);
        if missing.is_empty() && self.changes.removed.iter().all(|name| !text.contains(name.as_str())) {
            return Ok(());
        }
        let copy = self.request.scratch.join("build.rpmlist.edited");
        let error = |source| RewriteError::File { what: "write", path: copy.clone(), source };
        fs::write(&copy, edited).map_err(error)?;
        self.say("rpmlist", &copy);
        Ok(())
    }

    /// The packages that the list lacks for the added ones.
    fn missing(
        &self,
        listed: &[rpmlist::Package],
        config: Option<&Path>,
    ) -> Result<Vec<rpmlist::Package>, RewriteError> {
        let is_listed = |name: &String| listed.iter().any(|package| package.name == *name);
        let added: Vec<String> = self.changes.added.iter().filter(|name| !is_listed(name)).cloned().collect();
        if added.is_empty() {
            return Ok(Vec::new());
        }
        let config = config.ok_or(ConfigError::NotNamed)?;
        let expansion = Expansion {
            build: self.build,
            environment: self.call.environment(),
            scratch: self.request.scratch,
            config,
            config_dir: &self.call.config_dir(self.build),
            arch_path: &self.call.arch_path(),
            listed,
            removed: &self.changes.removed,
            added: &added,
            repositories: self.request.repositories,
        };
        Ok(expansion.missing()?)
    }

    fn options(&mut self) {
        for option in std::mem::take(&mut self.changes.options) {
            if option.may_repeat() || !self.call.has(option.name()) {
                self.front.push(option.argument());
            } else {
                let note = format!("--{} is set by the caller already; a hook's is left out", option.name());
                self.new.notes.push(SafeText::from(note));
            }
        }
    }

    /// The script of 2021 has no `--vm-args`; for systemd-nspawn, we stand in.
    fn machine(&mut self) -> Result<(), RewriteError> {
        if self.call.vm_type() != VmType::Nspawn {
            return Ok(());
        }
        let given = self.call.text("vm-args").filter(|_| !self.build.knows("vm-args")).unwrap_or_default();
        let words = nspawn::words(&given).ok_or_else(|| RewriteError::VmArgs(SafeText::line(&given)))?;
        self.new.nspawn = Some(words);
        Ok(())
    }

    fn finish(mut self) -> Rewritten {
        let edits_config = self.front.iter().any(|arg| arg.to_string_lossy().starts_with("--dist="));
        let edits_list = self.front.iter().any(|arg| arg.to_string_lossy().starts_with("--rpmlist="));
        let replaced = |special| self.request.replaced.contains(&special);
        let dropped = |item: &Item| match &item.kind {
            Kind::Hook(_) => true,
            Kind::Option(spec, _) => match spec.name {
                "logfile" => true,
                "dist" => edits_config,
                "rpmlist" => edits_list,
                "lint" => replaced(Special::Rpmlint),
                "baselibs" | "baselibs-internal" => replaced(Special::Baselibs),
                "oldpackages" => replaced(Special::BuildCompare),
                "vm-args" => self.new.nspawn.is_some() && !self.build.knows("vm-args"),
                _ => false,
            },
            Kind::Unknown | Kind::Recipe { .. } | Kind::Refused => false,
        };
        let separator = self.front.get(..1).unwrap_or_default();
        let rest = self.call.without(dropped, separator);
        self.new.args = self.front.into_iter().chain(rest).collect();
        self.new
    }
}
