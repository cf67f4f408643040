//! Dependencies, scripts, triggers and changes: lists that stand in a header side by side, one tag for each column.

use super::header::{Header, text};
use super::tag::{self, DEPENDENCIES, DependencyTags, SCRIPTS, ScriptTags, TRIGGERS, TriggerTags};
use crate::{Change, Condition, Dependency, PackageError, Script, Trigger};

/// What rpm runs a trigger by that names no interpreter.
const DEFAULT_INTERPRETER: &str = "/bin/sh";

/// Fails unless a column has as many values as the first, or none.
pub(super) fn same_length(
    column: &impl ExactSizeIterator,
    length: usize,
    what: &str,
) -> Result<(), PackageError> {
    match column.len() {
        0 => Ok(()),
        of if of == length => Ok(()),
        of => Err(PackageError::corrupt(format!("it has {length} {what}, and says something of {of}"))),
    }
}

pub(super) fn dependencies(header: &Header) -> Result<Vec<Dependency>, PackageError> {
    let mut found = Vec::new();
    for tags in &DEPENDENCIES {
        found.append(&mut of_kind(header, tags)?);
    }
    Ok(found)
}

/// Where the dependencies of each kind begin among all, by the letters by which files name the kinds.
pub(super) fn places(header: &Header) -> Result<Vec<(u8, u32, u32)>, PackageError> {
    let mut start = 0;
    let place = |tags: &DependencyTags| {
        let count = u32::try_from(header.texts(tags.name)?.len()).unwrap_or(u32::MAX);
        let place = (tags.letter, start, count);
        start += count;
        Ok(place)
    };
    DEPENDENCIES.iter().map(place).collect()
}

fn of_kind(header: &Header, tags: &DependencyTags) -> Result<Vec<Dependency>, PackageError> {
    let names = header.texts(tags.name)?;
    let (mut flags, mut versions) = (header.words(tags.flags)?, header.texts(tags.version)?);
    same_length(&flags, names.len(), "dependencies of a kind")?;
    same_length(&versions, names.len(), "dependencies of a kind")?;
    let made = names.map(|name| Dependency {
        kind: tags.kind,
        name: text(name),
        flags: flags.next().unwrap_or_default(),
        version: versions.next().map(text).unwrap_or_default(),
    });
    Ok(made.collect())
}

pub(super) fn scripts(header: &Header) -> Result<Vec<Script>, PackageError> {
    let script = |tags: &ScriptTags| {
        if !header.has(tags.body) && !header.has(tags.interpreter) {
            return Ok(None);
        }
        let interpreter = header.texts(tags.interpreter)?.map(text).collect();
        let body = header.text(tags.body)?.map(text);
        let flags = header.words(tags.flags)?.next().unwrap_or_default();
        Ok(Some(Script { kind: tags.kind, interpreter, body, flags }))
    };
    SCRIPTS.iter().filter_map(|tags| script(tags).transpose()).collect()
}

pub(super) fn triggers(header: &Header) -> Result<Vec<Trigger>, PackageError> {
    let mut found = Vec::new();
    for tags in &TRIGGERS {
        found.append(&mut triggers_of(header, tags)?);
    }
    Ok(found)
}

fn triggers_of(header: &Header, tags: &TriggerTags) -> Result<Vec<Trigger>, PackageError> {
    let scripts = header.texts(tags.scripts)?;
    let (mut interpreters, mut flags) = (header.texts(tags.interpreters)?, header.words(tags.script_flags)?);
    let mut priorities = tags.priorities.map(|tag| header.words(tag)).transpose()?;
    same_length(&interpreters, scripts.len(), "triggers")?;
    same_length(&flags, scripts.len(), "triggers")?;
    if let Some(priorities) = &priorities {
        same_length(priorities, scripts.len(), "triggers")?;
    }
    let trigger = |script| Trigger {
        kind: tags.kind,
        interpreter: vec![interpreters.next().map_or_else(|| DEFAULT_INTERPRETER.to_owned(), text)],
        body: text(script),
        flags: flags.next().unwrap_or_default(),
        priority: priorities.as_mut().and_then(Iterator::next),
        conditions: Vec::new(),
    };
    let mut triggers: Vec<Trigger> = scripts.map(trigger).collect();
    let (names, places) = (header.texts(tags.names)?, header.words(tags.places)?);
    let (versions, flags) = (header.texts(tags.versions)?, header.words(tags.flags)?);
    for length in [places.len(), versions.len(), flags.len()] {
        if length != names.len() {
            return Err(PackageError::corrupt(format!(
                "{} names trigger something, and it says of {length} what",
                names.len()
            )));
        }
    }
    for (((name, place), version), flags) in names.zip(places).zip(versions).zip(flags) {
        let trigger = triggers.get_mut(place as usize);
        let trigger =
            trigger.ok_or_else(|| PackageError::corrupt("a name triggers a script that is not there"))?;
        trigger.conditions.push(Condition { name: text(name), flags, version: text(version) });
    }
    Ok(triggers)
}

pub(super) fn changelog(header: &Header) -> Result<Vec<Change>, PackageError> {
    let times = header.numbers(tag::CHANGELOGTIME)?;
    let (authors, texts) = (header.texts(tag::CHANGELOGNAME)?, header.texts(tag::CHANGELOGTEXT)?);
    if authors.len() != times.len() || texts.len() != times.len() {
        return Err(PackageError::corrupt("its changelog has entries without time, author or text"));
    }
    let change = |((time, author), change)| Change { time, author: text(author), text: text(change) };
    Ok(times.zip(authors).zip(texts).map(change).collect())
}
