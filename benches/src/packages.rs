//! What needs no tool any more: packages read, made and compared. Hooks are measured from request to verdict, with a runner
//! that stood ready as in a build.
//!
//! `baselibs`: two packages for x86_64 made of libraries of i586 by the hook, and by obs-build's `mkbaselibs`.
//! `build-compare-same` and `-changed`: the hook on a build of three packages, and Debian's `diffoscope` on the same; the rows
//! with `-scripts` have build-compare's own scripts as the peer, from the folder that `BUILD_COMPARE` names.
//! `package-memory`: the most memory of a process that reads a package of 500 MB, contents and all.
//! `package-headers`: all that is told of sixty packages but for their contents, and one `rpm -qp`, which prints their names.

use crate::calls::{Calls, Subject};
use crate::measure::{Pair, Peer, Rest, Step};
use crate::place::{Place, command};
use anyhow::{Context, ensure};
use serde_json::json;
use skink_job::{Outcome, Phase, SafeText};
use skink_packages::{Bounds, Package};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const GREET: &str = "const char *greet(void) { return \"good morning\"; }\nvoid _start(void) { greet(); }\n";
const CONF: &str = "libgreet1\nlibgreet-devel\n  requires -libgreet-<targettype>\n  requires \"libgreet1-<targettype> = <version>\"\n";
const MKBASELIBS: &str = "/usr/lib/obs-build/mkbaselibs";
const GLOBAL: &str = "/usr/lib/obs-build/baselibs_global.conf";

/// How many packages `package-headers` reads.
const PACKAGES: usize = 60;

pub(crate) fn baselibs(place: &Place) -> anyhow::Result<Pair> {
    let folder = place.fresh("baselibs")?;
    let results = build(&folder, "built", &["--target", "i586", "--define", "bits -m32"], GREET)?;
    let sources = folder.join("sources");
    let conf = sources.join("baselibs.conf");
    fs::create_dir_all(&sources).and_then(|()| fs::write(&conf, CONF)).context("writing baselibs.conf")?;
    // It writes below the home folder, as rpmbuild does.
    let mut theirs = Command::new(MKBASELIBS);
    theirs.env("HOME", &folder).args(["-c", GLOBAL, "-c"]).arg(&conf).args(packages(&results, "i586")?);
    let theirs = command(theirs)?;
    let made = count(&folder.join("rpmbuild/RPMS/x86_64"))?;
    ensure!(made == 2, "mkbaselibs made {made} packages, and should make two");
    let calls = Calls::new(
        place,
        "baselibs-hook",
        Subject {
            module: &place.hooks().join("baselibs.wasm"),
            phase: Phase::Transform,
            grants: "results = true\nsources = true\noutbox = true",
            settings: json!({}),
            tools: "",
            results,
            sources: Some(sources),
            previous: None,
        },
    )?;
    let before = Some(calls.a_runner_waits());
    let ours = move || {
        let made = calls.next()?;
        let log: Vec<&str> = made.log.iter().map(SafeText::as_str).collect();
        ensure!(log.iter().filter(|line| line.contains(".x86_64.rpm")).count() == 2, "the hook said {log:?}");
        Ok(made.rest)
    };
    Ok(Pair { before, ..Pair::of(Box::new(ours), Peer::Step(theirs)) })
}

pub(crate) fn same(place: &Place) -> anyhow::Result<Pair> {
    compare(place, "same", GREET, diffoscope)
}

pub(crate) fn changed(place: &Place) -> anyhow::Result<Pair> {
    compare(place, "changed", &GREET.replace("morning", "evening"), diffoscope)
}

pub(crate) fn same_scripts(place: &Place) -> anyhow::Result<Pair> {
    compare(place, "same-scripts", GREET, scripts)
}

pub(crate) fn changed_scripts(place: &Place) -> anyhow::Result<Pair> {
    compare(place, "changed-scripts", &GREET.replace("morning", "evening"), scripts)
}

