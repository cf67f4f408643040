//! Packages that are made of others, into the outbox.
//!
//! Invariants: what is written counts as the outbox's other bytes do; nothing is visible before the package is whole.

mod host;
mod sink;

use sink::Sink;
