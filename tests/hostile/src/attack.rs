//! One attack: a module, what it is granted, what lies in the results, and what holds afterwards.

use crate::aftermath::{assert_audited, assert_nothing_left, output, snapshot_of_others};
use crate::binary::custom;
use crate::policy_text::PolicyText;
use crate::safe::{assert_harmless, assert_values_harmless};
use crate::snapshot::sha256;
use crate::{ComponentText, Ended, Expect, Place, Running, Seen};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What these tests call long: an attack ends within its own limits and this.
const OVERHEAD: Duration = Duration::from_secs(60);

/// A module and its surroundings.
#[derive(Debug, Clone)]
pub struct Attack {
    module: Vec<u8>,
    phase: &'static str,
    manifest: Option<Map<String, Value>>,
    policy: PolicyText,
    plant: fn(&Path),
    options: Vec<(&'static str, &'static str)>,
    folders: Vec<&'static str>,
    trailing: Vec<u8>,
    allowed: Option<Vec<u8>>,
}

impl Attack {
    /// A check of `modules/NAME.wat` that asks for the results.
    pub fn check(name: &str) -> Self {
        Self::module(ComponentText::named(name).build())
    }

    /// A transform of `modules/NAME.wat` that asks for the results and the outbox.
    pub fn transform(name: &str) -> Self {
        Self::check(name).phase("transform").ask("outbox", json!(true))
    }

    /// The module has this phase and no other, and is called in it.
    #[must_use]
    pub fn phase(mut self, phase: &'static str) -> Self {
        self.phase = phase;
        self.manifest("phases", json!([phase]))
    }

    /// Any bytes.
    pub fn module(module: Vec<u8>) -> Self {
        let manifest = json!({
            "manifest": 1, "name": "attack", "version": "1", "wit": "0.1.0", "phases": ["check"],
            "grants": {"results": true},
        });
        Self {
            module,
            phase: "check",
            manifest: manifest.as_object().cloned(),
            policy: PolicyText::default(),
            plant: plant_results,
            options: Vec::new(),
            folders: Vec::new(),
            trailing: Vec::new(),
            allowed: None,
        }
    }

    /// The module's manifest says this.
    #[must_use]
    pub fn manifest(mut self, key: &str, value: Value) -> Self {
        self.manifest.as_mut().unwrap().insert(key.to_owned(), value);
        self
    }

    /// The module has no manifest, or has it already.
    #[must_use]
    pub fn without_manifest(mut self) -> Self {
        self.manifest = None;
        self
    }

    /// The module asks for a grant, and gets it.
    #[must_use]
    pub fn ask(mut self, grant: &str, value: Value) -> Self {
        self.manifest.as_mut().unwrap()["grants"][grant] = value;
        self
    }

    /// The policy grants this, whatever the module asks for.
    #[must_use]
    pub fn granted(mut self, grants: &Value) -> Self {
        self.policy.granted = grants.as_object().cloned();
        self
    }

    /// The policy knows a tool.
    #[must_use]
    pub fn tool(mut self, name: &'static str, program: &'static str) -> Self {
        self.policy.tools.push((name, program));
        self
    }

    /// The policy sets a limit.
    #[must_use]
    pub fn limit(mut self, name: &'static str, value: &'static str) -> Self {
        self.policy.limits.push((name, value));
        self
    }

    /// The policy's rule has another line.
    #[must_use]
    pub fn rule(mut self, line: &str) -> Self {
        self.policy.rule.push_str(line);
        self.policy.rule.push('\n');
        self
    }

    /// Replaces a text of the policy, where it first stands; it must stand somewhere.
    #[must_use]
    pub fn policy(mut self, from: &str, to: &str) -> Self {
        self.policy.edits.push((from.to_owned(), to.to_owned()));
        self
    }

    /// The command has one more option.
    #[must_use]
    pub fn option(mut self, name: &'static str, value: &'static str) -> Self {
        self.options.push((name, value));
        self
    }

    /// The command is given a folder with one file, by the option of that name.
    #[must_use]
    pub fn folder(mut self, name: &'static str) -> Self {
        self.folders.push(name);
        self
    }

    /// What lies in the results beside the usual.
    #[must_use]
    pub fn plant(mut self, plant: fn(&Path)) -> Self {
        self.plant = plant;
        self
    }

