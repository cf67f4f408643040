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
    /// Never used to send: the thread ends when it is dropped.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Epochs {
    /// Starts the clock of `engine`. Call it once the process is locked in, so that the thread is too.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let engine = engine.weak();
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new().name("epochs".to_owned()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                let Some(engine) = engine.upgrade() else { break };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
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
        drop(self.stop.take());
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
        let epochs = Epochs::start(&engine).unwrap();
        while running() == 0 {
            std::thread::yield_now();
        }
        drop(epochs);
        assert_eq!(running(), 0);
    }
}
