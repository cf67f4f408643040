//! The clock that interrupts a guest.
//!
//! An epoch interrupts guest code only, never a host call: whoever serves host calls checks the deadline after
//! each of them as well.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use wasmtime::Engine;

/// Time between two ticks.
pub const TICK: Duration = Duration::from_millis(5);

/// A thread that advances an engine's epoch. Dropping it stops and joins the thread.
#[derive(Debug)]
pub struct Epochs {
    /// The first message starts the clock, and the thread ends when this is dropped.
    way: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Epochs {
    /// Makes the clock of `engine`, which stands still until [`Epochs::go`]. Call it once the process is locked in,
    /// so that the thread is too.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn waiting(engine: &Engine) -> std::io::Result<Self> {
        let engine = engine.weak();
        let (way, told) = channel::<()>();
        let thread = std::thread::Builder::new().name("epochs".to_owned()).spawn(move || {
            let Ok(()) = told.recv() else { return };
            while told.recv_timeout(TICK) != Err(RecvTimeoutError::Disconnected) {
                let Some(engine) = engine.upgrade() else { break };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { way: Some(way), thread: Some(thread) })
    }

    /// Starts the clock.
    pub fn go(&self) {
        // The thread listens for as long as this is there.
        let _ = self.way.as_ref().map(|way| way.send(()));
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
        drop(self.way.take());
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic; were it to, the guest's deadline would be the parent's alone.
            let _ = thread.join();
        }
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
            assert_eq!(running(), 0, "goes: {goes}");
        }
    }
}
