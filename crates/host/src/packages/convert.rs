//! The words of `skink-packages` as those of `wit/packages.wit`, and back.

use crate::bindings::skink::hook::packages as wit;
use skink_packages as own;

/// One pair of words a line, both ways.
macro_rules! same_words {
    ($to:ident, $from:ident, $type:ident, $($word:ident),+ $(,)?) => {
        fn $to(word: own::$type) -> wit::$type {
            match word { $(own::$type::$word => wit::$type::$word),+ }
        }

        fn $from(word: wit::$type) -> own::$type {
            match word { $(wit::$type::$word => own::$type::$word),+ }
        }
    };
}

same_words!(
    told_dependency_kind,
    dependency_kind,
    DependencyKind,
    Provides,
    Requires,
    PreDepends,
    Conflicts,
    Breaks,
    Obsoletes,
    Replaces,
    Recommends,
    Suggests,
    Supplements,
    Enhances,
    Order,
);
same_words!(
    told_script_kind,
    script_kind,
    ScriptKind,
    PreIn,
    PostIn,
    PreUn,
    PostUn,
    PreTrans,
    PostTrans,
    PreUnTrans,
    PostUnTrans,
    Verify,
    Config,
);
same_words!(told_trigger_kind, trigger_kind, TriggerKind, Package, File, TransactionFile);

pub(super) fn told_field(own::Field { name, values }: own::Field) -> wit::Field {
    wit::Field { name, values }
}

pub(crate) fn field(wit::Field { name, values }: wit::Field) -> own::Field {
    own::Field { name, values }
}

pub(super) fn told_dependency(
    own::Dependency { kind, name, flags, version }: own::Dependency,
) -> wit::Dependency {
    wit::Dependency { kind: told_dependency_kind(kind), name, flags, version }
}

pub(crate) fn dependency(wit::Dependency { kind, name, flags, version }: wit::Dependency) -> own::Dependency {
    own::Dependency { kind: dependency_kind(kind), name, flags, version }
}

pub(super) fn told_script(own::Script { kind, interpreter, body, flags }: own::Script) -> wit::Script {
    wit::Script { kind: told_script_kind(kind), interpreter, body, flags }
}

pub(crate) fn script(wit::Script { kind, interpreter, body, flags }: wit::Script) -> own::Script {
    own::Script { kind: script_kind(kind), interpreter, body, flags }
}

pub(super) fn told_trigger(trigger: own::Trigger) -> wit::Trigger {
    let own::Trigger { kind, interpreter, body, flags, priority, conditions } = trigger;
    let told = |own::Condition { name, flags, version }| wit::Condition { name, flags, version };
    let conditions = conditions.into_iter().map(told).collect();
    wit::Trigger { kind: told_trigger_kind(kind), interpreter, body, flags, priority, conditions }
}

pub(crate) fn trigger(trigger: wit::Trigger) -> own::Trigger {
    let wit::Trigger { kind, interpreter, body, flags, priority, conditions } = trigger;
    let taken = |wit::Condition { name, flags, version }| own::Condition { name, flags, version };
    let conditions = conditions.into_iter().map(taken).collect();
    own::Trigger { kind: trigger_kind(kind), interpreter, body, flags, priority, conditions }
}

pub(super) fn told_change(own::Change { time, author, text }: own::Change) -> wit::Change {
    wit::Change { time, author, text }
}

pub(super) fn told_elf(elf: own::Elf) -> wit::Elf {
    let own::Elf { bits, machine, kind, soname, needed, versions, needed_versions, build_id, sections } = elf;
    let told = |section| {
        let own::Section { name, kind, flags, size, offset, address, sha256 } = section;
        wit::Section { name, kind, flags, size, offset, address, sha256 }
    };
    let sections = sections.into_iter().map(told).collect();
    wit::Elf { bits, machine, kind, soname, needed, versions, needed_versions, build_id, sections }
}

/// All files, by columns.
pub(super) fn table(files: &[own::Entry]) -> wit::FileTable {
    let words = |of: fn(&own::Entry) -> u32| files.iter().map(of).collect::<Vec<u32>>();
    let longs = |of: fn(&own::Entry) -> u64| files.iter().map(of).collect::<Vec<u64>>();
    wit::FileTable {
        paths: joined(files, |file| &file.path),
        modes: words(|file| file.mode),
        sizes: longs(|file| file.size),
        modified: longs(|file| file.modified),
        owners: joined(files, |file| &file.owner),
        groups: joined(files, |file| &file.group),
        flags: words(|file| file.flags),
        verify: words(|file| file.verify),
        digests: joined(files, |file| &file.digest),
        targets: joined(files, |file| file.target.as_deref().unwrap_or_default()),
        devices: words(|file| file.device),
        inodes: longs(|file| u64::from(file.file_system) << 32 | u64::from(file.inode)),
        languages: joined(files, |file| &file.language),
        classes: joined(files, |file| &file.class),
        colours: words(|file| file.colour),
        capabilities: joined(files, |file| &file.capabilities),
        dependency_counts: words(|file| file.dependencies.len().try_into().unwrap_or(u32::MAX)),
        dependencies: files.iter().flat_map(|file| file.dependencies.iter().copied()).collect(),
    }
}

/// One string, with a zero after each value; none of them has one.
fn joined(files: &[own::Entry], of: fn(&own::Entry) -> &str) -> String {
    let mut joined = String::with_capacity(files.iter().map(|file| of(file).len() + 1).sum());
    for file in files {
        joined.push_str(of(file));
        joined.push('\0');
    }
    joined
}
