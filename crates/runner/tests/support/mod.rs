//! What tests of the runner share: modules made from text, and the worker's side of a call.

#![allow(dead_code, reason = "each test crate uses a part")]

pub mod module;
pub mod worker;
