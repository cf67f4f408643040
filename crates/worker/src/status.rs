//! The line at the bottom of a terminal that tells what is being done, for how long, and for how long yet.
//!
//! Whatever else goes to that terminal goes through here. Invariant: the line is taken away before anything is written
//! and drawn again only below a whole line, so it never tears what others write; where there is no terminal, nothing of
//! it is ever written.

use crate::call::Progress;
use skink_job::{HookName, SafeText};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the line is drawn anew while nothing else happens.
const TICK: Duration = Duration::from_secs(1);
/// To the first column, and nothing to its right.
const ERASE: &[u8] = b"\r\x1b[K";
/// No time left is guessed from less than this.
const FIRST_GUESS: Duration = Duration::from_secs(2);

/// An output with a line below it. Shared by the threads of one job.
#[derive(Debug, Clone)]
pub struct Status(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    screen: Mutex<Screen>,
    ended: Condvar,
}

/// Something that is being done; the default is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(u64);

#[derive(Debug)]
struct Task {
    name: String,
    /// A step of the job, which is shown only while no hook is.
    is_step: bool,
    began: Instant,
    done: u64,
    total: u64,
    what: String,
}

struct Screen {
    out: Box<dyn Write + Send>,
    /// The columns of the terminal; `None` where there is none, and so no line.
    columns: Box<dyn Fn() -> Option<usize> + Send>,
    tasks: BTreeMap<TaskId, Task>,
    next: u64,
    drawn: bool,
    /// Whether what was written last ended its line.
    whole: bool,
    is_over: bool,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("tasks", &self.tasks).finish_non_exhaustive()
    }
}

impl Status {
    /// Standard output, with a line where it is a terminal and `wanted`.
    pub fn stdout(wanted: bool) -> Self {
        let is_there = wanted && can_draw(&io::stdout());
        Self::new(Box::new(io::stdout()), Box::new(move || is_there.then(|| width(io::stdout())).flatten()))
            .ticking(is_there)
    }

    /// Standard error, with a line where it is a terminal and `wanted`.
    pub fn stderr(wanted: bool) -> Self {
        let is_there = wanted && can_draw(&io::stderr());
        Self::new(Box::new(io::stderr()), Box::new(move || is_there.then(|| width(io::stderr())).flatten()))
            .ticking(is_there)
    }

    fn new(out: Box<dyn Write + Send>, columns: Box<dyn Fn() -> Option<usize> + Send>) -> Self {
        let tasks = BTreeMap::new();
        let screen = Screen { out, columns, tasks, next: 0, drawn: false, whole: true, is_over: false };
        Self(Arc::new(Shared { screen: Mutex::new(screen), ended: Condvar::new() }))
    }

    /// Has the line drawn anew each second. Without a thread for it there is still a line, with older times.
    fn ticking(self, is_there: bool) -> Self {
        if is_there {
            let shared = Arc::clone(&self.0);
            let tick = move || {
                let mut screen = shared.lock();
                while !screen.is_over {
                    let waited = shared.ended.wait_timeout(screen, TICK);
                    screen = waited.unwrap_or_else(PoisonError::into_inner).0;
                    screen.redraw();
                }
            };
            drop(std::thread::Builder::new().name("status".to_owned()).spawn(tick));
        }
        self
    }

    /// Whether there is a line, so that nobody need be told the same in lines of the log.
    pub fn is_live(&self) -> bool {
        (self.0.lock().columns)().is_some()
    }

    /// Writes whole lines above the line. Neither a full disk nor a closed terminal may stop a build: what cannot be
    /// written is lost.
    pub fn write(&self, bytes: &[u8]) {
        let mut screen = self.0.lock();
        screen.erase();
        let _ = screen.out.write_all(bytes);
        screen.whole = bytes.last().is_none_or(|last| *last == b'\n');
        screen.redraw();
        let _ = screen.out.flush();
    }

    /// A step of the job begins.
    pub fn step(&self, name: &str) -> TaskId {
        self.begin(name, true)
    }

    /// A hook's call begins.
    pub fn hook(&self, name: &HookName) -> TaskId {
        self.begin(name.as_str(), false)
    }

