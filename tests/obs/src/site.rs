//! The whole place: a backend, two workers, the projects, and a machine whose admin allows hooks.

use crate::backend::run;
use crate::worker::install;
use crate::{Backend, Client, Module, Namespace, Package, Way, Worker, told, until, within};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What is built for.
pub const ARCH: &str = "x86_64";
/// The project of the packages that build roots are made of.
pub const BASE: &str = "Debian:12";
/// The project of most packages.
pub const PROJECT: &str = "home:tester";
/// The repository of every project.
pub const REPOSITORY: &str = "standard";

/// Lines of Perl for the configuration of backend and workers. A worker looks at the size of a log and at how long it
/// has been silent; no build of the tests needs more than this.
const CONFIGURATION: &str = "our $buildlog_maxsize = 4000000;\nour $buildlog_maxidle = 45;";

/// The place.
#[derive(Debug)]
pub struct Site {
    /// Where everything runs.
    pub namespace: Namespace,
    /// The servers.
    pub backend: Backend,
    /// The workers.
    pub workers: Vec<Worker>,
}

impl Site {
    /// Starts everything. `more` is added to the configuration of the backend and the workers.
    pub fn start(policy: &str, modules: &[Module], more: &str) -> Self {
        let folder = &told().folder;
        let namespace = Namespace::new(&folder.join("memory"), &["/etc", "/usr/lib", "/var/lib"]);
        let backend = Backend::lay_out(folder, &format!("{CONFIGURATION}\n{more}"));
        install(&backend.build_code());
        be_the_admin(&namespace, policy, modules);
        backend.start(&namespace);
        let mut site = Self { namespace, backend, workers: Vec::new() };
        site.make_base();
        site.make_project(PROJECT, "");
        let ways = [(Way::ServerSide, 5401), (Way::WorkerSide, 5402)];
        site.workers =
            ways.map(|(way, port)| Worker::start(&site.namespace, &site.backend, way, port)).into();
        site
    }

