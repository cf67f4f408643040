//! The child's second act: Landlock and seccomp, once it has its descriptors.

use crate::{WallsError, filter, spawn};
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, AddRuleError, AddRulesError, BitFlags, CompatLevel, Compatible,
    PathBeneath, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope,
};
use std::os::fd::BorrowedFd;

/// What the child may do with a descriptor that it was handed, and with all that lies below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read the file.
    Read,
    /// Read the folder and everything below it.
    ReadTree,
    /// Read, make, write, rename and remove files and folders below it; no links, devices or sockets.
    WriteTree,
}

/// Which calls to the kernel the child needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Runs a compiled module: executable memory, changes to files below its descriptors.
    Runner,
    /// Compiles a module: neither of these.
    Compiler,
}

/// The newest version whose rights we know. An older kernel enforces those it knows.
const NEWEST: ABI = ABI::V9;

/// Walls that are built as far as can be before it is known what for. They are finished by [`Prepared::lock`].
///
/// So a child that is spawned ahead of need has done the long part when its call comes.
#[must_use = "the walls are not complete"]
pub struct Prepared {
    ruleset: RulesetCreated,
    last: filter::Last,
}

/// Forbids every call to the kernel but those that `profile` needs and those that finish the walls.
///
/// Call it with one thread, before any byte of a guest is looked at.
pub fn prepare(profile: Profile) -> Result<Prepared, WallsError> {
    // The first version is a must; later rights, network ports, signals and abstract sockets where known.
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map_err(absent)?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()
        .map_err(absent)?;
    Ok(Prepared { ruleset, last: filter::install(profile)? })
}

impl Prepared {
    /// Forbids everything but `rules` and what the profile needs. There is no way back.
    ///
    /// Call it with one thread, when all descriptors have come and before the first byte of a guest is looked at.
    /// A descriptor does not exempt from Landlock: without a rule, nothing can be opened through a handed
    /// directory. A file that is open already stays usable, also without a rule.
    pub fn lock(self, rules: &[(BorrowedFd<'_>, Access)]) -> Result<(), WallsError> {
        let Self { mut ruleset, last } = self;
        if !spawn::single_threaded() {
            return Err(WallsError::Threads);
        }
        for (descriptor, access) in rules {
            match (&mut ruleset).add_rule(PathBeneath::new(descriptor, rights(*access))) {
                Ok(_) => {}
                Err(error) if is_unreachable(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        match ruleset.restrict_self()?.ruleset {
            RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => last.install(),
            RulesetStatus::NotEnforced => Err(WallsError::NoLandlock),
        }
    }
}

/// Both at once: [`prepare`], then [`Prepared::lock`].
pub fn lock(rules: &[(BorrowedFd<'_>, Access)], profile: Profile) -> Result<(), WallsError> {
    prepare(profile)?.lock(rules)
}

fn rights(access: Access) -> BitFlags<AccessFs> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    match access {
        Access::Read => AccessFs::ReadFile.into(),
        Access::ReadTree => read,
        Access::WriteTree => {
            let files = AccessFs::MakeReg | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::RemoveFile;
            read | files | AccessFs::MakeDir | AccessFs::RemoveDir | AccessFs::Refer
        }
    }
}

/// Without Landlock the kernel knows not even the first version.
fn absent(error: RulesetError) -> WallsError {
    if matches!(error, RulesetError::HandleAccesses(_) | RulesetError::CreateRuleset(_)) {
        WallsError::NoLandlock
    } else {
        WallsError::Landlock(error)
    }
}

/// Whether the kernel refused a rule because no path leads to the file (a memfd). It needs none.
fn is_unreachable(error: &RulesetError) -> bool {
    if let RulesetError::AddRules(AddRulesError::Fs(AddRuleError::AddRuleCall { source, .. })) = error {
        source.raw_os_error() == Some(libc::EBADFD)
    } else {
        false
    }
}
