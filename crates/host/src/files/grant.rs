//! Which tree a grant covers.

use skink_job::{Grants, TreeRole};

/// Whether the hook may read a tree.
pub(crate) fn covers(grants: &Grants, role: TreeRole) -> bool {
    match role {
        TreeRole::Results => grants.results,
        TreeRole::Sources => grants.sources,
        TreeRole::Previous => grants.previous,
    }
}

/// Where the broker mounts a tree for a tool.
pub(crate) fn location(role: TreeRole) -> &'static str {
    match role {
        TreeRole::Results => "/job/results",
        TreeRole::Sources => "/job/sources",
        TreeRole::Previous => "/job/previous",
    }
}