    /// Talks to the servers.
    pub fn client(&self) -> Client<'_> {
        Client(&self.namespace)
    }

    /// The worker of that way.
    pub fn worker(&self, way: Way) -> &Worker {
        self.workers.iter().find(|worker| worker.way == way).unwrap()
    }

    /// Makes a project that builds against the base, with lines of configuration of its own.
    pub fn make_project(&self, name: &str, configuration: &str) {
        let path = if name == BASE {
            String::new()
        } else {
            format!("<path project=\"{BASE}\" repository=\"{REPOSITORY}\"/>")
        };
        let meta = format!(
            "<project name=\"{name}\"><title/><description/><publish><disable/></publish>\
             <repository name=\"{REPOSITORY}\">{path}<arch>{ARCH}</arch></repository></project>"
        );
        self.client().put(&Backend::sources(&format!("/source/{name}/_meta")), meta);
        if !configuration.is_empty() {
            self.client().put(&Backend::sources(&format!("/source/{name}/_config")), configuration);
        }
    }

    /// The project of the build root's packages.
    fn make_base(&self) {
        self.make_project(BASE, &base_configuration());
        let full = self.backend.data().join("build").join(BASE).join(REPOSITORY).join(ARCH).join(":full");
        fs::create_dir_all(&full).unwrap();
        for entry in fs::read_dir(&told().pool).unwrap().map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            let name = file.split('_').next().unwrap();
            fs::hard_link(entry.path(), full.join(format!("{name}.deb"))).unwrap();
        }
        make_comparing_package(&full);
        self.backend.admin(&self.namespace, &["--rescan-repository", BASE, REPOSITORY, ARCH]);
    }

    /// Commits a package as one revision.
    pub fn commit(&self, project: &str, package: &Package) {
        let at = format!("/source/{project}/{}", package.name);
        let meta = format!(
            "<package name=\"{}\" project=\"{project}\"><title/><description/></package>",
            package.name
        );
        let client = self.client();
        client.put(&Backend::sources(&format!("{at}/_meta")), meta);
        for (file, content) in &package.files {
            client.put(&Backend::sources(&format!("{at}/{file}?rev=upload")), content);
        }
        client.post(&Backend::sources(&format!("{at}?cmd=commit&rev=upload&user=tester"))).unwrap();
    }

    /// What the scheduler says of a package.
    pub fn code(&self, project: &str, package: &str) -> String {
        let url = format!("/_result?prpa={project}/{REPOSITORY}/{ARCH}&package={package}");
        let result = self.client().text(&Backend::results(&url)).unwrap_or_default();
        let code = result.split("code=\"").nth(2).and_then(|rest| rest.split('"').next());
        code.unwrap_or_default().to_owned()
    }

    /// What each ended build of a package ended as, the oldest first.
    pub fn history(&self, project: &str, package: &str) -> Vec<String> {
        self.of_history(project, package, "code")
    }

    /// Which worker made each ended build of a package.
    pub fn builders(&self, project: &str, package: &str) -> Vec<String> {
        self.of_history(project, package, "workerid")
    }

    fn of_history(&self, project: &str, package: &str, attribute: &str) -> Vec<String> {
        let url = format!("/build/{project}/{REPOSITORY}/{ARCH}/_jobhistory?package={package}");
        let history = self.client().text(&Backend::results(&url)).unwrap_or_default();
        let begins = format!(" {attribute}=\"");
        let value = |line: &str| line.split(&begins).nth(1)?.split('"').next().map(str::to_owned);
        history.split("<jobhist ").filter_map(value).collect()
    }

    /// Waits until so many builds of a package have ended, and gives what the last of them ended as. The scheduler
    /// has heard of it then.
    pub fn ended(&self, project: &str, package: &str, builds: usize) -> String {
        until(&format!("the end of build {builds} of {project}/{package}"), || {
            let history = self.history(project, package);
            let settled = ["succeeded", "failed"].contains(&self.code(project, package).as_str());
            (history.len() >= builds && settled).then(|| history.last().cloned()).flatten()
        })
    }

    /// Commits a package and waits for the end of its first build.
    pub fn build(&self, project: &str, package: &Package) -> String {
        self.commit(project, package);
        self.ended(project, &package.name, 1)
    }

    /// Waits until a worker builds the package.
    pub fn building(&self, project: &str, package: &str) {
        until(&format!("the build of {project}/{package}"), || {
            (self.code(project, package) == "building").then_some(())
        });
    }

    /// The log of a build, as people read it: of a build that runs from its worker, else from the backend.
    pub fn log(&self, project: &str, package: &str) -> String {
        let url = format!("/build/{project}/{REPOSITORY}/{ARCH}/{package}/_log?nostream=1&start=0");
        self.client().text(&Backend::results(&url)).unwrap_or_default()
    }

    /// Waits until the log of a build that runs has a text.
    pub fn says(&self, project: &str, package: &str, text: &str) {
        until(&format!("{text:?} in the log of {project}/{package}"), || {
            (self.code(project, package) == "building" && self.log(project, package).contains(text))
                .then_some(())
        });
    }

    /// A file of the results.
    pub fn result(&self, project: &str, package: &str, file: &str) -> String {
        let url = format!("/build/{project}/{REPOSITORY}/{ARCH}/{package}/{file}");
        self.client().text(&Backend::results(&url)).unwrap()
    }

    /// The results of a package: each file's name, size and time.
    pub fn results(&self, project: &str, package: &str) -> Vec<String> {
        let url = format!("/build/{project}/{REPOSITORY}/{ARCH}/{package}");
        let list = self.client().text(&Backend::results(&url)).unwrap();
        list.lines().filter(|line| line.contains("<binary ")).map(|line| line.trim().to_owned()).collect()
    }

    /// Their names alone.
    pub fn result_names(&self, project: &str, package: &str) -> Vec<String> {
        let name = |line: &String| line.split('"').nth(1).unwrap_or_default().to_owned();
        self.results(project, package).iter().map(name).collect()
    }

    /// Sends a command about a package's build.
    pub fn command(&self, command: &str, project: &str, package: &str) {
        let url = format!("/_command?cmd={command}&prpa={project}/{REPOSITORY}/{ARCH}&package={package}");
        self.client().post(&Backend::results(&url)).unwrap();
    }

    /// The jobs of a package that the scheduler has made and the backend has not ended.
    pub fn jobs(&self, project: &str, package: &str) -> Vec<PathBuf> {
        let begins = format!("{project}::{REPOSITORY}::{package}-");
        let jobs = fs::read_dir(self.backend.data().join("jobs").join(ARCH)).into_iter().flatten().flatten();
        let ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&begins) && !name.contains(":status")
        };
        jobs.map(|entry| entry.path()).filter(ours).collect()
    }

    /// Fails where something is left of the last job of a worker that has nothing else to do: a process, a mount, a
    /// staged folder, a scratch folder or a journal.
    pub fn left_nothing(&self, way: Way) {
        let Worker { root, folder, .. } = self.worker(way);
        let left = || {
            let named = self.namespace.processes(&folder.display().to_string()).into_iter();
            // The worker itself names its folder, and so does the child of it that waits before it says it is idle.
            let processes =
                named.filter(|process| !process.command.contains("bs_worker")).map(|process| process.command);
            let mounts = self.namespace.mounts_below(root).into_iter();
            let journals = self.journals(root).into_iter().map(|path| path.display().to_string());
            processes.chain(mounts).chain(journals).collect::<Vec<_>>()
        };
        let gone = within(Duration::from_secs(20), || left().is_empty().then_some(()));
        assert!(gone.is_some(), "{:#?}", left());
    }

    /// The journals and scratch folders of jobs that nobody works at any more, or that worked in this root.
    fn journals(&self, root: &Path) -> Vec<PathBuf> {
        let state = self.namespace.path(Path::new("/var/lib/skink"));
        let list =
            |name: &str| fs::read_dir(state.join(name)).into_iter().flatten().flatten().map(|e| e.path());
        let living: Vec<_> = list("journal").filter(|path| is_locked(path)).collect();
        let is_anothers = |job: &Path| {
            living.iter().any(|journal| {
                let text = fs::read_to_string(journal).unwrap_or_default();
                journal.file_stem() == job.file_stem() && !text.contains(&root.display().to_string())
            })
        };
        let journals = list("journal").filter(|path| path.extension().is_some_and(|e| e == "jsonl"));
        journals.chain(list("jobs")).filter(|path| !is_anothers(path)).collect()
    }
}

