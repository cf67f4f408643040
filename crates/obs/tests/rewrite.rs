//! From edits to arguments and files, as tables: the command lines of bs_worker, pbuild and osc.

#![allow(clippy::unwrap_used, reason = "a test program")]

use skink_job::PlanEdit;
use skink_obs::{
    Environment, Invocation, Mode, RealBuild, RewriteError, RewriteRequest, Rewritten, ScratchFolder,
    Special, VmType, find_build, rewrite,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with a script that knows what the one of 2021 knows, a job, and our scratch folder.
struct Fixture {
    dir: tempfile::TempDir,
    build: RealBuild,
    scratch: ScratchFolder,
}

const CONFIG: &str = "Type: spec\nSupport: rpmlint-mini bash\nMacros:\n%vendor me\n:Macros\n";
const LIST: &str = "bash /p/bash.rpm\nrpmlint-mini /p/rpmlint-mini.rpm\npreinstall: bash rpmlint-mini\n";

impl Fixture {
    fn new(more_options: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["obs/configs", "root/.build-srcdir", "scratch"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let labels =
            "-root)\n-nochecks|-no-checks)\n-debug)\n-jobs)\n-define|-with|-without)\n-X)\n-stage)\n";
        fs::write(at("obs/build"), format!("#!/bin/bash\n{labels}{more_options}")).unwrap();
        fs::write(at("obs/configs/default.conf"), "Type: spec\n").unwrap();
        fs::write(at("root/.build.config"), CONFIG).unwrap();
        fs::write(at("root/.build.rpmlist"), LIST).unwrap();
        let build = find_build(Some(&at("obs/build")), Path::new("/x"), &Environment::default()).unwrap();
        let scratch = ScratchFolder::new(&at("scratch")).unwrap();
        Self { dir, build, scratch }
    }

    /// `@` stands for the fixture's folder.
    fn call(&self, args: &str) -> Invocation {
        let args = args.replace('@', self.dir.path().to_str().unwrap());
        let args = args.split('|').map(Into::into).collect();
        Invocation::parse(args, Environment::default(), "/nowhere".into()).unwrap()
    }

    fn rewrite(
        &self,
        args: &str,
        edits: &[PlanEdit],
        replaced: &[Special],
    ) -> Result<Rewritten, RewriteError> {
        let replaced = BTreeSet::from_iter(replaced.iter().copied());
        let request =
            RewriteRequest { edits, replaced: &replaced, scratch: &self.scratch, repositories: &[] };
        rewrite(&self.call(args), &self.build, &request)
    }

    fn show(&self, new: &Rewritten) -> String {
        let args: Vec<String> = new.args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
        args.join("|").replace(self.dir.path().to_str().unwrap(), "@")
    }

    /// The files in the scratch folder.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.scratch.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.scratch.path().join(name)).unwrap()
    }
}

fn add(name: &str) -> PlanEdit {
    PlanEdit::AddPackage { name: name.into() }
}
fn remove(name: &str) -> PlanEdit {
    PlanEdit::RemovePackage { name: name.into() }
}
fn define(name: &str, body: &str) -> PlanEdit {
    PlanEdit::SetMacro { name: name.into(), body: body.into() }
}
fn option(name: &str, value: Option<&str>) -> PlanEdit {
    PlanEdit::AddOption { name: name.into(), value: value.map(Into::into) }
}

const WORKER: &str = "--root|@/root|--clean|--changelog|--oldpackages|@/root/.build.oldpackages|\
    --norootforbuild|--baselibs-internal|--lint|--dist|@/root/.build.config|--rpmlist|@/root/.build.rpmlist|\
    --logfile|@/root/.build.log|--release|1.1|--arch|x86_64|--jobs|2|--reason|Building hello for project \
    'e2e' repository 'standard' arch 'x86_64' srcmd5 'a8335890f069c869773883398a6a2a9d'|--disturl|\
    obs://e2e.local/e2e/standard/a8335890f069c869773883398a6a2a9d-hello|@/root/.build-srcdir/hello.spec|\
    --kiwi-parameter|--x";

#[test]
fn a_workers_call_with_everything_replaced() {
    let fixture = Fixture::new("");
    let all = [Special::Rpmlint, Special::Baselibs, Special::BuildCompare];
    let new = fixture.rewrite(WORKER, &[define("greeting", "hi")], &all).unwrap();
    let want = "--logfile=@/scratch/build.log|--dist=@/scratch/build.config.edited|\
        --rpmlist=@/scratch/build.rpmlist.edited|--root|@/root|--clean|--changelog|\
        --logfile=@/scratch/build.log|--norootforbuild|--logfile=@/scratch/build.log|--release|1.1|--arch|\
        x86_64|--jobs|2|--reason|Building hello for project 'e2e' repository 'standard' arch 'x86_64' srcmd5 \
        'a8335890f069c869773883398a6a2a9d'|--disturl|\
        obs://e2e.local/e2e/standard/a8335890f069c869773883398a6a2a9d-hello|@/root/.build-srcdir/hello.spec|\
        --kiwi-parameter|--x";
    assert_eq!(fixture.show(&new), want);
    assert_eq!(fixture.read("build.rpmlist.edited"), "bash /p/bash.rpm\npreinstall: bash\n");
    let config = fixture.read("build.config.edited");
    assert!(config.starts_with(CONFIG) && config.ends_with("Macros:\n%greeting hi\n:Macros\n"), "{config}");
    assert!(config.contains("\nSupport: !rpmlint-mini\n"), "{config}");
    assert_eq!(fs::read_to_string(fixture.dir.path().join("root/.build.config")).unwrap(), CONFIG);
}

#[test]
fn without_edits_only_the_log_changes() {
    let fixture = Fixture::new("");
    let old_log = "--logfile|@/root/.build.log|";
    let new = fixture.rewrite(WORKER, &[], &[]).unwrap();
    let want = format!(
        "--logfile=@/scratch/build.log|{}",
        WORKER.replace(old_log, "--logfile=@/scratch/build.log|")
    );
    assert_eq!(fixture.show(&new), want);
    assert_eq!(fixture.files(), Vec::<String>::new());
    assert_eq!(new.nspawn, None);
}

#[test]
fn each_edit() {
    let fixture = Fixture::new("");
    let log = "--logfile=@/scratch/build.log";
    let dist = "--dist=@/scratch/build.config.edited";
    let rows: &[(&str, Vec<PlanEdit>, &[Special], String)] = &[
        // pbuild and osc.
        (
            "--dist|@/root/.build.config|--baselibs|--arch=x86_64|--checks|a.spec",
            vec![],
            &[Special::Baselibs],
            format!("{log}|--dist|@/root/.build.config|{log}|--arch=x86_64|--checks|a.spec"),
        ),
        (
            "--root=/r|--dist=@/root/.build.config|--rpmlist=@/root/.build.rpmlist|--noinit|--define|a b|a.spec",
            vec![add("bash")],
            &[],
            format!(
                "{log}|--root=/r|--dist=@/root/.build.config|--rpmlist=@/root/.build.rpmlist|--noinit|\
                 --define|a b|a.spec"
            ),
        ),
        // Added packages.
        (
            "--rpms|/p|a.spec",
            vec![add("gdb"), add("vim")],
            &[],
            format!("{log}|-X|gdb|-X|vim|--rpms|/p|a.spec"),
        ),
        // Left out, with and without a configuration.
        (
            "--dist|@/root/.build.config|--rpms|/p|a.spec",
            vec![remove("gcc")],
            &[],
            format!("{log}|{dist}|--rpms|/p|a.spec"),
        ),
        ("a.spec", vec![remove("gcc")], &[], format!("{log}|--extra-packs=-gcc|a.spec")),
        ("a.spec", vec![define("foo", "b c")], &[], format!("{log}|--define=foo b c|a.spec")),
        // Options; the caller's own value stands.
        ("a.spec", vec![option("debuginfo", None)], &[], format!("{log}|--debug|a.spec")),
        ("--jobs|2|a.spec", vec![option("jobs", Some("8"))], &[], format!("{log}|--jobs|2|a.spec")),
        ("--with|x|a.spec", vec![option("with", Some("y"))], &[], format!("{log}|--with=y|--with|x|a.spec")),
        // A gap must not move a recipe into the reach of an option before it.
        (
            "--kvm|--lint|a.spec",
            vec![],
            &[Special::Rpmlint],
            format!(
                "{log}|--extra-packs=-rpmlint|--extra-packs=-rpmlint-Factory|--extra-packs=-rpmlint-mini|\
             --extra-packs=-rpmlint-strict|--kvm|{log}|a.spec"
            ),
        ),
        ("--hook-none|a.spec|--hook-quiet", vec![], &[], format!("{log}|a.spec|{log}")),
    ];
    for (args, edits, replaced, want) in rows {
        let new = fixture.rewrite(args, edits, replaced).unwrap();
        assert_eq!(fixture.show(&new), *want, "{args} {edits:?}");
        // What was meant is still meant.
        let again = Invocation::parse(new.args, Environment::default(), "/nowhere".into()).unwrap();
        assert_eq!(again.mode(), Mode::Build, "{args}");
        assert_eq!(again.recipe(), fixture.call(args).recipe(), "{args}");
        assert_eq!(again.vm_type(), fixture.call(args).vm_type(), "{args}");
        let log = fixture.scratch.path().join("build.log");
        assert_eq!(again.log_file(&fixture.build), Some(log), "{args}");
    }
}

#[test]
fn what_is_refused() {
    let fixture = Fixture::new("");
    let listed = "--dist|@/root/.build.config|--rpmlist|@/root/.build.rpmlist|a.spec";
    let rows: &[(&str, Vec<PlanEdit>, &str)] = &[
        ("a.spec", vec![add("-x")], "no name of a package"),
        ("a.spec", vec![add("../x")], "no name of a package"),
        ("a.spec", vec![add("a b")], "no name of a package"),
        ("a.spec", vec![add("x.spec")], "no name of a package"),
        ("a.spec", vec![add("x"), remove("x")], "to be added and to be left out"),
        ("a.spec", vec![option("root", Some("/"))], "hooks may add only"),
        ("a.spec", vec![define("x y", "z")], "no name for an rpm macro"),
        ("a.spec", vec![define("foo", "a\nb")], "must be one line"),
        (listed, vec![add("zstd")], "names no folder to take packages from"),
        ("--rpmlist|@/missing|a.spec", vec![], "cannot read the list of packages"),
        ("--dist|@/missing.conf|a.spec", vec![remove("gcc")], "cannot read the configuration"),
        ("--vm-type|nspawn|--vm-args=--x=$(id)|a.spec", vec![], "holds something else than plain words"),
    ];
    for (args, edits, want) in rows {
        let error = fixture.rewrite(args, edits, &[]).unwrap_err().to_string();
        assert!(error.contains(want), "{args} {edits:?}: {error}");
    }
}

#[test]
fn options_for_nspawn_go_where_they_are_understood() {
    let args = "--vm-type|nspawn|--vm-args=--register=no --bind=/x|a.spec";
    let old = Fixture::new("");
    let new = old.rewrite(args, &[], &[]).unwrap();
    assert_eq!(old.call(args).vm_type(), VmType::Nspawn);
    assert_eq!(
        old.show(&new),
        "--logfile=@/scratch/build.log|--vm-type|nspawn|--logfile=@/scratch/build.log|a.spec"
    );
    assert_eq!(new.nspawn, Some(vec!["--register=no".to_owned(), "--bind=/x".to_owned()]));

    let newer = Fixture::new("-vm-args)\n");
    let new = newer.rewrite(args, &[], &[]).unwrap();
    assert_eq!(newer.show(&new), format!("--logfile=@/scratch/build.log|{args}"));
    assert_eq!(new.nspawn, Some(vec![]));
}

#[test]
fn a_configuration_continued_from_a_neighbour_is_copied_with_it() {
    let fixture = Fixture::new("");
    let at = |name: &str| fixture.dir.path().join(name);
    fs::write(at("root/a.conf"), "#!PrependConfigFile: b.conf\nType: spec\n").unwrap();
    fs::write(at("root/b.conf"), "Repotype: debian\n").unwrap();
    fixture.rewrite("--dist|@/root/a.conf|a.spec", &[define("foo", "x")], &[]).unwrap();
    assert_eq!(fixture.read("b.conf"), "Repotype: debian\n");
    let sources: PathBuf = at("root");
    assert_eq!(fixture.call("@/root/a.spec").sources(), Some(sources.as_path()));
}
