//! The script that installs the packages and runs the command.

use crate::select::Packages;
use crate::settings::Settings;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_script::{word, words};
use skink_sdk::Failure;

/// The steps' names.
pub(crate) const RPM: &str = "rpm";
pub(crate) const DPKG: &str = "dpkg";
pub(crate) const COMMAND: &str = "command";

/// Where the command runs.
const FOLDER: &str = "/job/scratch/work";

/// Writes the script. `sources` is where they are, if the command shall have them.
///
/// # Errors
/// A word that no program can be given.
pub(crate) fn script(
    settings: &Settings,
    packages: &Packages<'_>,
    results: &str,
    sources: Option<&str>,
) -> Result<String, Failure> {
    let paths = |list: &[&str]| -> Result<String, Failure> {
        let paths: Vec<String> = list.iter().map(|path| format!("{results}/{path}")).collect();
        words(&paths, " ")
    };
    let mut text = String::new();
    if !packages.rpms.is_empty() {
        // What was just built is not signed, and a name with a bracket in it is no pattern.
        let options = "--oldpackage --replacepkgs --nosignature --noglob";
        let nodeps = if settings.check_dependencies { "" } else { " --nodeps" };
        let rpms = paths(&packages.rpms)?;
        text.push_str(&format!("step {RPM} rpm -U {options}{nodeps} {rpms} || finish\n"));
    }
    if !packages.debs.is_empty() {
        let force = if settings.check_dependencies { "" } else { " --force-depends" };
        let debs = paths(&packages.debs)?;
        text.push_str(&format!(
            "export DEBIAN_FRONTEND=noninteractive\nstep {DPKG} dpkg -i{force} {debs} || finish\n"
        ));
    }
    text.push_str(&format!("prepare() {{\n\tmkdir {FOLDER} || return\n"));
    if let Some(sources) = sources {
        let sources = word(&format!("{sources}/."))?;
        text.push_str(&format!(
            "\tcp -RPp {sources} {FOLDER} && chown -Rh 0:0 {FOLDER} && chmod -R u+w {FOLDER}\n"
        ));
    }
    text.push_str("}\nstep prepare prepare || finish\n");
    text.push_str(&format!("run() {{\n\tcd {FOLDER} || exit\n"));
    for (name, value) in &settings.environment {
        text.push_str(&format!("\texport {}={}\n", variable(name)?, word(value)?));
    }
    // `exec`, so that no function or builtin of the shell stands in for a program.
    text.push_str(&format!("\texec {}\n}}\nstep {COMMAND} run\nfinish\n", command(&settings.command)?));
    Ok(text)
}

fn command(command: &[String]) -> Result<String, Failure> {
    match command.first() {
        Some(program) if !program.is_empty() && !program.starts_with('-') => words(command, " "),
        Some(_) | None => {
            Err(Failure::Invalid(format!("command: {command:?} does not begin with a program")))
        }
    }
}

/// The name of a variable, as a shell has them.
fn variable(name: &str) -> Result<&str, Failure> {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(name);
    }
    Err(Failure::Invalid(format!("environment: {name:?} is no name of a variable")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn written(settings: Value, packages: &Packages<'_>, sources: Option<&str>) -> Result<String, Failure> {
        script(&serde_json::from_value(settings).unwrap(), packages, "/job/results", sources)
    }

    #[test]
    fn scripts() {
        let rpms = || Packages { rpms: vec!["RPMS/a.rpm", "RPMS/b's.rpm"], debs: vec![] };
        let debs = || Packages { rpms: vec![], debs: vec!["DEBS/a.deb"] };
        let rpm = "step rpm rpm -U --oldpackage --replacepkgs --nosignature --noglob";
        let files = "'/job/results/RPMS/a.rpm' '/job/results/RPMS/b'\\''s.rpm' || finish\n";
        let run = "run() {\n\tcd /job/scratch/work || exit\n";
        let rows = [
            (
                "rpms",
                json!({"command": ["x"]}),
                rpms(),
                None,
                vec![format!("{rpm} {files}"), format!("{run}\texec 'x'\n")],
            ),
            (
                "rpms without dependencies",
                json!({"command": ["x"], "check-dependencies": false}),
                rpms(),
                None,
                vec![format!("{rpm} --nodeps {files}")],
            ),
            (
                "debs",
                json!({"command": ["x"]}),
                debs(),
                None,
                vec!["step dpkg dpkg -i '/job/results/DEBS/a.deb' ||".into()],
            ),
            (
                "debs without dependencies",
                json!({"command": ["x"], "check-dependencies": false}),
                debs(),
                None,
                vec!["dpkg -i --force-depends '/job/results/DEBS/a.deb'".into()],
            ),
            (
                "sources",
                json!({"command": ["x"]}),
                Packages::default(),
                Some("/job/sources"),
                vec!["cp -RPp '/job/sources/.' /job/scratch/work && chown".into()],
            ),
            (
                "words and variables",
                json!({"command": ["a b", "$(c)'\n"], "environment": {"B": "'`x`", "_a1": ""}}),
                Packages::default(),
                None,
                vec![format!(
                    "{run}\texport B=''\\''`x`'\n\texport _a1=''\n\texec 'a b' '$(c)'\\''\n'\n}}\n"
                )],
            ),
        ];
        for (what, settings, packages, sources, parts) in rows {
            let text = written(settings, &packages, sources).unwrap();
            for part in parts {
                assert!(text.contains(&part), "{what}: {part:?} is not in\n{text}");
            }
            assert_eq!(text.contains("rpm -U"), !packages.rpms.is_empty(), "{what}");
            assert_eq!(text.contains("dpkg -i"), !packages.debs.is_empty(), "{what}");
            assert_eq!(text.contains("cp "), sources.is_some(), "{what}");
        }
    }

    #[test]
    fn what_no_script_can_hold_is_refused() {
        let rows = [
            json!({"command": []}),
            json!({"command": [""]}),
            json!({"command": ["-c", "x"]}),
            json!({"command": ["a\u{0}"]}),
            json!({"command": ["a"], "environment": {"A;x": ""}}),
            json!({"command": ["a"], "environment": {"1": ""}}),
            json!({"command": ["a"], "environment": {"": ""}}),
            json!({"command": ["a"], "environment": {"Ä": ""}}),
            json!({"command": ["a"], "environment": {"A": "\u{0}"}}),
        ];
        for settings in rows {
            let refused = written(settings.clone(), &Packages::default(), None);
            assert!(matches!(refused, Err(Failure::Invalid(_))), "{settings}");
        }
    }
}
