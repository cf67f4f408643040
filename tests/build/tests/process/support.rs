//! What both kinds of rows share.

use skink_obs::{BuildExit, BuildProcess, Environment, LineSink, RealBuild, ScratchFolder, find_build};
use skink_tests_build::farm;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The verb under which this program runs a build and is killed.
pub(crate) const VICTIM: &str = "__victim";

/// Keeps the lines, and does something at each.
pub(crate) struct Lines<'a> {
    pub(crate) kept: Vec<String>,
    pub(crate) at_each: &'a mut dyn FnMut(&str),
}

impl LineSink for Lines<'_> {
    fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line).into_owned();
        (self.at_each)(&line);
        self.kept.push(line);
    }
}

/// A script that stands in for `build`.
pub(crate) struct StandIn {
    pub(crate) dir: tempfile::TempDir,
    build: RealBuild,
    scratch: ScratchFolder,
}

impl StandIn {
    pub(crate) fn new(script: &str) -> Self {
        let dir = folder("stand-in.");
        let file = dir.path().join("build");
        fs::write(&file, format!("#!/bin/bash\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(dir.path().join("scratch")).unwrap();
        let scratch = ScratchFolder::new(&dir.path().join("scratch")).unwrap();
        let build = find_build(Some(&file), Path::new("/x"), &Environment::default()).unwrap();
        Self { dir, build, scratch }
    }

    pub(crate) fn run_with(
        &self,
        args: &[&str],
        environment: &Environment,
        at_each: &mut dyn FnMut(&str),
    ) -> (BuildExit, Vec<String>) {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let mut lines = Lines { kept: Vec::new(), at_each };
        let process = BuildProcess {
            build: &self.build,
            args: &args,
            environment,
            cwd: self.dir.path(),
            scratch: &self.scratch,
            log: None,
            root: self.dir.path(),
            nspawn: None,
            emulation: None,
        };
        let exit = process.run(&mut lines, &|| None).unwrap();
        (exit, lines.kept)
    }

    pub(crate) fn run(&self, args: &[&str]) -> (BuildExit, Vec<String>) {
        let env = Environment::from_iter([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")]);
        self.run_with(args, &env, &mut |_| {})
    }
}

/// A folder of one test, which goes with it.
pub(crate) fn folder(prefix: &str) -> tempfile::TempDir {
    tempfile::Builder::new().prefix(prefix).tempdir_in(&farm().folder).unwrap()
}

/// Runs the script in the named folder and tells its lines, until somebody kills us.
pub(crate) fn be_the_victim(args: &[OsString]) -> std::process::ExitCode {
    let dir = PathBuf::from(&args[0]);
    let build = find_build(Some(&dir.join("build")), Path::new("/x"), &Environment::default()).unwrap();
    let scratch = ScratchFolder::new(&dir.join("scratch")).unwrap();
    let mut lines = Lines { kept: Vec::new(), at_each: &mut |line| println!("{line}") };
    let environment = Environment::default();
    let process = BuildProcess {
        build: &build,
        args: &[],
        environment: &environment,
        cwd: &dir,
        scratch: &scratch,
        log: None,
        root: &dir,
        nspawn: None,
        emulation: None,
    };
    let exit = process.run(&mut lines, &|| None).unwrap();
    std::process::ExitCode::from(exit.code())
}

/// The ids of processes with that text in their command line.
pub(crate) fn processes_with(text: &str) -> Vec<i32> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let own = i32::try_from(std::process::id()).unwrap();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        *pid != own && String::from_utf8_lossy(&line).contains(text)
    };
    pids.filter(has).collect()
}

/// Waits for something that must come; fails after a long time.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether something is mounted at or below the path.
pub(crate) fn is_mounted_below(path: &Path) -> bool {
    let path = path.to_str().unwrap();
    fs::read_to_string("/proc/self/mountinfo").unwrap().lines().any(|line| line.contains(path))
}
