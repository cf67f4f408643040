//! `skink-runner`: the child process that makes one call of one hook, and ends; for a hook of the phase `allocate`
//! it makes one call after the other.
//!
//! It is the only process in which a guest runs. It has no authority of its own: what it reads and writes are
//! descriptors that the worker hands over with the call, and all else is asked of the worker. It is used for one
//! hook of one job, or for one `allocate` module.
//!
//! Order: walls around the process, ready, what needs no module, the module and the places of what it may reach, the
//! last walls, and only then the first byte of the guest's code; prepared; the call with its trees.

mod ahead;
mod allocate;
mod call;
mod crash;
mod end;
mod handed;
mod prepare;
mod serve;
mod stage;

use std::io::Write;
use std::process::ExitCode;

/// `EX_SOFTWARE` of `sysexits.h`: the runner could not do its work. The worker shows the line.
const SOFTWARE: u8 = 70;

fn main() -> ExitCode {
    match serve::serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody hears of it if this fails; the exit code stays.
            let _ = writeln!(std::io::stderr(), "skink-runner: {error}");
            ExitCode::from(SOFTWARE)
        }
    }
}
