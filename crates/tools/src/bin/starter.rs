//! The starter alone, for the tests of this crate: see [`skink_tools::starter`].

use std::process::ExitCode;

fn main() -> ExitCode {
    skink_tools::starter::run()
}