/// Two builds, the second of other sources, compared by both sides.
fn compare(
    place: &Place,
    name: &str,
    source: &str,
    theirs: fn(&Path, &Path) -> anyhow::Result<Command>,
) -> anyhow::Result<Pair> {
    let folder = place.fresh(name)?;
    let old = build(&folder, "old", &["--define", "bits %{nil}"], GREET)?;
    let new = build(&folder, "new", &["--define", "bits %{nil}"], source)?;
    let theirs = theirs(&old, &new)?;
    // diffoscope takes times and digests of headers for differences; the scripts and the hook do not.
    let is_same = source == GREET;
    let code = if is_same && theirs.get_program() != DIFFOSCOPE { 0 } else { 1 };
    let theirs = ending_with(theirs, code)?;
    let calls = Calls::new(
        place,
        &format!("{name}-hook"),
        Subject {
            module: &place.hooks().join("build-compare.wasm"),
            phase: Phase::Check,
            grants: "results = true\nprevious = true\nunchanged = true\nattachments = [\"build-compare.json\"]",
            settings: json!({}),
            tools: "",
            results: new,
            sources: None,
            previous: Some(old),
        },
    )?;
    let before = Some(calls.a_runner_waits());
    let ours = move || {
        let made = calls.next()?;
        let outcome = made.outcome;
        ensure!(matches!(outcome, Outcome::Unchanged { .. }) == is_same, "the hook ended with {outcome:?}");
        Ok(made.rest)
    };
    Ok(Pair { before, ..Pair::of(Box::new(ours), Peer::Step(theirs)) })
}

const DIFFOSCOPE: &str = "diffoscope";

fn diffoscope(old: &Path, new: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(DIFFOSCOPE);
    command.args(["--text", "/dev/null"]).arg(old).arg(new);
    Ok(command)
}

fn scripts(old: &Path, new: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new("bash");
    command.arg(script().context("BUILD_COMPARE is not set")?).arg(old).arg(new);
    Ok(command)
}

/// The script that compares two builds.
fn script() -> Option<PathBuf> {
    std::env::var_os("BUILD_COMPARE").map(|folder| PathBuf::from(folder).join("same-build-result.sh"))
}

pub(crate) fn scripts_are_at_hand() -> bool {
    script().is_some_and(|script| script.is_file())
}

/// A step that runs a command that must end with that code.
fn ending_with(mut command: Command, code: i32) -> anyhow::Result<Step> {
    let mut step = move || -> anyhow::Result<Rest> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().with_context(|| format!("starting {command:?}"))?;
        ensure!(status.code() == Some(code), "{command:?} ended with {status}, and not with {code}");
        Ok(None)
    };
    step()?;
    Ok(Box::new(step))
}

/// Builds three packages and that of their sources, in one folder.
fn build(folder: &Path, name: &str, more: &[&str], source: &str) -> anyhow::Result<PathBuf> {
    let (top, to) = (folder.join(format!("{name}-top")), folder.join(name));
    let context = || format!("making {}", to.display());
    fs::create_dir_all(&to).and_then(|()| fs::create_dir_all(&top)).with_context(context)?;
    fs::write(top.join("greet.c"), source).with_context(context)?;
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/greet.spec");
    let defines = [("_topdir", &top), ("_sourcedir", &top), ("_rpmdir", &to), ("_srcrpmdir", &to)];
    let mut rpmbuild = Command::new("rpmbuild");
    rpmbuild.args([
        "-ba",
        "--nodeps",
        "--define",
        "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
    ]);
    for (name, path) in defines {
        rpmbuild.arg("--define").arg(format!("{name} {}", path.display()));
    }
    rpmbuild.args(more).arg(spec);
    drop(command(rpmbuild)?);
    Ok(to)
}

/// The packages of that architecture.
fn packages(folder: &Path, arch: &str) -> anyhow::Result<Vec<PathBuf>> {
    let end = format!(".{arch}.rpm");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        found.extend(path.to_string_lossy().ends_with(&end).then_some(path));
    }
    found.sort();
    Ok(found)
}

