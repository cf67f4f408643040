//! Building a root: resolve, look whether it is there, have obs-build make it, finish it, put it in its place.

use super::error::ToolRootError;
use super::finish;
use super::info::RootInfo;
use super::names::{self, Names};
use super::{RootSpec, address, remove};
use skink_job::{ByteCount, Digest, SafeText, ToolRootName};
use skink_obs::{LineSink, PackageList, RealBuild, RootSetup, RootSetupError, ScratchFolder};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// How many of obs-build's last lines an error tells.
const TAIL: usize = 12;

/// With what roots are built.
#[derive(Clone, Copy)]
pub struct RootBuilder<'a> {
    /// The real `build`.
    pub build: &'a RealBuild,
    /// Who is told.
    pub watcher: &'a dyn RootWatcher,
}

/// Who is told how it goes.
pub trait RootWatcher {
    /// Another job builds it; this one waits.
    fn waits(&self, root: &ToolRootName);

    /// It is being built, of so many packages.
    fn begins(&self, root: &ToolRootName, packages: usize);

    /// A line of obs-build's.
    fn line(&self, line: &SafeText);

    /// A signal that came and ends everything.
    fn interrupted(&self) -> Option<i32>;
}

/// Makes sure of the root of a description and gives its address. Only for who has the turn.
pub(super) fn build(
    roots: &Path,
    spec: &RootSpec,
    builder: &RootBuilder<'_>,
) -> Result<Digest, ToolRootError> {
    let part = roots.join(format!("part-{}", spec.name));
    remove(&part)?; // of one that died
    let built = build_in(&part, roots, spec, builder);
    let removed = remove(&part);
    let address = built?;
    removed?;
    Ok(address)
}

fn build_in(
    part: &Path,
    roots: &Path,
    spec: &RootSpec,
    builder: &RootBuilder<'_>,
) -> Result<Digest, ToolRootError> {
    let (scratch, finished) = (part.join("scratch"), part.join("finished"));
    for folder in [part, &scratch, &finished] {
        fs::create_dir(folder).map_err(ToolRootError::file("make", folder))?;
    }
    let setup = RootSetup {
        build: builder.build,
        config: &spec.dist,
        arch: spec.arch.as_deref(),
        packages: &spec.packages,
        repositories: &spec.repositories,
        cache: &roots.join("cache"),
        scratch: &ScratchFolder::new(&scratch)?,
    };
    let failed = |source: RootSetupError, tail| {
        if let RootSetupError::Interrupted(signal) = source {
            return ToolRootError::Interrupted(signal);
        }
        ToolRootError::Build { name: spec.name.clone(), source, tail }
    };
    let list = setup.resolve().map_err(|e| failed(e, None))?;
    let (dist, packages) = (address::of_file(&spec.dist)?, address::packages(&list)?);
    let address = address::of(setup.arch(), &dist, &packages);
    let place = roots.join(address.to_string());
    if place.is_dir() {
        return Ok(address);
    }
    builder.watcher.begins(&spec.name, packages.len());
    let bytes = make(&setup, &list, &finished.join("root"), &Names::of(roots, &spec.name), builder, &failed)?;
    let (name, arch) = (spec.name.clone(), setup.arch().to_owned());
    let built = u64::try_from(names::now() / 1000).unwrap_or_default();
    RootInfo { name, address, arch, dist, built, bytes, packages }.write(&finished)?;
    finish::to_disk(&finished)?;
    match fs::rename(&finished, &place) {
        // Another name led to the same meanwhile.
        Err(_) if place.is_dir() => Ok(address),
        renamed => renamed.map(|()| address).map_err(ToolRootError::file("put in place", &place)),
    }
}

fn make(
    setup: &RootSetup<'_>,
    list: &PackageList,
    root: &Path,
    names: &Names<'_>,
    builder: &RootBuilder<'_>,
    failed: &dyn Fn(RootSetupError, Option<String>) -> ToolRootError,
) -> Result<ByteCount, ToolRootError> {
    fs::create_dir(root).map_err(ToolRootError::file("make", root))?;
    let log = names.log();
    let file = File::create(&log).map_err(ToolRootError::file("write", &log))?;
    let mut lines = Lines { file: BufWriter::new(file), last: VecDeque::new(), watcher: builder.watcher };
    let made = setup.set_up(list, root, &mut lines, &|| builder.watcher.interrupted());
    made.map_err(|e| failed(e, Some(lines.tail(&log))))?;
    finish::finish(root)
}

/// Obs-build's lines: to a file, to the watcher, and the last of them kept.
struct Lines<'a> {
    file: BufWriter<File>,
    last: VecDeque<SafeText>,
    watcher: &'a dyn RootWatcher,
}

impl LineSink for Lines<'_> {
    fn line(&mut self, line: &[u8]) {
        // A log that cannot be written is no reason to have no root.
        let _ = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        let line = SafeText::line_from_bytes(line).truncated(500);
        self.watcher.line(&line);
        if self.last.len() == TAIL {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }
}

impl Lines<'_> {
    fn tail(&mut self, log: &Path) -> String {
        let _ = self.file.flush();
        let lines: Vec<String> = self.last.iter().map(|line| format!("  {line}")).collect();
        format!("{}\n  (all of it is in {})", lines.join("\n"), log.display())
    }
}
