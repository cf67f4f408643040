//! What a build needs in a user namespace, where programs of other architectures run.
//!
//! | what | why |
//! | --- | --- |
//! | a table of emulators of its own | it ends with the build, and nobody else sees it |
//! | device nodes from outside ([`nodes`]) | in a user namespace none can be made |
//! | a loopback interface that is up ([`loopback`]) | what is tested while it is built may talk to itself |
//!
//! The outside prepares ([`Prepared`]); the first process inside takes it from the scratch folder ([`set_up`]).

mod loopback;
mod nodes;

use crate::scratch::ScratchFolder;
use nodes::{MknodWrapper, Nodes};
use skink_effects::Registration;
use std::path::Path;
use std::{fs, io};

/// The file with the entries for the table, one a line.
const ENTRIES: &str = "binfmt";

/// Programs of other architectures that run in a build.
#[derive(Debug, Clone, Copy)]
pub struct Emulation<'a> {
    /// What the kernel is told.
    pub registrations: &'a [Registration],
    /// The flat name of a folder in the build root, for device nodes while the build runs. It is removed with the
    /// build; after a crash, the caller removes it.
    pub nodes: &'a str,
}

/// What is there while the build runs.
#[derive(Debug)]
pub(crate) struct Prepared {
    _nodes: Nodes,
}

impl Prepared {
    /// Makes it, before the namespaces are.
    pub(crate) fn make(emulation: &Emulation<'_>, root: &Path, scratch: &ScratchFolder) -> io::Result<Self> {
        let lines: String = emulation.registrations.iter().map(|one| format!("{}\n", one.line())).collect();
        fs::write(scratch.join(ENTRIES), lines)?;
        MknodWrapper::write(scratch, emulation.nodes)?;
        Ok(Self { _nodes: Nodes::make(root, emulation.nodes)? })
    }
}

/// For the first process of the build's namespaces.
pub(crate) fn set_up(scratch: &Path) -> Result<(), String> {
    skink_effects::own_table().map_err(|e| e.to_string())?;
    let file = scratch.join(ENTRIES);
    let lines = fs::read_to_string(&file).map_err(|e| format!("reading {}: {e}", file.display()))?;
    for line in lines.lines() {
        let registration = Registration::from_line(line).ok_or("an entry of the table is not ours")?;
        skink_effects::register(&registration).map_err(|e| e.to_string())?;
    }
    MknodWrapper::in_folder(scratch).mount().map_err(|e| format!("wrapping mknod: {e}"))?;
    loopback::up().map_err(|e| format!("bringing the loopback interface up: {e}"))
}