fn count(folder: &Path) -> anyhow::Result<usize> {
    Ok(fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?.count())
}

pub(crate) fn headers(_: &Place) -> anyhow::Result<Pair> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/packages/corpus");
    let known = ["noarch", "x86_64", "i586", "src"].map(|arch| packages(&corpus, arch));
    let known = known.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
    ensure!(known.len() > 10, "{} holds too few packages", corpus.display());
    let packages: Vec<PathBuf> = known.iter().cycle().take(PACKAGES).cloned().collect();
    let mut theirs = Command::new("rpm");
    theirs.arg("-qp").args(&packages);
    let ours: Step = Box::new(move || {
        packages.iter().try_for_each(|path| read(path))?;
        Ok(None)
    });
    Ok(Pair::of(ours, Peer::Step(command(theirs)?)))
}

/// Reads all that is told of a package but for its contents.
fn read(path: &Path) -> anyhow::Result<()> {
    let package = Package::open(File::open(path)?, Bounds::default())?;
    let (fields, files) = (package.fields().len(), package.files().len());
    let told = package.dependencies()?.len() + package.scripts()?.len() + package.triggers()?.len();
    std::hint::black_box((fields, files, told, package.changelog()?.len()));
    Ok(())
}

/// The word that this program starts itself with.
const HOLD: &str = "hold-package";

pub(crate) fn memory(place: &Place) -> anyhow::Result<Pair> {
    let folder = place.fresh("memory")?;
    let spec = folder.join("large.spec");
    fs::write(&spec, LARGE).context("writing a spec")?;
    let mut rpmbuild = Command::new("rpmbuild");
    rpmbuild.args(["-bb", "--nodeps", "--define"]).arg(format!("_topdir {}", folder.display())).arg(spec);
    drop(command(rpmbuild)?);
    let package = folder.join("RPMS/noarch/large-1-1.noarch.rpm");
    let size = fs::metadata(&package).context("the large package")?.len();
    ensure!(size > 500_000_000, "the package has {size} bytes only");
    let mut pair = Pair::of(Box::new(|| Ok(None)), Peer::Memory(MOST));
    let (held, program) = (std::rc::Rc::clone(&pair.held), std::env::current_exe()?);
    pair.ours = Box::new(move || {
        let output = Command::new(&program).arg(HOLD).arg(&package).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "reading {} failed: {said}", package.display());
        held.set(said.trim().parse::<f64>().context("no number of KiB")? / 1024.0);
        Ok(None)
    });
    Ok(pair)
}

/// What reading may hold, and the window of its decoder, in MiB.
const MOST: f64 = 64.0 + 8.0;

/// Random bytes cannot be compressed. It is built a few times, as every row is, so they come from a quick source.
const LARGE: &str = "%global _binary_payload w3.zstdio\n%global debug_package %{nil}\nName: large\nVersion: 1\n\
Release: 1\nSummary: Large\nLicense: MIT\nBuildArch: noarch\n%description\nLarge.\n%install\nmkdir -p %{buildroot}/srv\n\
head -c 505M /dev/urandom > %{buildroot}/srv/large\n%files\n/srv/large\n";

/// The package that this program was started for, by itself.
pub(crate) fn to_be_held() -> Option<PathBuf> {
    let mut words = std::env::args_os().skip(1);
    words.next().filter(|word| word == HOLD).and_then(|_| words.next()).map(PathBuf::from)
}

/// Reads all contents of a package, and prints the most KiB that this process held.
pub(crate) fn hold(path: &Path) -> std::process::ExitCode {
    match held(path) {
        Ok(peak) => {
            println!("{peak}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn held(path: &Path) -> anyhow::Result<u64> {
    let mut package = Package::open(File::open(path)?, Bounds::default())?;
    package.each_content(|content| -> anyhow::Result<()> {
        let mut buffer = [0; 1 << 16];
        while content.is_file() && content.read(&mut buffer)? > 0 {}
        Ok(())
    })?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(peak.trim().trim_end_matches(" kB").parse()?)
}
