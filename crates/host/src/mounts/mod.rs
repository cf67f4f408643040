//! Mounts of the build host. The worker says which of them the grant names, and unmounts; the runner only carries.

mod host;

/// The guest's handle to them.
#[derive(Debug)]
pub struct Mounts;