    fn begin(&self, name: &str, is_step: bool) -> TaskId {
        let mut screen = self.0.lock();
        screen.next += 1;
        let id = TaskId(screen.next);
        let (name, what) = (name.to_owned(), String::new());
        let task = Task { name, is_step, began: Instant::now(), done: 0, total: 0, what };
        screen.tasks.insert(id, task);
        screen.redraw();
        id
    }

    /// How far it is; a `total` of 0 is not known.
    pub fn at(&self, id: TaskId, done: u64, total: u64, what: &SafeText) {
        let mut screen = self.0.lock();
        if let Some(task) = screen.tasks.get_mut(&id) {
            task.done = done;
            task.total = total;
            what.as_str().clone_into(&mut task.what);
        }
        screen.redraw();
    }

    /// It is done.
    pub fn end(&self, id: TaskId) {
        let mut screen = self.0.lock();
        screen.tasks.remove(&id);
        screen.redraw();
    }

    /// Takes the line away for good.
    pub fn close(&self) {
        let mut screen = self.0.lock();
        screen.erase();
        screen.tasks.clear();
        screen.is_over = true;
        let _ = screen.out.flush();
        self.0.ended.notify_all();
    }
}

/// A terminal that knows the sequence. What traces on standard error would be drawn over.
fn can_draw(out: &impl IsTerminal) -> bool {
    out.is_terminal() && knows_sequences() && std::env::var_os("SKINK_LOG").is_none()
}

/// Whether the terminal knows escape sequences at all.
fn knows_sequences() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty())
}

fn width(out: impl AsFd) -> Option<usize> {
    rustix::termios::tcgetwinsize(out).ok().map(|size| usize::from(size.ws_col)).filter(|width| *width >= 20)
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Screen {
    fn erase(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = self.out.write_all(ERASE);
        }
    }

    fn redraw(&mut self) {
        self.erase();
        let Some(columns) = (self.columns)().filter(|_| self.whole && !self.is_over) else { return };
        let hooks: Vec<&Task> = self.tasks.values().filter(|task| !task.is_step).collect();
        let shown = if hooks.is_empty() { self.tasks.values().collect() } else { hooks };
        let texts: Vec<String> = shown.iter().map(|task| task.text(task.began.elapsed())).collect();
        if texts.is_empty() {
            return;
        }
        // In the last column, terminals differ.
        let line = cut(&texts.join(" | "), columns - 1);
        self.drawn = self.out.write_all(line.as_bytes()).and_then(|()| self.out.flush()).is_ok();
    }
}

impl Task {
    fn text(&self, elapsed: Duration) -> String {
        let mut text = self.name.clone();
        if self.total > 0 {
            text.push_str(&format!(" {}/{}", self.done, self.total));
        }
        if !self.what.is_empty() {
            text.push_str(&format!(" {}", self.what));
        }
        text.push_str(&format!(", {}", clock(elapsed)));
        if let Some(left) = time_left(self.done, self.total, elapsed) {
            text.push_str(&format!(", about {} left", clock(left)));
        }
        text
    }
}

/// As long for each of the rest as for each of those that are done. `None` where that says nothing.
fn time_left(done: u64, total: u64, elapsed: Duration) -> Option<Duration> {
    if done == 0 || done >= total || elapsed < FIRST_GUESS {
        return None;
    }
    let left = elapsed.as_secs_f64() / done as f64 * (total - done) as f64;
    // More than a week is no guess any more.
    Duration::try_from_secs_f64(left).ok().filter(|left| left.as_secs() < 7 * 24 * 3600)
}

/// Minutes and seconds, or hours too.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds / 3600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// At most so many columns; a character that may be wide counts as two.
fn cut(text: &str, columns: usize) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut used = 0;
    let fits = |c: &char| {
        used += width(*c);
        used <= columns
    };
    text.chars().take_while(fits).collect()
}

/// Shows the calls of hooks on the line, and nothing else.
#[derive(Debug)]
pub struct StatusProgress {
    status: Status,
    calls: Mutex<BTreeMap<HookName, TaskId>>,
}

impl StatusProgress {
    /// Shows them on `status`.
    pub fn new(status: Status) -> Self {
        Self { status, calls: Mutex::default() }
    }

