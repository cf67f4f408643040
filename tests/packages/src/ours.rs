//! A package as Skink reads it, in the same words as [`crate::theirs`].

use skink_packages::rpm::Rpm;
use skink_packages::{Bounds, Dependency, DependencyKind, Entry};
use std::fs::File;
use std::path::Path;

/// `RPMSENSE_LESS`, `…GREATER` and `…EQUAL`.
const COMPARISONS: [(u32, char); 3] = [(2, '<'), (4, '>'), (8, '=')];

/// One line for each thing that is known.
pub fn told(package: &Path) -> Vec<String> {
    let rpm = Rpm::open(File::open(package).unwrap(), Bounds::default());
    let rpm = rpm.unwrap_or_else(|e| panic!("{}: {e}", package.display()));
    let mut told: Vec<String> =
        rpm.fields().iter().map(|field| format!("{}: {:?}", field.name, field.values)).collect();
    let dependencies = rpm.dependencies().unwrap();
    told.extend(
        dependencies
            .iter()
            .map(|one| format!("{:?}: {} {} {:?}", one.kind, one.name, one.flags, one.version)),
    );
    let scripts = rpm.scripts().unwrap();
    told.extend(
        scripts.iter().map(|one| {
            format!("{:?}: {:?} {} {:?}", one.kind, one.interpreter, one.flags, one.body.as_ref())
        }),
    );
    for trigger in rpm.triggers().unwrap() {
        let priority = trigger.priority.map_or_else(|| "none".to_owned(), |priority| priority.to_string());
        let (kind, interpreter) = (trigger.kind, trigger.interpreter.join(" "));
        told.push(format!("trigger {kind:?}: {interpreter} {} {priority} {:?}", trigger.flags, trigger.body));
        told.extend(
            trigger
                .conditions
                .iter()
                .map(|one| format!("  for {} {} {:?}", one.name, one.flags, one.version)),
        );
    }
    let changes = rpm.changelog().unwrap();
    told.extend(
        changes.iter().map(|change| format!("change: {} {:?} {:?}", change.time, change.author, change.text)),
    );
    rpm.files().iter().for_each(|file| tell_file(file, &dependencies, &mut told));
    told.iter().map(|line| crate::writable(&unquoted(line))).collect()
}

fn tell_file(file: &Entry, dependencies: &[Dependency], told: &mut Vec<String>) {
    told.push(format!("file {}", file.path));
    let columns = [
        ("mode", file.mode.to_string()),
        ("owner", file.owner.clone()),
        ("group", file.group.clone()),
        ("flags", file.flags.to_string()),
        ("verify", file.verify.to_string()),
        ("size", file.size.to_string()),
        ("modified", file.modified.to_string()),
        ("digest", file.digest.clone()),
        ("target", file.target.clone().unwrap_or_default()),
        ("device", file.device.to_string()),
        ("file-system", file.file_system.to_string()),
        ("inode", file.inode.to_string()),
        ("language", file.language.clone()),
        ("colour", file.colour.to_string()),
        ("capabilities", file.capabilities.clone()),
        ("class", file.class.clone()),
    ];
    told.extend(columns.map(|(word, value)| format!("  {word} {value}")));
    for (word, kind) in [("provides", DependencyKind::Provides), ("requires", DependencyKind::Requires)] {
        let own = file.dependencies.iter().map(|place| &dependencies[*place as usize]);
        let own: Vec<String> = own.filter(|one| one.kind == kind).map(shown).collect();
        told.push(format!("  {word} {}", own.join(" ")));
    }
}

/// As rpm words it: name, comparison and version.
fn shown(one: &Dependency) -> String {
    if one.version.is_empty() {
        return one.name.clone();
    }
    let signs = COMPARISONS.iter().filter(|(bit, _)| one.flags & bit != 0).map(|(_, sign)| sign);
    format!("{} {} {}", one.name, signs.collect::<String>(), one.version)
}

/// Undoes how a control character is quoted, and takes the end of a line for what XML makes of it.
fn unquoted(line: &str) -> String {
    let line = line.replace("\\r", "\\n");
    let controls = (1..32_u8).filter(|code| !b"\t\n\r".contains(code)).map(char::from);
    controls.fold(line, |line, c| line.replace(&c.escape_debug().to_string(), "\u{fffd}"))
}
