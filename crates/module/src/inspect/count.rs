//! How much of everything a component may hold.

use super::InspectError;

/// What is counted over the whole component, nested ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Components,
    ComponentInstances,
    Modules,
    CoreInstances,
    Functions,
    Memories,
    Tables,
    DataSegments,
    ElementSegments,
    Globals,
    Types,
    Names,
    Aliases,
}

/// How deep modules and components may be nested.
const MAX_DEPTH: usize = 10;

/// How many component instances there may be once all nested instantiations are multiplied out.
const MAX_EXPANDED: u64 = 10_000;

impl What {
    /// Twice and more what the largest honest components have: an interpreter for Python with its libraries
    /// has 14 modules and 66 core instances, one for JavaScript about 20,000 functions, and snapshots of an
    /// interpreter's memory up to 10,000 data segments.
    const fn max(self) -> u64 {
        match self {
            Self::Components | Self::Modules | Self::Tables => 256,
            Self::ComponentInstances | Self::CoreInstances => 500,
            Self::Memories => 64,
            Self::DataSegments => 20_000,
            Self::Functions => 200_000,
            Self::ElementSegments | Self::Globals | Self::Types | Self::Names | Self::Aliases => 100_000,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::ComponentInstances => "component instances",
            Self::Modules => "core modules",
            Self::CoreInstances => "core instances",
            Self::Functions => "functions",
            Self::Memories => "memories",
            Self::Tables => "tables",
            Self::DataSegments => "data segments",
            Self::ElementSegments => "element segments",
            Self::Globals => "globals",
            Self::Types => "types",
            Self::Names => "imports and exports",
            Self::Aliases => "aliases and canonical functions",
        }
    }

    const COUNT: usize = Self::Aliases as usize + 1;
}

/// How much was found so far.
pub(super) struct Counts {
    found: [u64; What::COUNT],
    expanded: u64,
}

impl Default for Counts {
    fn default() -> Self {
        Self { found: [0; What::COUNT], expanded: 1 }
    }
}

impl Counts {
    pub(super) fn add(&mut self, what: What, count: u32) -> Result<(), InspectError> {
        let Some(found) = self.found.get_mut(what as usize) else { return Ok(()) };
        *found = found.saturating_add(u64::from(count));
        if *found > what.max() {
            return Err(InspectError::TooMany { what: what.word(), found: *found, max: what.max() });
        }
        Ok(())
    }

    pub(super) fn check_depth(&self, depth: usize) -> Result<(), InspectError> {
        if depth > MAX_DEPTH {
            return Err(InspectError::TooDeep { max: MAX_DEPTH });
        }
        Ok(())
    }

    /// Takes the instantiations of one component that is read to its end. A component that instantiates
    /// another twice, that one a third twice, and so on, is small in the file and doubles with each step when it
    /// is compiled; the product over all components bounds it from above.
    pub(super) fn multiply(&mut self, instances: u64) -> Result<(), InspectError> {
        self.expanded = self.expanded.saturating_mul(instances.max(1));
        if self.expanded > MAX_EXPANDED {
            let what = "component instances in nested components";
            return Err(InspectError::TooMany { what, found: self.expanded, max: MAX_EXPANDED });
        }
        Ok(())
    }
}