    /// More bytes behind the module's own.
    #[must_use]
    pub fn trailing(mut self, bytes: &[u8]) -> Self {
        self.trailing = bytes.to_vec();
        self
    }

    /// The policy knows another module, and not this one.
    #[must_use]
    pub fn allowed_as(mut self, other: &Self) -> Self {
        self.allowed = Some(other.bytes());
        self
    }

    /// The module's bytes, manifest and all.
    pub fn bytes(&self) -> Vec<u8> {
        let mut module = self.module.clone();
        if let Some(manifest) = &self.manifest {
            module.extend(custom("skink:manifest", &serde_json::to_vec(manifest).unwrap()));
        }
        module.extend(&self.trailing);
        module
    }

    /// Lays everything out for `skink hook run`, and gives its arguments.
    pub fn arguments(&self, place: &Place) -> Vec<String> {
        let bytes = self.bytes();
        place.write("attack.wasm", &bytes);
        let digest = sha256(self.allowed.as_deref().unwrap_or(&bytes));
        let asked = self.manifest.as_ref().and_then(|manifest| manifest["grants"].as_object());
        place.write("policy.toml", self.policy.text(&digest, asked));
        for name in &self.folders {
            fs::create_dir(place.path(name)).unwrap();
            place.write(&format!("{name}/file.txt"), "content\n");
        }
        let shown = |name: &str| place.path(name).to_str().unwrap().to_owned();
        let mut arguments = ["hook", "run", "--phase", self.phase].map(str::to_owned).to_vec();
        let paths = [
            ("results", "results"),
            ("hook-policy", "policy.toml"),
            ("state", "state"),
            ("output", "output"),
        ];
        let folders = self.folders.iter().map(|name| (*name, *name));
        let paths = paths.into_iter().chain(folders);
        arguments.extend(paths.flat_map(|(option, name)| [format!("--{option}"), shown(name)]));
        arguments.extend(self.options.iter().flat_map(|(name, value)| [*name, *value].map(str::to_owned)));
        arguments.push(shown("attack.wasm"));
        arguments
    }

    /// Runs it, for machines and for people, and checks everything that must hold whatever it is.
    pub fn ends(&self, name: &str, expect: Expect) -> Seen {
        self.ends_in(&Place::new(name), None, expect)
    }

    /// The same in a place, as a user.
    pub fn ends_in(&self, place: &Place, user: Option<u32>, expect: Expect) -> Seen {
        (self.plant)(&place.path("results"));
        let arguments = self.arguments(place);
        let before = snapshot_of_others(place);
        let (machine, people) =
            (self.run(place, user, &arguments, "json"), self.run(place, user, &arguments, "text"));
        assert_eq!(before, snapshot_of_others(place), "something changed that is none of the hook's");
        assert_nothing_left(place);
        let folder = place.folder().display();
        for (what, ended) in [("the JSON report", &machine), ("the text", &people)] {
            assert_harmless(what, &ended.stdout);
            assert_harmless(what, &ended.stderr);
            assert_eq!(ended.code(), Some(expect.code()), "{what} in {folder}:\n{}", ended.output());
            assert_eq!(ended.stderr, "", "{what}: an attack is no error of the command");
        }
        let report =
            serde_json::from_str(&machine.stdout).unwrap_or_else(|e| panic!("{e}:\n{}", machine.stdout));
        assert_values_harmless(&report);
        expect.check(&report);
        assert_audited(&report, &people.stdout);
        let output = output(&place.path("output"));
        let runner_peak = machine.runner_peak.max(people.runner_peak);
        Seen { report, text: people.stdout, output, runner_peak }
    }

    fn run(&self, place: &Place, user: Option<u32>, arguments: &[String], format: &str) -> Ended {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--format", format]).collect();
        let ended = Running::start(place, user, &arguments).wait();
        assert!(ended.took < OVERHEAD, "it took {:?}:\n{}", ended.took, ended.output());
        ended
    }
}

/// What lies in every folder of results: a package, a text, a folder.
fn plant_results(results: &Path) {
    fs::write(results.join("hello-1-1.x86_64.rpm"), "no real package").unwrap();
    fs::write(results.join("readme.txt"), "the honest content\n").unwrap();
    fs::create_dir(results.join("sub")).unwrap();
    fs::write(results.join("sub/inner.txt"), "inner\n").unwrap();
}
