//! The process that drives the browser.

use rustix::process::{Pid, Signal, kill_process};
use skink_tests_hostile::children_of;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// What it says once it listens.
const LISTENS: &str = "was started successfully on port ";

/// A chromedriver on a free port of the loopback. It and all it started end with it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    pub(crate) url: String,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("chromedriver (Debian's chromium-driver) cannot be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // It says where it listens, or it ends.
        let port = lines.by_ref().find_map(|line| {
            let line = line.ok()?;
            line.split_once(LISTENS).map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        // Nobody reads on, and what it still writes must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let mut driver = Self { child, url: String::new() };
        let port: u16 = port.expect("chromedriver did not say its port").parse().unwrap();
        driver.url = format!("http://127.0.0.1:{port}");
        driver
    }
}

/// A process and all below it, the deepest last.
fn family(pid: u32) -> Vec<u32> {
    let children = children_of(pid).into_iter().flat_map(|child| family(child.pid));
    std::iter::once(pid).chain(children).collect()
}

impl Drop for Driver {
    fn drop(&mut self) {
        for pid in family(self.child.id()) {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        let _ = self.child.wait();
    }
}
