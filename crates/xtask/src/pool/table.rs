//! The table of the pools. A new pool is one row here, and a name in the row of the stage that needs it.

use crate::setup::Origin;

/// A folder of packages.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Its folder below `target/skink/cache`, and its name for `cargo xtask pool`.
    pub(crate) name: &'static str,
    /// The variable that tells tests where it is.
    pub(crate) variable: &'static str,
    /// Names its packages, a file below `examples/`; apt adds what they depend on.
    pub(crate) list: &'static str,
    /// A pool that is used beside this one: what that one holds is not in this one again.
    pub(crate) beside: Option<&'static str>,
    pub(crate) origin: Origin,
    /// What for; goes on after "needed".
    pub(crate) why: &'static str,
}

/// What every build of the example uses.
pub(crate) const BASE: &[&str] = &["pool", "extra"];

const MACHINE: Origin = Origin { suite: None, architecture: None };

/// Every pool. One that another is `beside` of stands before it.
pub(crate) const POOLS: &[Pool] = &[
    Pool {
        name: "pool",
        variable: "SKINK_POOL",
        list: "packages",
        beside: None,
        origin: MACHINE,
        why: "for the example's chroot",
    },
    Pool {
        name: "extra",
        variable: "SKINK_POOL_EXTRA",
        list: "packages-extra",
        beside: Some("pool"),
        origin: MACHINE,
        why: "for what only a hook brings into the example's chroot",
    },
    Pool {
        name: "arm64",
        variable: "SKINK_POOL_ARM64",
        list: "packages",
        beside: None,
        origin: Origin { suite: None, architecture: Some("arm64") },
        why: "for the example's chroot on another architecture",
    },
    Pool {
        name: "lint",
        variable: "SKINK_POOL_LINT",
        list: "tool-roots/packages-lint",
        beside: None,
        origin: Origin { suite: Some("trixie"), architecture: None },
        why: "for a tool root with rpmlint",
    },
    Pool {
        name: "abi",
        variable: "SKINK_POOL_ABI",
        list: "tool-roots/packages-abi",
        beside: Some("pool"),
        origin: MACHINE,
        why: "for a tool root with libabigail",
    },
    Pool {
        name: "kiwi",
        variable: "SKINK_POOL_KIWI",
        list: "tool-roots/packages-kiwi",
        beside: None,
        origin: Origin { suite: Some("sid"), architecture: None },
        why: "for a tool root with kiwi",
    },
    Pool {
        name: "multilib",
        variable: "SKINK_POOL_MULTILIB",
        list: "packages-multilib",
        beside: Some("pool"),
        origin: MACHINE,
        why: "for a build of 32 bits in the example's chroot",
    },
    Pool {
        name: "image",
        variable: "SKINK_POOL_IMAGE",
        list: "image/packages",
        beside: None,
        origin: MACHINE,
        why: "for the image of the example",
    },
];

/// The row of that name.
pub(crate) fn row(name: &str) -> Option<&'static Pool> {
    POOLS.iter().find(|pool| pool.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::{Requires, STAGES};

    #[test]
    fn the_table_agrees_with_itself() {
        for (index, pool) in POOLS.iter().enumerate() {
            let earlier = &POOLS[..index];
            assert!(earlier.iter().all(|other| other.name != pool.name), "{} is there twice", pool.name);
            assert!(earlier.iter().all(|other| other.variable != pool.variable), "{}", pool.variable);
            let is_before = |name| earlier.iter().any(|other| other.name == name);
            assert!(pool.beside.is_none_or(is_before), "what {} is beside of stands before it", pool.name);
        }
        assert!(BASE.iter().all(|name| row(name).is_some()));
    }

    #[test]
    fn a_stage_names_pools_of_the_table() {
        for stage in &STAGES {
            for requirement in stage.requires {
                if let Requires::Pools(names) = requirement {
                    assert!(names.iter().all(|name| row(name).is_some()), "{}: {names:?}", stage.name);
                }
            }
        }
    }
}
