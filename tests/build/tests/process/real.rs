//! Rows with the real `build`, all on one build root: the first makes it, the others reuse it.

use crate::support::{Lines, folder, is_mounted_below, processes_with, wait_until};
use skink_job::PlanEdit;
use skink_obs::{
    BuildExit, BuildProcess, Environment, Invocation, RealBuild, Results, RewriteRequest, ScratchFolder,
    find_build, rewrite,
};
use skink_tests_build::farm;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package that is added to builds: one that only hooks bring in.
const ADDED: &str = "jq";

const SPEC: &str = "\
Name:           plain
Version:        1
Release:        0
Summary:        A package for a test
License:        MIT
BuildArch:      noarch

%description
It tells what the build was told.

%prep
%build
test -x /usr/bin/jq && echo jq is here
echo \"the macro says %{?skink_greeting}\"
sleep %{?skink_sleep}%{!?skink_sleep:0}

%install
mkdir -p %{buildroot}/usr/share/plain
echo \"%{?skink_greeting}\" > %{buildroot}/usr/share/plain/greeting

%files
/usr/share/plain
";

struct Job {
    dir: tempfile::TempDir,
    build: RealBuild,
    scratch: ScratchFolder,
}

impl Job {
    fn new() -> Self {
        let build =
            find_build(Some(&farm().build), Path::new("/x"), &Environment::of_this_process()).unwrap();
        let dir = folder("real.");
        for name in ["scratch", "src"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        fs::write(dir.path().join("src/plain.spec"), SPEC).unwrap();
        let scratch = ScratchFolder::new(&dir.path().join("scratch")).unwrap();
        Self { dir, build, scratch }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    fn call(&self, more: &[&str]) -> Invocation {
        let mut args: Vec<OsString> = ["--root", "--dist", "--arch"].map(OsString::from).to_vec();
        args.insert(1, self.root().into());
        args.insert(3, farm().dist.clone().into());
        args.push(std::env::consts::ARCH.into());
        args.extend(more.iter().map(OsString::from));
        args.push(self.dir.path().join("src/plain.spec").into());
        Invocation::parse(args, Environment::of_this_process(), "/".into()).unwrap()
    }

    fn run(&self, build: &RealBuild, call: &Invocation, edits: &[PlanEdit]) -> (BuildExit, Vec<String>) {
        self.run_with(build, call, edits, &mut |_| {})
    }

    fn run_with(
        &self,
        build: &RealBuild,
        call: &Invocation,
        edits: &[PlanEdit],
        at_each: &mut dyn FnMut(&str),
    ) -> (BuildExit, Vec<String>) {
        let replaced = BTreeSet::new();
        let (scratch, repositories) = (&self.scratch, &[farm().pool.clone(), farm().extra.clone()]);
        let request = RewriteRequest { edits, replaced: &replaced, scratch, repositories };
        let new = rewrite(call, build, &request).unwrap();
        let log = call.log_file(build);
        let process = BuildProcess {
            build,
            args: &new.args,
            environment: call.environment(),
            cwd: call.cwd(),
            scratch: &self.scratch,
            log: log.as_deref(),
            root: &call.root(build),
            nspawn: new.nspawn.as_deref(),
            emulation: None,
        };
        let mut lines = Lines { kept: Vec::new(), at_each };
        let exit = process.run(&mut lines, &|| None).unwrap();
        (exit, lines.kept)
    }

    /// Fails with the log's end.
    fn must_build(&self, what: &str, exit: BuildExit, lines: &[String]) {
        let tail = lines[lines.len().saturating_sub(40)..].join("\n");
        assert_eq!(exit.code(), 0, "{what}:\n{tail}");
        let says = |text: &str| lines.iter().any(|line| line.ends_with(text));
        assert!(says("] jq is here"), "{what}: the added package is not there:\n{tail}");
        assert!(says("] the macro says hello"), "{what}: the macro is not there:\n{tail}");
        let results = Results::open(&self.root()).unwrap().unwrap();
        let folder = PathBuf::from(format!("/proc/self/fd/{}", results.folder().as_raw_fd()));
        let packages: Vec<_> = fs::read_dir(folder.join("RPMS/noarch")).unwrap().collect();
        assert_eq!(packages.len(), 1, "{what}");
        assert!(results.folders().unwrap().contains(&PathBuf::from("OTHER")), "{what}");
        assert!(results.installed_packages().unwrap().contains(&ADDED.to_owned()), "{what}");
        assert!(!is_mounted_below(&self.root()), "{what}");
    }

    /// A list as a worker writes it: what the recipe needs, without the package that is to be added.
    fn list(&self) -> PathBuf {
        let perl = |program: &str, args: &[&str]| {
            let script = self.build.dir().join(program);
            let output = Command::new("perl")
                .arg(script)
                .args(args)
                .env("BUILD_DIR", self.build.dir())
                .output()
                .unwrap();
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let dependencies = self.dir.path().join("dependencies");
        let folders = [text(&farm().pool), text(&farm().extra)];
        fs::write(&dependencies, perl("createdirdeps", &[&folders[0], &folders[1]])).unwrap();
        let spec = text(&self.dir.path().join("src/plain.spec"));
        let (dist, file) = (text(&farm().dist), text(&dependencies));
        let list = perl(
            "expanddeps",
            &["--dist", &dist, "--depfile", &file, "--archpath", std::env::consts::ARCH, &spec],
        );
        assert!(!list.contains(&format!("\n{ADDED} ")), "the list must lack what is added");
        let path = self.dir.path().join("list");
        fs::write(&path, list).unwrap();
        path
    }

    /// A copy of the script's folder in which this program stands as `build`.
    fn installed_as_build(&self) -> RealBuild {
        let dir = self.dir.path().join("build");
        let copied = Command::new("cp").arg("-a").arg(self.build.dir()).arg(&dir).status().unwrap();
        assert!(copied.success());
        fs::rename(dir.join("build"), dir.join("build.real")).unwrap();
        fs::copy(std::env::current_exe().unwrap(), dir.join("build")).unwrap();
        let found = find_build(None, &dir.join("build"), &Environment::default()).unwrap();
        assert!(found.script().ends_with("build/build.real"));
        found
    }
}

fn edits() -> Vec<PlanEdit> {
    let body = "hello".to_owned();
    vec![
        PlanEdit::AddPackage { name: ADDED.to_owned() },
        PlanEdit::SetMacro { name: "skink_greeting".to_owned(), body },
    ]
}

pub(crate) fn everything_on_one_root() {
    let job = Job::new();
    let rpms = farm().rpms();
    let with_pool = ["--rpms", &rpms, "--clean"];

    let (exit, lines) = job.run(&job.build, &job.call(&with_pool), &edits());
    job.must_build("--rpms in a chroot", exit, &lines);
    let log = format!("logging output to {}/.build.log...", job.root().display());
    assert!(lines.contains(&log), "the caller's log is named");

    let list = job.list();
    fs::remove_dir_all(job.root().join("installed-pkg").join(ADDED)).unwrap_or_default();
    let (exit, lines) = job.run(&job.build, &job.call(&["--rpmlist", list.to_str().unwrap()]), &edits());
    job.must_build("--rpmlist in a chroot", exit, &lines);

    let (exit, lines) = job.run(&job.build, &job.call(&["--rpms", &rpms, "--nosuch"]), &[]);
    assert_eq!((exit.code(), lines.len()), (1, 1), "{lines:?}");
    assert_eq!(lines[0], "Unknown option '--nosuch'. Exit.");

    kill_from_outside(&job, &job.build, &["--rpms", &rpms]);

    let own = job.installed_as_build();
    let in_nspawn =
        ["--rpms", &rpms, "--vm-type=nspawn", "--vm-args=--register=no --keep-unit", "--statistics"];
    let call = job.call(&in_nspawn);
    let (exit, lines) = job.run(&own, &call, &edits());
    job.must_build("in nspawn, ourselves as build", exit, &lines);
    assert!(lines.iter().any(|line| line.ends_with("2nd stage started in virtual machine")));
    let statistics = Results::open(&job.root()).unwrap().unwrap().statistics().unwrap();
    assert!(statistics.iter().any(|one| one.name == "TIME_main_build"), "{statistics:?}");

    kill_from_outside(&job, &own, &in_nspawn);
}

/// `build --root ROOT --kill`, as a worker calls it, ends a build in our namespaces.
fn kill_from_outside(job: &Job, build: &RealBuild, args: &[&str]) {
    let mut long = edits();
    long.push(PlanEdit::SetMacro { name: "skink_sleep".to_owned(), body: "600".to_owned() });
    let vm_type = args.iter().filter(|arg| arg.starts_with("--vm-type"));
    let mut killed = None;
    let (exit, lines) = job.run_with(build, &job.call(args), &long, &mut |line| {
        if line.ends_with("] + sleep 600") {
            let mut kill = Command::new(job.build.script());
            kill.env("BUILD_DIR", job.build.dir());
            killed = kill.arg("--root").arg(job.root()).args(vm_type.clone()).arg("--kill").status().ok();
        }
    });
    let killed = killed.expect("the recipe went to sleep");
    assert_eq!((exit.code(), killed.code()), (1, Some(0)), "{:?}", lines.last());
    assert!(!is_mounted_below(&job.root()));
    wait_until("the end of the recipe", || processes_with("sleep\x00600").is_empty());
}
