//! The servers of the backend: Debian's own code, with a configuration for this place.

use crate::{ARCH, Client, Namespace, Process, told, until};
use rustix::process::Signal;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The address of the server of sources.
const SOURCES: &str = "http://127.0.0.1:5352";
/// The address of the server of results.
const RESULTS: &str = "http://127.0.0.1:5252";

/// One of the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Keeps sources.
    Sources,
    /// Keeps results, and talks to workers.
    Results,
    /// Decides what is built.
    Scheduler,
    /// Hands jobs to workers.
    Dispatcher,
}

impl Server {
    const ALL: [Self; 4] = [Self::Sources, Self::Results, Self::Scheduler, Self::Dispatcher];

    fn program(self) -> &'static str {
        match self {
            Self::Sources => "bs_srcserver",
            Self::Results => "bs_repserver",
            Self::Scheduler => "bs_sched",
            Self::Dispatcher => "bs_dispatch",
        }
    }
}

/// The backend.
#[derive(Debug)]
pub struct Backend {
    code: PathBuf,
    data: PathBuf,
    log: PathBuf,
}

impl Backend {
    /// Lays the code out in `folder`, with lines of Perl that are added to the configuration.
    pub fn lay_out(folder: &Path, configuration: &str) -> Self {
        let (code, data, log) = (folder.join("server"), folder.join("obs"), folder.join("log"));
        fs::create_dir_all(&data).unwrap();
        fs::create_dir_all(&log).unwrap();
        run(Command::new("cp").arg("-a").arg(&told().obs_server).arg(&code));
        for link in ["BSConfig.pm", "build"] {
            let _ = fs::remove_file(code.join(link)); // they lead to where the package would be installed
        }
        run(Command::new("cp").arg("-rL").arg(&told().obs_build).arg(code.join("build")));
        let template = fs::read_to_string(code.join("BSConfig.pm.template")).unwrap();
        fs::write(code.join("BSConfig.pm"), configured(&template, &data) + configuration + "\n1;\n").unwrap();
        Self { code, data, log }
    }

    /// The folder of what every worker is handed as its `build`.
    pub fn build_code(&self) -> PathBuf {
        self.code.join("build")
    }

    /// The folder of the backend's data.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A file for the output of a program.
    pub fn log(&self, name: &str) -> File {
        let path = self.log.join(format!("{name}.log"));
        File::options().create(true).append(true).open(path).unwrap()
    }

    /// What a program said so far.
    pub fn log_text(&self, name: &str) -> String {
        let bytes = fs::read(self.log.join(format!("{name}.log"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts all servers, and waits until they answer.
    pub fn start(&self, namespace: &Namespace) {
        for server in Server::ALL {
            self.start_one(namespace, server);
            self.wait_until_it_answers(namespace, server);
        }
    }

    /// Starts one.
    pub fn start_one(&self, namespace: &Namespace, server: Server) {
        let mut command = namespace.command(&self.code, "perl");
        command.arg(self.code.join(server.program()));
        if server == Server::Scheduler {
            command.arg(ARCH);
        }
        let log = self.log(server.program());
        in_background(command.stdout(log.try_clone().unwrap()).stderr(log));
    }

    /// Waits until one hears us, where it is one that does.
    pub fn wait_until_it_answers(&self, namespace: &Namespace, server: Server) {
        let url = match server {
            Server::Sources => SOURCES,
            Server::Results => RESULTS,
            // It hears through a pipe.
            Server::Scheduler => {
                let pipe = self.data.join("events").join(ARCH).join(".ping");
                return until(server.program(), || pipe.exists().then_some(()));
            }
            Server::Dispatcher => return,
        };
        until(server.program(), || Client(namespace).get(&format!("{url}/")).ok());
    }

    /// The processes of one; a server has some.
    pub fn processes(&self, namespace: &Namespace, server: Server) -> Vec<Process> {
        let program = self.code.join(server.program()).display().to_string();
        let mut processes = namespace.processes(&program);
        processes.retain(|process| process.command.starts_with("perl "));
        processes
    }

    /// Ends one as a crash does.
    pub fn kill(&self, namespace: &Namespace, server: Server) {
        until("a server to end", || {
            let left = self.processes(namespace, server);
            left.iter().for_each(|process| process.signal(Signal::KILL));
            left.is_empty().then_some(())
        });
    }

    /// Calls the backend's own tool of administration.
    pub fn admin(&self, namespace: &Namespace, arguments: &[&str]) {
        let mut admin = namespace.command(&self.code, "perl");
        admin.arg(self.code.join("bs_admin")).args(arguments);
        run(admin.stdout(Stdio::from(self.log("bs_admin"))));
    }

    /// An address below the server of sources.
    pub fn sources(path: &str) -> String {
        format!("{SOURCES}{path}")
    }

    /// An address below the server of results.
    pub fn results(path: &str) -> String {
        format!("{RESULTS}{path}")
    }
}

/// The template with this place's values.
///
/// The servers stay root: they are alone in their namespaces, and a user of their own would have to be added to
/// this machine.
fn configured(template: &str, data: &Path) -> String {
    let bsdir = format!("'{}'", data.display());
    let values = [
        ("my $hostname", "'127.0.0.1'"),
        ("our $bsdir", bsdir.as_str()),
        ("our $bsuser", "'root'"),
        ("our $bsgroup", "'root'"),
        ("our $bsserviceuser", "'root'"),
    ];
    let mut text = String::new();
    for line in template.lines().filter(|line| *line != "1;") {
        match values.iter().find(|(name, _)| line.starts_with(&format!("{name} ="))) {
            Some((name, value)) => text.push_str(&format!("{name} = {value};\n")),
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text + "our $obsname = 'tests.example.org';\nour $disable_data_sync = 1;\n"
}

/// Starts a command that ends with its namespaces.
pub(crate) fn in_background(command: &mut Command) {
    let mut child = command.spawn().unwrap();
    std::thread::spawn(move || child.wait());
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
