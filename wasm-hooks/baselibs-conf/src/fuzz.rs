//! What a fuzzer calls: any bytes as a package and its configuration, which may be refused, and may not panic.
//!
//! It asserts what this crate promises beyond that, so that a fuzzer sees a broken promise as it sees a panic. The bytes are four texts
//! with a zero between two: words (`rpm` or `deb`, the package's name, version and architecture, and `made` where something was made of
//! another one), the distribution's file (an empty one stands for the one that is built in), the package's file, and the package's
//! files, one a line: `PATH`, `PATH/` for a folder, `PATH -> TARGET` for a symlink, `?PATH` for what is only listed.

use crate::choice::Choice;
use crate::{
    Conf, ConfError, FOLDERS, Format, GLOBAL, GLOBAL_DEB, Laid, Macros, Original, Package, Piece, Relation,
    Rules, Script, Target, path,
};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The files of a configuration: names, and texts.
type Files<'a> = [(&'static str, &'a str); 2];

/// The most files and targets that are looked at: a fuzzer has to be fast.
const ORIGINALS: usize = 30;
const TARGETS: usize = 2;

/// None is longer than what stands for it, so that nothing grows by them.
const MACROS: Macros<'_> = Macros { name: "src", version: "1.5", release: "2.3" };

/// Takes bytes for a package and its configuration, and obeys that.
///
/// # Panics
/// Where a promise is broken.
pub fn obey(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(4, '\0');
    let mut part = || parts.next().unwrap_or_default();
    let mut words = part().split_whitespace();
    let mut word = || words.next().unwrap_or_default();
    let (format, global) = if word() == "deb" { (Format::Deb, GLOBAL_DEB) } else { (Format::Rpm, GLOBAL) };
    let package = Package { name: word(), version: word(), architecture: word() };
    let was_made = word() == "made";
    let files: Files<'_> =
        [("global", Some(part()).filter(|text| !text.is_empty()).unwrap_or(global)), ("own", part())];
    let listed = part();
    let mut conf = Conf::new(format);
    for (name, text) in files {
        if let Err(error) = conf.read(name, text) {
            assert_eq!(*error.file, *name, "{error}");
            return refused(&error, &files);
        }
    }
    let targets = conf.targets(package.architecture);
    told(&conf, &targets, &files);
    let originals = originals(listed);
    for target in targets.iter().take(TARGETS) {
        match conf.rules(package, target, was_made) {
            Ok(None) => {}
            Ok(Some(rules)) => obeyed(&rules, &originals, format, &files),
            Err(error) => refused(&error, &files),
        }
    }
}

/// An error names a line that is there, and says why.
fn refused(error: &ConfError, files: &Files<'_>) {
    let named = files.iter().find(|(name, _)| *name == &*error.file);
    let lines = named.map_or(0, |(_, text)| text.split('\n').count());
    assert!(named.is_some() && error.line as usize <= lines, "{error}: of {lines} lines");
    assert!(!error.why.is_empty());
}

fn told(conf: &Conf, targets: &BTreeSet<Target>, files: &Files<'_>) {
    let is_there = |word: &str| files.iter().any(|(_, text)| text.contains(word));
    for Target { architecture, kind } in targets {
        assert!(!(architecture.is_empty() && kind.is_empty()) || is_there(":"), "a target of no word");
        assert!(is_there(architecture) && is_there(kind), "{architecture}:{kind} is nowhere");
        assert!(!architecture.contains(char::is_whitespace) && !kind.contains(char::is_whitespace));
    }
    for name in conf.names() {
        assert!(!name.is_empty() && is_there(name), "{name} is nowhere");
    }
}

/// As what reads packages gives them: absolute paths, each once, that lead nowhere upwards.
fn originals(listed: &str) -> Vec<Original<'_>> {
    let mut seen = BTreeSet::new();
    let read = |(line, place): (_, u32)| {
        let (path, target) = str::split_once(line, " -> ").unwrap_or((line, ""));
        let (path, is_ghost) = path.strip_prefix('?').map_or((path, false), |path| (path, true));
        let (path, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
        Original { place, path, target, is_ghost, is_folder: is_folder && target.is_empty() }
    };
    let lines = listed.lines().take(ORIGINALS).zip(0..);
    lines.map(read).filter(|original| path::is_plain(original.path) && seen.insert(original.path)).collect()
}

