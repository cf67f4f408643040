//! The clock that interrupts a guest.
//!
//! An epoch interrupts guest code only, never a host call: whoever serves host calls checks the deadline after
//! each of them as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::Thread;
use std::time::Duration;
use wasmtime::Engine;

/// Time between two ticks.
pub const TICK: Duration = Duration::from_millis(5);

/// A thread that advances an engine's epoch. Dropping it ends the thread, within a tick.
#[derive(Debug)]
pub struct Epochs {
    stage: Arc<AtomicU8>,
    thread: Thread,
}

/// It stands still, for as long as nobody wakes the thread.
const WAITS: u8 = 0;
/// It ticks.
const GOES: u8 = 1;
/// The thread is to end.
const ENDS: u8 = 2;

impl Epochs {
    /// Makes the clock of `engine`, which stands still until [`Epochs::go`]. Call it once the process is locked in,
    /// so that the thread is too.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn waiting(engine: &Engine) -> std::io::Result<Self> {
        let (engine, stage) = (engine.weak(), Arc::new(AtomicU8::new(WAITS)));
        let told = Arc::clone(&stage);
        let thread = std::thread::Builder::new().name("epochs".to_owned()).spawn(move || {
            loop {
                match told.load(Ordering::Acquire) {
                    WAITS => std::thread::park(),
                    GOES => {
                        std::thread::sleep(TICK);
                        let Some(engine) = engine.upgrade() else { break };
                        engine.increment_epoch();
                    }
                    _ => break,
                }
            }
        })?;
        Ok(Self { stage, thread: thread.thread().clone() })
    }

    /// Starts the clock.
    pub fn go(&self) {
        self.stage.store(GOES, Ordering::Release);
        self.thread.unpark();
    }

    /// Stops the clock, until it is to go again.
    pub fn rest(&self) {
        self.stage.store(WAITS, Ordering::Release);
    }

    /// The value for `Store::set_epoch_deadline` with which a guest gets at least `time`: one tick more than
    /// fits in, because the current one is already running.
    pub fn ticks(time: Duration) -> u64 {
        let ticks = time.as_nanos().div_ceil(TICK.as_nanos()).saturating_add(1);
        // Half of the range: wasmtime adds the current epoch to it.
        u64::try_from(ticks).unwrap_or(u64::MAX).min(u64::MAX / 2)
    }
}

impl Drop for Epochs {
    fn drop(&mut self) {
        self.stage.store(ENDS, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_never_early() {
        let rows = [(0, 1), (1, 2), (5, 2), (6, 3), (1000, 201)];
        for (millis, ticks) in rows {
            assert_eq!(Epochs::ticks(Duration::from_millis(millis)), ticks, "{millis} ms");
        }
        assert_eq!(Epochs::ticks(Duration::MAX), u64::MAX / 2);
    }

    fn running() -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")));
        names.filter(|name| name.as_deref().is_ok_and(|name| name.trim() == "epochs")).count()
    }

    #[test]
    fn dropping_it_ends_the_thread() {
        let engine = Engine::new(&crate::config(skink_protocol::Flavour::Timed)).unwrap();
        for goes in [false, true] {
            let epochs = Epochs::waiting(&engine).unwrap();
            if goes {
                epochs.go();
            }
            while running() == 0 {
                std::thread::yield_now();
            }
            drop(epochs);
            while running() > 0 {
                std::thread::yield_now();
            }
        }
    }
}
