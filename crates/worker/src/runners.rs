//! Runners, spawned ahead of need where it is known that calls will come.
//!
//! A runner does nothing before its call, so one that waits has no job, no module and no authority; it dies with this
//! process. Invariant: each makes one call, and there are never more of them in waiting than calls are foreseen.

use crate::WorkerError;
use skink_job::SafeText;
use skink_protocol::{FromRunner, ProtocolError, Received, VERSION};
use skink_walls::{Child, Spawner};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a runner may take to stand up, before any module is involved.
const READY: Duration = Duration::from_secs(20);
/// The most runners that wait at once. More would only take memory from the build.
const MOST: usize = 4;

/// Where runners come from.
#[derive(Debug)]
pub struct Runners {
    shared: Arc<Shared>,
    /// Spawns ahead, from the first foreseen call on. The kernel ends a child with the thread that made it, so this one
    /// stays as long as they may.
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    spawner: Spawner,
    program: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Calls that will come and have no runner yet that is theirs.
    foreseen: usize,
    waiting: VecDeque<Child>,
    /// Whether one is being made ahead.
    making: bool,
    closed: bool,
}

impl Runners {
    pub(crate) fn new(spawner: Spawner, program: PathBuf) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { spawner, program, state, changed }), thread: Mutex::default() }
    }

    /// Spawns other walled children than runners.
    pub fn spawner(&self) -> &Spawner {
        &self.shared.spawner
    }

    /// Says how many calls will come, whatever was said before.
    pub fn foresee(&self, calls: usize) {
        let mut state = self.shared.state();
        state.foreseen = calls;
        state.waiting.truncate(calls);
        self.shared.changed.notify_all();
        drop(state);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() && calls > 0 {
            let shared = Arc::clone(&self.shared);
            let ahead = std::thread::Builder::new().name("runners".to_owned());
            // Without the thread every runner is made when it is wanted.
            *thread = ahead.spawn(move || shared.spawn_ahead()).ok();
        }
    }

    /// How many stand ready.
    pub fn waiting(&self) -> usize {
        self.shared.state().waiting.len()
    }

    /// A runner that stands ready: one that waits, or else a new one. The calling thread must outlive it.
    ///
    /// # Errors
    /// None can be started, or it does not stand up.
    pub fn take(&self) -> Result<Child, WorkerError> {
        self.shared.take_waiting().map_or_else(|| self.shared.make(), Ok)
    }
}

impl Drop for Runners {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.changed.notify_all();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runner that has waited longest, or the one that is being made.
    fn take_waiting(&self) -> Option<Child> {
        let mut state = self.state();
        state.foreseen = state.foreseen.saturating_sub(1);
        while state.waiting.is_empty() && state.making {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let child = state.waiting.pop_front();
        self.changed.notify_all();
        child
    }

    fn spawn_ahead(&self) {
        let mut state = self.state();
        while !state.closed {
            if state.waiting.len() >= state.foreseen.min(MOST) {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.making = true;
            drop(state);
            let made = self.make();
            state = self.state();
            state.making = false;
            match made {
                Ok(child) if !state.closed => state.waiting.push_back(child),
                Ok(_) => {}
                // Whoever wants one makes it, and hears what is wrong.
                Err(_) => state.foreseen = 0,
            }
            self.changed.notify_all();
        }
        // Here, for they die with this thread.
        state.waiting.clear();
    }

    fn make(&self) -> Result<Child, WorkerError> {
        let mut child = self.spawner.spawn(&self.program)?;
        // No module is involved yet: whatever goes wrong is the host's.
        match child.channel.receive::<FromRunner>(Some(Instant::now() + READY)) {
            Ok(Received { message: FromRunner::Ready { version: VERSION }, .. }) => Ok(child),
            Ok(_) => Err(WorkerError::Runner { why: "it speaks another version".into() }),
            Err(ProtocolError::Deadline) => Err(WorkerError::NotReady { after: READY.into() }),
            Err(error) => {
                let said = child.wait(Instant::now() + READY).stderr;
                let why = said.lines().last().map_or_else(|| error.to_string().into(), SafeText::line);
                Err(WorkerError::Runner { why })
            }
        }
    }
}
