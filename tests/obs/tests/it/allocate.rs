//! Which worker gets a job: what an `allocate` hook says, asked by the real bs_dispatch.

use rustix::process::Signal;
use skink_tests_obs::{Package, Server, Site, Way, module_named, told, until};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};

/// The sub that the dispatcher asks through.
fn constraint() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contrib/obs/skink_dispatch_constraint.pl")
}

fn folder() -> PathBuf {
    told().folder.join("memory/allocate")
}

/// Lines of `BSConfig.pm`. Until the row starts the server, the sub abstains, and no other row feels it.
pub(crate) fn configuration() -> String {
    if !constraint().exists() {
        return String::new();
    }
    let (sub, socket) = (constraint(), folder().join("socket"));
    format!(
        "require '{}';\nour $dispatch_constraint = SkinkAllocate::constraint('{}', 'abstain');\n",
        sub.display(),
        socket.display()
    )
}

fn policy(sha256: &str) -> String {
    let mut text = format!(
        "schema = 1\n[[allocate]]\nname = \"labels\"\nmodule = \"allocate-labels.wasm\"\nsha256 = \"{sha256}\"\n\
         projects = [\"**\"]\non-failure = \"abstain\"\n"
    );
    for label in [Way::ServerSide, Way::WorkerSide].map(Way::label) {
        write!(text, "[[allocate.settings.rules]]\nlabel = \"{label}\"\npackages = [\"for-{label}-*\"]\n")
            .unwrap();
    }
    text
}

/// No package says where it is to be built, and both workers are idle: only the hook can keep them apart.
pub(crate) fn a_hook_sends_jobs_where_it_should(site: &Site) {
    let (folder, module) = (folder(), module_named("allocate-labels"));
    let inside = site.namespace.path(&folder);
    fs::create_dir_all(&inside).unwrap();
    fs::write(inside.join("allocate-labels.wasm"), &module.bytes).unwrap();
    fs::write(inside.join("policy.toml"), policy(&module.sha256)).unwrap();
    let mut serve = site.namespace.command(&folder, told().skink());
    serve.args(["allocate", "--serve"]).arg(folder.join("socket"));
    serve.args(["--policy", "policy.toml", "--hook-modules", ".", "--state", "state"]);
    let log = site.backend.log("allocate");
    let mut server = Serving { site, outside: serve.stdout(Stdio::null()).stderr(log).spawn().unwrap() };
    until("the socket", || inside.join("socket").exists().then_some(()));
    // The one that runs has found no server, and waits before it asks again.
    site.backend.kill(&site.namespace, Server::Dispatcher);
    site.backend.start_one(&site.namespace, Server::Dispatcher);

    // A malformed line ends each build at once: it is only about who gets it.
    let project = "home:allocated";
    site.make_project(project, "#!Hook: none\n");
    let ways = [
        Way::ServerSide,
        Way::WorkerSide,
        Way::WorkerSide,
        Way::ServerSide,
        Way::WorkerSide,
        Way::ServerSide,
    ];
    let names: Vec<_> = ways.iter().enumerate().map(|(i, way)| format!("for-{}-{i}", way.label())).collect();
    names.iter().for_each(|name| site.commit(project, &Package::new(name, "")));
    for (name, way) in names.iter().zip(ways) {
        assert_eq!(site.ended(project, name, 1), "failed");
        assert_eq!(site.builders(project, name), [format!("{}:1", way.label())], "{name}");
    }
    assert!(server.outside.try_wait().unwrap().is_none(), "the server has ended");
}

/// The server, ended with the row. Who waits for it outside must see it end: whoever is left without a parent keeps the
/// namespaces from ending.
struct Serving<'a> {
    site: &'a Site,
    outside: Child,
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let socket = folder().join("socket");
        let inside = self.site.namespace.processes(&socket.display().to_string());
        inside.iter().for_each(|process| process.signal(Signal::TERM));
        let ended = until("the server's end", || self.outside.try_wait().transpose());
        assert!(ended.is_ok(), "{ended:?}");
    }
}
