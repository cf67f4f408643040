//! Being told of `build --kill` while hooks run: it ends the job as a signal does.
//!
//! The script looks for processes in the build root, where none of the hooks' are; and while `build` itself runs, it finds
//! what it looks for. Without a root there is nothing that could be killed.

use crate::interrupts::Interrupts;
use signal_hook::consts::SIGTERM;
use skink_obs::{KillFile, Watch};
use std::path::Path;

/// Watches over a build root, one after the other.
///
/// They are kept to the end of the job: the kernel takes up to 20 ms to let go of one, for which nothing need wait.
#[derive(Debug, Default)]
pub(crate) struct KillWatch(Vec<Watch>);

impl KillWatch {
    pub(crate) fn begin(&mut self, root: &Path, interrupts: &Interrupts) {
        let interrupts = interrupts.clone();
        let end = move || {
            interrupts.interrupt(SIGTERM);
            true
        };
        self.0.extend(KillFile::in_root_that_is_there(root).and_then(|file| file.watch(end)));
    }

    pub(crate) fn end(&mut self) {
        for watch in &mut self.0 {
            watch.stop();
        }
    }
}
