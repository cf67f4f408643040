//! Signals that end a job: whoever sends one wants it to end soon, and cleanly.
//!
//! While somebody listens, [`skink_obs::signals_that_end`] end the calls that run and are remembered, and the
//! pipeline ends the job. Nobody listens before the first hook may run: there a signal ends the process at once,
//! as it does by default, and the journal has what is to be undone.

use signal_hook::iterator::{Handle, Signals};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// The signal that ended the job, if one has, and what it ends.
#[derive(Clone, Default)]
pub struct Interrupts(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    signal: Option<i32>,
    next: u64,
    ends: Vec<(u64, Box<dyn Fn() + Send>)>,
}

/// Dropped, nobody listens any more, and the signals have no effect.
#[derive(Debug)]
pub struct Listening {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// Dropped, the thing has ended by itself.
#[derive(Debug)]
pub struct Watch<'a> {
    interrupts: &'a Interrupts,
    number: u64,
}

impl Interrupts {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to listen.
    pub fn listen(&self) -> std::io::Result<Listening> {
        let mut signals = Signals::new(skink_obs::signals_that_end())?;
        let handle = signals.handle();
        let interrupts = self.clone();
        let listen = move || signals.forever().for_each(|signal| interrupts.interrupt(signal));
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(Listening { handle, thread: Some(thread) })
    }

    /// Ends what runs, as if the signal had come.
    pub fn interrupt(&self, signal: i32) {
        let mut state = self.state();
        state.signal = Some(signal);
        state.ends.iter().for_each(|(_, end)| end());
    }

    /// The signal that has come, if one has.
    pub fn signal(&self) -> Option<Signal> {
        self.state().signal.map(Signal)
    }

    /// Forgets it: what is still to be done of the job is done whatever happened.
    pub fn forget(&self) {
        self.state().signal = None;
    }

    /// Ends the thing by `end` when a signal comes, and at once if one has come. `end` must not wait.
    pub fn watch(&self, end: impl Fn() + Send + 'static) -> Watch<'_> {
        let mut state = self.state();
        if state.signal.is_some() {
            end();
        }
        let number = state.next;
        state.next += 1;
        state.ends.push((number, Box::new(end)));
        Watch { interrupts: self, number }
    }
}

impl fmt::Debug for Interrupts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupts").field("signal", &self.signal()).finish_non_exhaustive()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.interrupts.state().ends.retain(|(number, _)| *number != self.number);
    }
}

/// A signal, by its name for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal(pub i32);

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match signal_hook::low_level::signal_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signal_hook::consts::SIGTERM;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_signal_ends_what_runs_and_what_begins_after_it() {
        let interrupts = Interrupts::default();
        let count = || {
            let ended = Arc::new(AtomicU32::new(0));
            let counter = Arc::clone(&ended);
            let end = move || {
                counter.fetch_add(1, Ordering::Relaxed);
            };
            (ended, end)
        };
        let ((done, end_done), (runs, end_runs), (late, end_late)) = (count(), count(), count());
        drop(interrupts.watch(end_done));
        let _runs = interrupts.watch(end_runs);
        assert_eq!(interrupts.signal(), None);
        interrupts.interrupt(SIGTERM);
        let _late = interrupts.watch(end_late);
        assert_eq!([done, runs, late].map(|ended| ended.load(Ordering::Relaxed)), [0, 1, 1]);
        assert_eq!(interrupts.signal().unwrap().to_string(), "SIGTERM");
        interrupts.forget();
        assert_eq!(interrupts.signal(), None);
    }
}
