//! Waiting for a condition, with a generous limit and a message that says what was waited for.

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer; `None` where there is none in time.
pub fn within<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() > deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The same, where no answer within ten minutes is a failure: a build takes half a minute on an idle machine.
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(600), ask).unwrap_or_else(|| panic!("waited ten minutes for {what}"))
}
