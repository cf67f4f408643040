//! Runners, spawned ahead of need where it is known that calls will come, and prepared where it is known for what.
//!
//! A runner that waits has nothing of a job, and no module of its was called; it dies with this process. Invariant: each makes
//! one call, and there are never more of them in waiting than calls are foreseen.

use crate::WorkerError;
use crate::standby::{READY, Standby};
use skink_job::SafeText;
use skink_protocol::{FromRunner, ProtocolError, Received, VERSION};
use skink_walls::{Child, Spawner};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

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

/// What is known of a call that will come: nothing, or what it takes to prepare for it.
type Foreseen = Option<Arc<Standby>>;

#[derive(Debug)]
struct Shared {
    spawner: Spawner,
    program: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

/// A runner that stands ready, and for what.
#[derive(Debug)]
struct Waiting {
    child: Child,
    prepared: Foreseen,
}

#[derive(Debug, Default)]
struct State {
    /// Calls that will come and have taken no runner yet, the next one first.
    foreseen: Vec<Foreseen>,
    waiting: Vec<Waiting>,
    /// What one is being made for, while one is.
    making: Option<Foreseen>,
    /// Those that are done, to be killed and reaped when there is time.
    done: Vec<Child>,
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

    /// Says how many calls will come, of which nothing more is known, whatever was said before.
    pub fn foresee(&self, calls: usize) {
        self.expect(vec![None; calls]);
    }

    /// Says which calls will come, the next one first, whatever was said before.
    pub fn stand_by(&self, calls: Vec<Standby>) {
        self.expect(calls.into_iter().map(|call| Some(Arc::new(call))).collect());
    }

    fn expect(&self, calls: Vec<Foreseen>) {
        let any = !calls.is_empty();
        let mut state = self.shared.state();
        state.foreseen = calls;
        state.keep_foreseen();
        self.shared.changed.notify_all();
        drop(state);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() && any {
            let shared = Arc::clone(&self.shared);
            let ahead = std::thread::Builder::new().name("runners".to_owned());
            // Without the thread every runner is made when it is wanted.
            *thread = ahead.spawn(move || shared.spawn_ahead()).ok();
        }
    }

    /// Ends a runner that nobody needs any more, without waiting for its death where another thread can.
    pub(crate) fn bury(&self, child: Child) {
        child.kill();
        let has_thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if has_thread {
            self.shared.state().done.push(child);
            self.shared.changed.notify_all();
        }
    }

    /// How many stand ready.
    pub fn waiting(&self) -> usize {
        self.shared.state().waiting.len()
    }

    /// A runner that stands ready for anything: one that waits, or else a new one. The calling thread must outlive it.
    ///
    /// # Errors
    /// None can be started, or it does not stand up.
    pub fn take(&self) -> Result<Child, WorkerError> {
        match self.shared.take_waiting(None) {
            Some(waiting) => Ok(waiting.child),
            None => self.shared.make(),
        }
    }

    /// A runner that is prepared for this call, or was just told to: see [`crate::standby::prepared`]. The calling
    /// thread must outlive it.
    ///
    /// # Errors
    /// None can be started, or what it needs cannot be made.
    pub(crate) fn take_for(&self, call: &Standby) -> Result<Child, WorkerError> {
        match self.shared.take_waiting(Some(call)) {
            Some(Waiting { child, prepared: Some(_) }) => Ok(child),
            Some(Waiting { child, prepared: None }) => call.prepare(&child).map(|()| child),
            // It need not say that it is ready: what it is told waits for it.
            None => {
                let child = self.shared.spawner.spawn(&self.shared.program)?;
                call.prepare(&child).map(|()| child)
            }
        }
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

/// Whether it is the same call: it works in the same folder.
fn is_same(one: &Foreseen, other: Option<&Standby>) -> bool {
    one.as_deref().map(|call| &call.folder) == other.map(|call| &call.folder)
}

impl State {
    /// Lets those go that nobody foresees any more.
    fn keep_foreseen(&mut self) {
        let foreseen = &self.foreseen;
        let is_foreseen = |call: &Standby| foreseen.iter().any(|other| is_same(other, Some(call)));
        self.waiting.retain(|waiting| waiting.prepared.as_deref().is_none_or(is_foreseen));
        let is_blank = |waiting: &Waiting| waiting.prepared.is_none();
        while self.waiting.len() > self.foreseen.len()
            && let Some(at) = self.waiting.iter().position(is_blank)
        {
            self.waiting.remove(at);
        }
    }

    /// The next call that no runner waits for.
    fn unmet(&self) -> Option<&Foreseen> {
        let mut blank: usize = self.waiting.iter().filter(|waiting| waiting.prepared.is_none()).count();
        self.foreseen.iter().take(MOST).find(|call| match call {
            Some(call) => !self.waiting.iter().any(|waiting| is_same(&waiting.prepared, Some(call))),
            None => {
                let met = blank > 0;
                blank = blank.saturating_sub(1);
                !met
            }
        })
    }

    /// What the next runner is to be made or prepared for, and the one that waits for nothing yet.
    fn next(&mut self) -> Option<(Foreseen, Option<Child>)> {
        let call = self.unmet()?.clone();
        let blank = self.waiting.iter().position(|waiting| waiting.prepared.is_none());
        let blank = blank.filter(|_| call.is_some()).map(|at| self.waiting.swap_remove(at).child);
        Some((call, blank))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runner that is prepared for this call, or is being; or else one that waits for anything.
    fn take_waiting(&self, call: Option<&Standby>) -> Option<Waiting> {
        let mut state = self.state();
        if let Some(at) = state.foreseen.iter().position(|foreseen| is_same(foreseen, call)) {
            state.foreseen.remove(at);
        } else if state.foreseen.first().is_some_and(Option::is_none) {
            state.foreseen.remove(0);
        }
        let taken = loop {
            let own = state.waiting.iter().position(|waiting| is_same(&waiting.prepared, call));
            let is_made = state.making.as_ref().is_some_and(|made| made.is_none() || is_same(made, call));
            let blank = || state.waiting.iter().position(|waiting| waiting.prepared.is_none());
            match own.or_else(|| if is_made { None } else { blank() }) {
                Some(at) => break Some(state.waiting.remove(at)),
                None if is_made => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                None => break None,
            }
        };
        // Whoever waits for nothing new is left asleep: the call comes first.
        if state.unmet().is_some() {
            self.changed.notify_all();
        }
        taken
    }

    fn spawn_ahead(&self) {
        let mut state = self.state();
        while !state.closed {
            let Some((call, blank)) = state.next() else {
                let done = std::mem::take(&mut state.done);
                if !done.is_empty() {
                    drop(state);
                    drop(done);
                    state = self.state();
                    continue;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.making = Some(call.clone());
            drop(state);
            let made = blank.map_or_else(|| self.make(), Ok).and_then(|child| {
                call.as_ref().map_or(Ok(()), |call| call.prepare(&child))?;
                Ok(Waiting { child, prepared: call })
            });
            state = self.state();
            state.making = None;
            match made {
                Ok(waiting) if !state.closed => state.waiting.push(waiting),
                Ok(_) => {}
                // Whoever wants one makes it, and hears what is wrong.
                Err(_) => state.foreseen.clear(),
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