    fn calls(&self) -> MutexGuard<'_, BTreeMap<HookName, TaskId>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for StatusProgress {
    fn progress(&self, hook: &HookName, done: u64, total: u64, what: &SafeText) {
        if let Some(id) = self.calls().get(hook) {
            self.status.at(*id, done, total, what);
        }
    }

    fn note(&self, what: &str) {
        self.status.write(format!("skink: {what}\n").as_bytes());
    }

    fn begun(&self, hook: &HookName) {
        let id = self.status.hook(hook);
        self.calls().insert(hook.clone(), id);
    }

    fn ended(&self, hook: &HookName) {
        if let Some(id) = self.calls().remove(hook) {
            self.status.end(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal would show of bytes that have no other sequence than [`ERASE`].
    fn shown(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let line = |line: &str| line.rsplit("\r\x1b[K").next().unwrap_or_default().to_owned();
        text.split('\n').map(line).collect()
    }

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Out {
        fn lines(&self) -> Vec<String> {
            shown(&self.0.lock().unwrap())
        }
    }

    #[test]
    fn lines_stay_whole_above_the_line_and_nothing_of_it_is_left() {
        let out = Out::default();
        let status = Status::new(Box::new(out.clone()), Box::new(|| Some(40)));
        status.write(b"one\n");
        let step = status.step("build");
        assert_eq!(out.lines(), ["one", "build, 0:00"]);
        status.write(b"two\n");
        let hook = status.hook(&"rpmlint".parse().unwrap());
        status.at(hook, 3, 10, &"pack\u{e4}ges".into());
        assert_eq!(out.lines(), ["one", "two", "rpmlint 3/10 pack\u{e4}ges, 0:00"]);
        status.write(b"half");
        assert_eq!(out.lines(), ["one", "two", "half"], "no line behind half a line");
        status.write(b" and half\n");
        let long = "x".repeat(200);
        status.at(hook, 4, 10, &long.as_str().into());
        assert_eq!(out.lines().last().unwrap().len(), 39, "it never wraps");
        status.end(hook);
        assert_eq!(out.lines(), ["one", "two", "half and half", "build, 0:00"]);
        status.end(step);
        status.close();
        status.write(b"three\n");
        assert_eq!(out.lines(), ["one", "two", "half and half", "three", ""]);
    }

    #[test]
    fn without_a_terminal_there_is_no_byte_of_it() {
        let out = Out::default();
        let status = Status::new(Box::new(out.clone()), Box::new(|| None));
        let step = status.step("build");
        status.write(b"one\n");
        status.at(step, 1, 2, &"x".into());
        status.close();
        assert!(!status.is_live());
        assert_eq!(*out.0.lock().unwrap(), b"one\n");
    }

    #[test]
    fn threads_do_not_tear_each_others_lines() {
        let out = Out::default();
        let status = Status::new(Box::new(out.clone()), Box::new(|| Some(60)));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let status = status.clone();
                scope.spawn(move || {
                    let step = status.step("s");
                    for line in 0..50 {
                        status.write(format!("{thread} {line}\n").as_bytes());
                        status.at(step, line, 50, &"at work".into());
                    }
                    status.end(step);
                });
            }
        });
        let mut lines = out.lines();
        assert_eq!(lines.pop().as_deref(), Some(""));
        let mut want: Vec<String> = (0..4).flat_map(|t| (0..50).map(move |l| format!("{t} {l}"))).collect();
        want.sort();
        lines.sort();
        assert_eq!(lines, want);
    }

    #[test]
    fn time_left() {
        let rows = [
            (0, 10, 60, None),
            (1, 0, 60, None),
            (10, 10, 60, None),
            (11, 10, 60, None),
            (5, 10, 1, None),
            (5, 10, 60, Some("1:00")),
            (1, 61, 60, Some("1:00:00")),
            (1, u64::MAX, 60, None),
        ];
        for (done, total, elapsed, want) in rows {
            let left = super::time_left(done, total, Duration::from_secs(elapsed)).map(clock);
            assert_eq!(left.as_deref(), want, "{done} of {total} in {elapsed} s");
        }
    }
}
