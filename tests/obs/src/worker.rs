//! An unmodified bs_worker, with Skink as the `build` that it runs.

use crate::backend::{in_background, run};
use crate::{ARCH, Backend, Client, Namespace, Site, told};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How Skink got there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The backend hands it out to every worker.
    ServerSide,
    /// It lies in the worker's own folder, and the worker fetches no other.
    WorkerSide,
}

impl Way {
    /// The label by which a package asks for such a worker.
    pub fn label(self) -> &'static str {
        match self {
            Self::ServerSide => "server-side",
            Self::WorkerSide => "worker-side",
        }
    }
}

/// A worker.
#[derive(Debug)]
pub struct Worker {
    /// How Skink got there.
    pub way: Way,
    /// Its build root.
    pub root: PathBuf,
    /// The folder of all that is its own, the root too.
    pub folder: PathBuf,
}

/// A file in the worker's own `build` folder, by which one sees that it was not fetched anew.
const MARK: &str = "put-here-by-hand";

impl Worker {
    /// Starts one, as the init script of obs-worker does: with the code that the backend hands out.
    pub fn start(namespace: &Namespace, backend: &Backend, way: Way, port: u16) -> Self {
        let folder = namespace.memory().join(way.label());
        let [boot, state, root, cache] = ["boot", "state", "root", "cache"].map(|name| folder.join(name));
        for path in [&boot, &state, &root, &cache] {
            fs::create_dir_all(namespace.path(path)).unwrap();
        }
        let code = Client(namespace).get(&Backend::results("/getworkercode")).unwrap();
        fs::write(namespace.path(&boot.join("code.cpio")), code).unwrap();
        run(namespace.command(&boot, "sh").args([
            "-c",
            "cpio --quiet -id <code.cpio && rm code.cpio && ln -s . XML && chmod 755 bs_worker",
        ]));
        let mut worker = namespace.command(&boot, "./bs_worker");
        worker.arg("--root").arg(&root).arg("--statedir").arg(&state).arg("--cachedir").arg(&cache);
        worker.args(["--cachesize", "1000", "--arch", ARCH, "--jobs", "2", "--owner", "tests"]);
        worker.args([
            "--hostlabel",
            way.label(),
            "--id",
            &format!("{}:1", way.label()),
            "--port",
            &port.to_string(),
        ]);
        worker.args(["--reposerver", &Backend::results(""), "--srcserver", &Backend::sources("")]);
        if way == Way::WorkerSide {
            prefill(namespace, &state.join("build"));
            fs::write(namespace.path(&state.join("build").join(MARK)), "").unwrap();
            worker.arg("--nocodeupdate");
        }
        let log = backend.log(way.label());
        in_background(worker.stdout(log.try_clone().unwrap()).stderr(log));
        Self { way, root, folder }
    }

    /// A script for `%build` that says so and waits for [`Worker::go_on`]. The next build's root has no such file.
    pub fn waiting_script(&self) -> String {
        "echo this build waits\n{ set +x; } 2>/dev/null\nuntil test -e /go-on; do sleep 0.1; done".to_owned()
    }

    /// Whether its `build` folder is the one that was put there by hand.
    pub fn has_its_own_build(&self, namespace: &Namespace) -> bool {
        namespace.path(&self.folder.join("state/build").join(MARK)).exists()
    }

    /// Lets the build go on that waits in the root.
    pub fn go_on(&self, namespace: &Namespace) {
        fs::write(namespace.path(&self.root.join("go-on")), "").unwrap();
    }

    /// How often the worker's own output has a line with `text`.
    pub fn lines(&self, site: &Site, text: &str) -> usize {
        let log = site.backend.log_text(self.way.label());
        log.lines().filter(|line| line.contains(text)).count()
    }
}

/// Makes a `build` folder as an admin does: obs-build's, and Skink in it.
pub fn prefill(namespace: &Namespace, folder: &Path) {
    run(namespace.command(Path::new("/"), "cp").arg("-rL").arg(&told().obs_build).arg(folder));
    // What bs_worker adds to the folder that it fetches.
    for link in ["Date", "Time"] {
        run(namespace.command(folder, "ln").args(["-sn", ".", link]));
    }
    let mut install = namespace.command(Path::new("/"), told().skink());
    run(install.arg("install").arg("--into").arg(folder).stdout(Stdio::null()));
}

/// Installs Skink in a `build` folder on this machine.
pub(crate) fn install(folder: &Path) {
    run(Command::new(told().skink()).arg("install").arg("--into").arg(folder).stdout(Stdio::null()));
}
