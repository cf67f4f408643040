//! `skink allocate` and `skink hostcheck`, with a hook that does what the name of the job's package says.

mod answers;
mod hostcheck;
mod keys;
mod perl;
mod server;

use serde_json::json;
use skink_tests_hostile::{Attack, ComponentText, Place, Process, Running, children_of, sha256};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) use keys::keys;

/// The module, and a policy with it. The limits are such that only fuel ends what does not end.
fn lay_out(place: &Place) -> String {
    let module = Attack::module(ComponentText::named("allocate").build())
        .phase("allocate")
        .manifest("grants", json!({}))
        .manifest("settings", json!({"type": "object"}))
        .bytes();
    place.write("allocate.wasm", &module);
    format!(
        "schema = 1\n[[allocate]]\nname = \"letters\"\nmodule = \"allocate.wasm\"\nsha256 = \"{}\"\n\
         projects = [\"**\"]\non-failure = \"refuse\"\nsettings = {{ level = 1 }}\n\
         [allocate.limits]\nmemory = \"8MiB\"\nwall-time = \"10s\"\nfuel = 1000000\n",
        sha256(&module)
    )
}

/// Options that every verb takes, with a policy of this text.
fn options(place: &Place, policy: &str) -> Vec<String> {
    place.write("policy.toml", policy);
    let shown = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let folder = place.folder().to_str().unwrap().to_owned();
    let (policy, state) = (shown("policy.toml"), shown("state"));
    ["--policy", &policy, "--hook-modules", &folder, "--state", &state].map(str::to_owned).to_vec()
}

/// A request about a package of `home:a`.
fn request(package: &str) -> String {
    let worker = json!({"workerid": "vm:1", "hostlabel": ["first", "second"]});
    let constraints = json!({"hostlabel": [{"_content": "demanded"}]});
    let job = json!({"project": "home:a", "package": package, "arch": "x86_64"});
    json!({"job": job, "worker": worker, "constraints": constraints}).to_string()
}

/// A server that answers.
struct Server<'p> {
    running: Running,
    socket: PathBuf,
    place: &'p Place,
}

impl<'p> Server<'p> {
    fn start(place: &'p Place, policy: &str) -> Self {
        let running = Self::begin(place, policy);
        let server = Self { running, socket: place.path("socket"), place };
        let deadline = Instant::now() + Duration::from_secs(60);
        while UnixStream::connect(&server.socket).is_err() || server.runners().len() != 1 {
            assert!(Instant::now() < deadline, "the server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    fn begin(place: &Place, policy: &str) -> Running {
        let socket = place.path("socket").to_str().unwrap().to_owned();
        let mut arguments =
            ["allocate", "--answer-within", "30s", "--serve", &socket].map(str::to_owned).to_vec();
        arguments.extend(options(place, policy));
        Running::start(place, None, &arguments)
    }

    fn connect(&self) -> BufReader<UnixStream> {
        let stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        BufReader::new(stream)
    }

    fn ask(&self, package: &str) -> String {
        exchange(&mut self.connect(), &request(package))
    }

    fn runners(&self) -> Vec<Process> {
        let all = children_of(self.running.pid()).into_iter();
        all.filter(|child| child.name == "skink-runner").collect()
    }

    /// The one runner, once there is one and no other; one that has ended may have to be waited for.
    fn runner(&self) -> u32 {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match self.runners().as_slice() {
                [one] => return one.pid,
                others => assert!(Instant::now() < deadline, "{others:?}"),
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn exchange(connection: &mut BufReader<UnixStream>, request: &str) -> String {
    writeln!(connection.get_mut(), "{request}").unwrap();
    let mut answer = String::new();
    connection.read_line(&mut answer).unwrap();
    answer.strip_suffix('\n').unwrap_or_else(|| panic!("no whole line: {answer:?}")).to_owned()
}
