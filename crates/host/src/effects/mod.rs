//! Effects on the build host. The worker decides on each request, against the grant and its own table; the runner only
//! carries it.

mod host;

/// The guest's handle to the build host.
#[derive(Debug)]
pub struct Effects;

/// An effect, by the worker's number for it.
#[derive(Debug)]
pub struct Effect {
    pub(crate) number: u32,
    pub(crate) what: String,
}