fn obeyed(rules: &Rules<'_>, originals: &[Original<'_>], format: Format, files: &Files<'_>) {
    assert!(!rules.name.is_empty(), "a package without name");
    for folder in [&rules.prefix, &rules.config_folder] {
        assert!(folder.is_empty() || path::is_plain(folder), "{folder:?} is no folder");
    }
    let lists = rules.kinds().into_iter().map(|(.., list)| list);
    let lists = lists.chain(rules.moments().map(|(.., list)| list));
    let said: usize = lists.flatten().map(|rule| rule.text.len()).sum();
    let laid = Choice::by(rules, originals).and_then(|choice| {
        let laid = rules.lay_chosen(&choice, originals, &FOLDERS.into())?;
        lies(rules, &choice, &laid, originals);
        Ok(laid)
    });
    let _ = laid.as_ref().inspect_err(|error| refused(error, files));
    let has_libraries = laid.is_ok_and(|laid| rules.has_libraries(&laid, originals));
    let (relations, scripts) = match format {
        Format::Rpm => (rules.relations(&MACROS), rules.scripts(has_libraries, &MACROS)),
        Format::Deb => (rules.deb_relations(), rules.deb_scripts()),
    };
    match relations {
        Ok(relations) => needed(&relations, said),
        Err(error) => refused(&error, files),
    }
    match scripts {
        Ok(scripts) => run(&scripts, format, said + rules.prefix.len()),
        Err(error) => refused(&error, files),
    }
}

/// All that is chosen lies somewhere, and nothing lies where none can.
fn lies(rules: &Rules<'_>, choice: &Choice<'_>, laid: &Laid, originals: &[Original<'_>]) {
    let by_place: BTreeMap<u32, &Original<'_>> =
        originals.iter().map(|original| (original.place, original)).collect();
    for (path, piece) in laid {
        assert!(path::is_plain(path), "{path:?} is where nothing can lie");
        match piece {
            Piece::Original(place) => assert!(by_place.contains_key(place), "{path}: {place}"),
            Piece::Relinked(place, target) => {
                let is_link = by_place.get(place).is_some_and(|original| !original.target.is_empty());
                assert!(is_link && !target.is_empty(), "{path}: {place} is no symlink");
            }
            Piece::Symlink(target) => assert!(!target.is_empty(), "{path} leads nowhere"),
            Piece::Folder => assert!(!FOLDERS.contains(&path.as_str()), "{path} is the system's"),
        }
    }
    assert_eq!(laid.is_empty(), choice.is_empty());
    if choice.is_empty() {
        return;
    }
    for original in originals {
        let Some(path) = rules.place(original.path, choice) else { continue };
        let at = laid.get(&path);
        let is_it = match at {
            Some(Piece::Original(place) | Piece::Relinked(place, _)) => *place == original.place,
            Some(Piece::Symlink(_) | Piece::Folder) | None => false,
        };
        assert!(is_it, "{} does not lie at {path}, but {at:?}", original.path);
    }
    for (path, target) in &choice.links {
        assert_eq!(laid.get(path), Some(&Piece::Symlink(target.clone())), "{path}");
    }
}

/// Dependencies are no longer than what says them.
fn needed(relations: &[Relation], said: usize) {
    for Relation { name, flags, version, .. } in relations {
        assert!(!name.is_empty() && name.trim() == name, "{name:?}");
        assert_eq!(flags & 0xe != 0, !version.is_empty(), "{name} {flags:#x} {version:?}");
        assert!(!version.contains(char::is_whitespace), "{version:?}");
    }
    let kept: usize = relations.iter().map(|one| one.name.len() + one.version.len()).sum();
    assert!(kept <= said, "{kept} bytes of dependencies in {said}");
}

fn run(scripts: &[Script], format: Format, said: usize) {
    for Script { moment, interpreter, body } in scripts {
        assert_eq!(interpreter.is_empty(), format == Format::Deb, "{moment:?}");
        let programs = interpreter.iter().map(ToString::to_string);
        assert!(programs.take(1).all(|program| path::is_plain(&program) || program == "<lua>"));
        assert!(body.as_ref().is_none_or(|body| format == Format::Deb || !body.trim().is_empty()));
    }
    let kept: usize = scripts.iter().filter_map(|script| script.body.as_ref()).map(String::len).sum();
    // The loader is told of the prefix in words of this crate's own.
    assert!(kept <= said + 20 + scripts.len(), "{kept} bytes of scripts in {said}");
}
