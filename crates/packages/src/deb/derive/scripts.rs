//! The scripts of a package: files that begin with their interpreter.

use super::super::control::{Control, File, SCRIPTS};
use crate::{PackageError, Script};

/// Those of the recipe, with their names; one that is the original's keeps its bytes.
pub(super) fn all(control: &Control, scripts: &[Script]) -> Result<Vec<(&'static str, File)>, PackageError> {
    let old = control.scripts();
    let mut all: Vec<(&str, File)> = Vec::new();
    for script in scripts {
        let known = SCRIPTS.iter().find(|(_, kind)| *kind == script.kind);
        let (name, _) = known.ok_or_else(|| {
            PackageError::recipe(format!("a deb has no script of the kind {:?}", script.kind))
        })?;
        if all.iter().any(|(other, _)| other == name) {
            return Err(PackageError::recipe(format!("there are two scripts {name}")));
        }
        let file = match control.files().get(name.as_bytes()) {
            Some(file) if old.contains(script) => file.clone(),
            Some(_) | None => File { mode: 0o755, content: content(name, script)? },
        };
        all.push((name, file));
    }
    Ok(all)
}

fn content(name: &str, script: &Script) -> Result<Vec<u8>, PackageError> {
    let refused = |why: &str| Err(PackageError::recipe(format!("the script {name} {why}")));
    let Script { interpreter, body, flags, kind: _ } = script;
    let Some(body) = body else { return refused("has no body; in a deb a script is a file") };
    if *flags != 0 {
        return refused("has flags, which a deb has no place for");
    }
    let words = body.lines().next().and_then(|line| line.strip_prefix("#!"));
    let Some(words) = words else {
        if interpreter.iter().any(|word| word.is_empty() || word.contains(char::is_whitespace)) {
            return refused("has an interpreter that does not fit into its first line");
        }
        let first =
            if interpreter.is_empty() { String::new() } else { format!("#!{}\n", interpreter.join(" ")) };
        return Ok([first.as_bytes(), body.as_bytes()].concat());
    };
    if !interpreter.is_empty() && !words.split_ascii_whitespace().eq(interpreter.iter()) {
        return refused("names another interpreter in its first line");
    }
    Ok(body.clone().into_bytes())
}
