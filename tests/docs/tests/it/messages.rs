//! The page of messages has those that there are, and no other.

use skink_tests_docs::{book, checkout};
use std::fs;
use std::path::Path;

/// Files whose errors reach people word by word; each of them must be on the page.
const TOLD: [&str; 23] = [
    "obs/src/hook_options.rs",
    "obs/src/find.rs",
    "obs/src/expand.rs",
    "obs/src/rewrite.rs",
    "obs/src/config.rs",
    "obs/src/scratch.rs",
    "obs/src/process.rs",
    "worker/src/error.rs",
    "worker/src/layers.rs",
    "worker/src/outbox.rs",
    "worker/src/journal/replay.rs",
    "module/src/pack.rs",
    "module/src/refusal.rs",
    "module/src/sealed.rs",
    "module/src/inspect/error.rs",
    "tools/src/error.rs",
    "effects/src/interpreter.rs",
    "effects/src/machine.rs",
    "effects/src/mounts/mod.rs",
    "effects/src/strays/mod.rs",
    "worker/src/strays.rs",
    "worker/src/unmounts.rs",
    "engine/src/walled.rs",
];

/// Letters that a message must have of its own to be one: `cannot {what}: {source}` has none to search for.
const LETTERS: usize = 14;

/// The messages of the page.
fn listed() -> Vec<String> {
    let page = book().into_iter().find(|page| page.path.ends_with("/troubleshooting.md")).unwrap();
    let rows = page.text.lines().filter_map(|line| line.strip_prefix("| `` "));
    let messages: Vec<String> = rows.map(|row| row.split(" `` |").next().unwrap().to_owned()).collect();
    assert!(messages.len() > 80, "{}", messages.len());
    messages
}

/// The texts in quotes of a source file, each with `…` for what is filled in; those of its tests are left out.
fn literals(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let mut literals = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|c| c != '\n') {},
            // A quotation mark as a character; a lifetime has none.
            '\'' if rest.next_if(|c| matches!(c, '"' | '\\')).is_some() => drop(rest.next()),
            '"' => literals.push(literal(&mut rest)),
            _ => {}
        }
    }
    literals
}

fn literal(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                other => text.extend(other),
            },
            '{' if rest.next_if_eq(&'{').is_some() => text.push('{'),
            '{' => {
                while rest.next().is_some_and(|c| c != '}') {}
                text.push('…');
            }
            c => text.push(c),
        }
    }
    text
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(literals(&path));
        }
    }
}

#[test]
fn every_message_of_the_page_is_one_of_the_program() {
    let mut all = Vec::new();
    for name in fs::read_dir(checkout().join("crates")).unwrap() {
        sources(&name.unwrap().path().join("src"), &mut all);
    }
    let unknown: Vec<String> = listed()
        .into_iter()
        .filter(|message| !all.iter().any(|text| text.contains(message.as_str())))
        .collect();
    assert!(unknown.is_empty(), "nothing says:\n{}", unknown.join("\n"));
}

#[test]
fn every_error_that_people_read_is_on_the_page() {
    let listed = listed();
    let mut missing = Vec::new();
    for file in TOLD {
        let path = checkout().join("crates").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let errors = text.split("#[error(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
        for error in errors.map(|rest| literal(&mut rest.chars().peekable())) {
            let letters = error.chars().filter(|c| c.is_alphabetic()).count();
            if letters >= LETTERS && !listed.iter().any(|message| error.contains(message.as_str())) {
                missing.push(format!("{file}: {error}"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/src/troubleshooting.md says nothing of:\n{}", missing.join("\n"));
}
