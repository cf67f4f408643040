//! Jobs of a trivial package, and what is seen of them.

use super::modules::{Module, modules};
use crate::checks::report_at;
use serde_json::Value;
use skink_tests_build::{Ended, Root, Started, farm, lend};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A noarch package that tells of a macro, and whether its tests ran.
const SPEC: &str = "Name: note
Version: 1
Release: 0
Summary: A note
License: MIT
BuildArch: noarch
%description
A note.
%build
echo \"seen: word %{?word}\"
%{?broken:exit 1}
%install
mkdir -p %{buildroot}/usr/share
echo note > %{buildroot}/usr/share/note
%check
echo \"seen: tested\"
%files
/usr/share/note
";

/// The files that decide about the hooks of a job, and options of `build`. `@NAME@` is the digest of a module, or a
/// folder of packages.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) policy: String,
    pub(crate) project_hooks: String,
    pub(crate) package_hooks: String,
    /// The project's configuration.
    pub(crate) dist: PathBuf,
    pub(crate) options: Vec<String>,
}

impl Job {
    /// A job without any hook.
    pub(crate) fn new() -> Self {
        let none = || "schema = 1".to_owned();
        let (policy, project_hooks, package_hooks) = (none(), none(), none());
        Self { policy, project_hooks, package_hooks, dist: farm().dist.clone(), options: Vec::new() }
    }

    /// The same with one change, in the one file that holds `from`.
    pub(crate) fn with(&self, from: &str, to: &str) -> Self {
        let mut job = self.clone();
        let texts = [&mut job.policy, &mut job.project_hooks, &mut job.package_hooks];
        let mut holding: Vec<&mut String> = texts.into_iter().filter(|text| text.contains(from)).collect();
        assert_eq!(holding.len(), 1, "{from:?} must be in one of the files");
        *holding[0] = holding[0].replacen(from, to, 1);
        job
    }
}

/// A checked-out package, and a build root that is set up for it.
pub(crate) struct Site {
    root: Root,
    /// The project's folder.
    folder: PathBuf,
    modules: Vec<Module>,
}

impl Site {
    pub(crate) fn new(name: &str) -> Self {
        let folder = farm().folder.join("keys").join(name);
        let site = Self { root: lend(), folder, modules: modules() };
        for name in ["note", "modules", "empty"] {
            fs::create_dir_all(site.folder.join(name)).unwrap();
        }
        fs::write(site.recipe(), SPEC).unwrap();
        for module in &site.modules {
            for folder in [&site.folder, &site.folder.join("note"), &site.folder.join("modules")] {
                module.put(folder, module.name);
            }
            module.put(&site.folder.join("modules"), &module.sha256());
        }
        site.set_up();
        site
    }

    fn recipe(&self) -> PathBuf {
        self.folder.join("note/note.spec")
    }

    /// Makes the root what `build` would make it for this package, whatever the test before did with it.
    fn set_up(&self) {
        let mut command = Command::new(&farm().build);
        command.env("BUILD_DIR", "/usr/lib/obs-build").args(["--rpms", &farm().rpms()]);
        let ended = self.run(command, &farm().dist);
        assert_eq!(ended.code(), Some(0), "{}", ended.output);
    }

    /// What all builds have in common.
    fn run(&self, mut command: Command, dist: &Path) -> Ended {
        command.arg("--root").arg(self.root.path()).arg("--dist").arg(dist);
        command.args(["--arch", "x86_64"]).arg(self.recipe());
        Started::start(command).wait()
    }

    /// Runs the job in the root as it stands, and tells what is seen of it.
    pub(crate) fn seen(&self, job: &Job) -> String {
        let write = |file: &str, text: &str| fs::write(self.folder.join(file), self.filled(text)).unwrap();
        write("policy.toml", &job.policy);
        write("_hooks", &job.project_hooks);
        write("note/_hooks", &job.package_hooks);
        let at = |file: &str| self.folder.join(file);
        let _ = fs::remove_file(at("report.json"));
        let mut command = Command::new(farm().skink());
        command.args(["build", "--no-init", "--hook-project", "home:tester"]);
        command.arg("--hook-policy").arg(at("policy.toml")).arg("--hook-report").arg(at("report.json"));
        command.arg("--hook-modules").arg(at("modules")).arg("--hook-state").arg(farm().state());
        command.arg("--logfile").arg(at("build.log"));
        command.args(job.options.iter().map(|option| self.filled(option)));
        let ended = self.run(command, &job.dist);
        self.shown(&self.describe(&ended))
    }

    /// The text with digests and folders in the place of `@...@`.
    fn filled(&self, text: &str) -> String {
        let digests = self.modules.iter().map(|module| (module.name, module.sha256()));
        let folders =
            [("pool", &farm().pool), ("extra", &farm().extra), ("empty", &self.folder.join("empty"))];
        let folders = folders.map(|(name, path)| (name, path.display().to_string()));
        digests
            .chain(folders)
            .fold(text.to_owned(), |text, (name, is)| text.replace(&format!("@{name}@"), &is))
    }

    /// The text with what differs from one run of the tests to the next taken out.
    fn shown(&self, text: &str) -> String {
        let text = text.replace(&self.folder.display().to_string(), "HERE");
        self.modules
            .iter()
            .fold(text, |text, module| text.replace(&module.sha256(), &format!("@{}@", module.name)))
    }

    /// One line for the end, for each edit of the plan, each call of a hook, and each word of the recipe.
    fn describe(&self, ended: &Ended) -> String {
        let code = ended.code().unwrap_or(-1);
        let path = self.folder.join("report.json");
        if !path.exists() {
            return format!("exit {code}: {}", ended.output);
        }
        let report = report_at(&path);
        assert_eq!(report["exit_code"], code, "{}", ended.output);
        let mut text = format!("exit {code}");
        match report["why"].as_str() {
            Some(why) => writeln!(text, ": {}", why.split(": ").next().unwrap()).unwrap(),
            None => writeln!(text, ", added {:?}", self.root.other()).unwrap(),
        }
        for edit in report["plan"].as_array().unwrap() {
            let words = ["edit", "name", "body", "value"].iter().filter_map(|key| edit[key].as_str());
            writeln!(text, "plan {}", words.collect::<Vec<_>>().join(" ")).unwrap();
        }
        for hook in report["hooks"].as_array().unwrap() {
            writeln!(text, "{}", call(hook)).unwrap();
        }
        for (_, word) in ended.output.lines().filter_map(|line| line.split_once("] seen: ")) {
            writeln!(text, "recipe: {word}").unwrap();
        }
        text
    }
}

/// Name, layer, phase and outcome of a call; what it said, what was denied, and why it ended so.
fn call(hook: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>();
    let mut head =
        vec![text(&hook["name"]), text(&hook["layer"]), text(&hook["phase"]), text(&hook["outcome"])];
    if hook["outcome"] == "refused" {
        head.remove(2);
    }
    let mut said = [texts(&hook["log"]), texts(&hook["denied"])].concat();
    said.extend(
        [&hook["kind"], &hook["reason"], &hook["detail"]]
            .map(text)
            .into_iter()
            .filter(|text| !text.is_empty()),
    );
    if said.is_empty() { head.join(" ") } else { format!("{}: {}", head.join(" "), said.join(", ")) }
}