/// Whether somebody works at the job of this journal.
fn is_locked(journal: &Path) -> bool {
    let Ok(file) = fs::File::open(journal) else { return false };
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err()
}

/// The example's configuration without a compiler, which no package of the tests needs, and with what compares.
fn base_configuration() -> String {
    let text = fs::read_to_string(&told().dist).unwrap();
    let mut configuration = String::new();
    for line in text.lines() {
        match line.strip_prefix("Required:") {
            Some(_) => configuration.push_str("Required: rpm binutils patch\nSupport: build-compare\n"),
            None => writeln!(configuration, "{line}").unwrap(),
        }
    }
    configuration
}

/// A stand-in for build-compare, which Debian has not: it finds a build the same where the package says so.
fn make_comparing_package(full: &Path) {
    let tree = told().folder.join("build-compare");
    let script = tree.join("usr/lib/build/same-build-result.sh");
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    let control =
        "Package: build-compare\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: stand-in\n";
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    fs::write(&script, "#!/bin/sh\nexit 0\n").unwrap();
    run(Command::new("chmod").arg("755").arg(&script));
    let deb = full.join("build-compare.deb");
    run(Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&tree).arg(&deb));
}

/// Installs the policy and the modules of the workers' machine, as its admin does.
fn be_the_admin(namespace: &Namespace, policy: &str, modules: &[Module]) {
    let folder = namespace.path(Path::new("/etc/skink"));
    fs::create_dir_all(folder.join("modules")).unwrap();
    fs::write(folder.join("policy.toml"), policy).unwrap();
    for module in modules {
        fs::write(folder.join("modules").join(format!("{}.wasm", module.name)), &module.bytes).unwrap();
    }
}
