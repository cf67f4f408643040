//! Running what a page shows, in a folder of the page's own, with the real product.

use crate::block::{Block, Use};
use crate::page::{Page, checkout, updating};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Ends what a command printed; then its exit code.
const MARK: char = '\u{1e}';

/// A folder of a page, and what its commands find.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
}

/// A command of a session, with what it printed.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The command.
    pub command: String,
    /// What it printed, standard error too.
    pub output: String,
    /// Its exit code.
    pub code: i32,
}

fn told(name: &str) -> PathBuf {
    let value =
        std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set; call `cargo xtask test docs`"));
    PathBuf::from(value)
}

impl Place {
    /// A fresh one.
    pub fn new(name: &str) -> Self {
        let folder = told("SKINK_TEST_DIR").join(name.replace('/', "-"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("home")).unwrap();
        fs::create_dir_all(folder.join("here")).unwrap();
        // Commands of pages that build a hook expect the SDK in a checkout beside them.
        std::os::unix::fs::symlink(checkout(), folder.join("skink")).unwrap();
        Self { folder }
    }

    /// The folder that commands run in.
    pub fn here(&self) -> PathBuf {
        self.folder.join("here")
    }

    /// A shell that runs `script`, with the product on its way.
    pub fn shell(&self, script: &str) -> Output {
        let mut shell = Command::new("bash");
        self.surround(&mut shell).args(["--norc", "-c", script]).output().unwrap()
    }

    /// Gives a command the surroundings of a session.
    pub fn surround<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let own = [told("SKINK_GUEST_CARGO"), told("SKINK_BIN_DIR")];
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap();
        let kept = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "HOME"];
        let home = std::env::var_os("HOME").unwrap_or_default();
        let kept: Vec<_> = kept.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect();
        command.env_clear().envs(kept).env("PATH", path);
        // cargo and rustup are found below the home of whoever runs the tests; nothing else is to be.
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if std::env::var_os(name).is_none() {
                command.env(name, Path::new(&home).join(folder));
            }
        }
        command.env("HOME", self.folder.join("home")).env("LC_ALL", "C.UTF-8");
        command.env("HOOKS", told("SKINK_HOOKS_DIR")).env("POOL", told("SKINK_POOL"));
        command.env("GUEST_TARGET", told("SKINK_GUEST_CARGO").join("target"));
        command.current_dir(self.here()).stdin(Stdio::null())
    }

    /// Does what is to be done with each block of a page. Gives what is wrong, each with its line.
    pub fn run(&self, page: &mut Page) -> Vec<String> {
        let mut wrong = Vec::new();
        for block in Block::all(&page.clone()) {
            let result = match &block.what {
                Use::SetUp => self.set_up(&block.text),
                Use::File { path, digest_of } => self.write(path, digest_of.as_deref(), &block.text),
                Use::Policy => self.check("policy.toml", &block.text),
                Use::Hooks => self.check("_hooks", &block.text),
                Use::Session => self.session(page, &block),
                Use::Shown | Use::Nothing(_) => Ok(()),
            };
            wrong.extend(result.err().map(|what| format!("{}:{}: {what}", page.path, block.line)));
        }
        wrong
    }

    fn set_up(&self, text: &str) -> Result<(), String> {
        let output = self.shell(&format!("set -e\n{text}"));
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(format!("the set-up failed: {}", String::from_utf8_lossy(&said)))
    }

    fn write(&self, path: &str, digest_of: Option<&str>, text: &str) -> Result<(), String> {
        let mut text = text.to_owned();
        if let Some(module) = digest_of {
            let digest = self.shell(&format!("skink module digest {module}"));
            let digest = String::from_utf8_lossy(&digest.stdout).chars().take(64).collect::<String>();
            if digest.len() != 64 || !text.contains('…') {
                return Err(format!("there is no module {module}, or no `…` for its digest"));
            }
            text = text.replace('…', &digest);
        }
        let path = self.here().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).map_err(|error| error.to_string())
    }

    fn check(&self, name: &str, text: &str) -> Result<(), String> {
        let folder = self.folder.join("checked");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        // Each digest that is cut short is another one.
        let parts = text.replace("\"5f2b…", "\"…");
        let digest =
            |(i, part): (usize, &str)| if i == 0 { part.to_owned() } else { format!("{i:064x}{part}") };
        fs::write(&path, parts.split('…').enumerate().map(digest).collect::<String>()).unwrap();
        let output = self.shell(&format!("skink policy check {}", path.display()));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    fn session(&self, page: &mut Page, block: &Block) -> Result<(), String> {
        let (commands, want) = parse(&block.text)?;
        let ran = self.commands(&commands);
        let unexpected = ran.iter().enumerate().find(|(i, ran)| {
            let next = commands.get(i + 1).map(String::as_str);
            ran.code != 0 && next != Some("echo $?")
        });
        if let Some((_, ran)) = unexpected {
            return Err(format!("`{}` ended with {}:\n{}", ran.command, ran.code, ran.output));
        }
        let differs = ran.iter().zip(&want).any(|(ran, want)| !matches(want, &ran.output));
        if !differs {
            return Ok(());
        }
        let shown = |ran: &Ran, want: &String| {
            let output = if matches(want, &ran.output) { want.clone() } else { blurred(&ran.output) };
            format!("$ {}\n{output}", ran.command)
        };
        let new: String = ran.iter().zip(&want).map(|(ran, want)| shown(ran, want)).collect();
        if updating() {
            page.text = page.text.replace(&block.text, &new);
            return Ok(());
        }
        Err(format!("it prints something else (`cargo xtask docs` writes it anew):\n{new}"))
    }

    /// Runs commands in one shell.
    pub fn commands(&self, commands: &[String]) -> Vec<Ran> {
        let step = |command: &String| {
            format!("{{ {command}\n}} 2>&1; code=$?; printf '{MARK}%s{MARK}' $code; (exit $code)\n")
        };
        let steps: String = commands.iter().map(step).collect();
        // A page is read from top to bottom: where one session ended, the next one goes on.
        let kept = self.folder.join("cwd");
        let from = fs::read_to_string(&kept).unwrap_or_else(|_| self.here().display().to_string());
        let output = self.shell(&format!("cd '{}'\n{steps}pwd > '{}'\n", from.trim_end(), kept.display()));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut parts = text.split(MARK);
        let mut ran = Vec::new();
        for command in commands {
            let output = parts.next().unwrap_or_default().to_owned();
            let code = parts.next().and_then(|code| code.parse().ok()).unwrap_or(-1);
            // Where the checkout and the scratch folder lie is nobody's business.
            let here = self.here();
            let output = output.replace(&format!("{}/", here.display()), "");
            let output = output.lines().map(|line| format!("{}\n", line.trim_end())).collect();
            ran.push(Ran { command: command.clone(), output, code });
        }
        ran
    }
}

/// The commands of a session, and what each prints.
fn parse(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut commands, mut outputs) = (Vec::<String>::new(), Vec::<String>::new());
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
            outputs.push(String::new());
        } else if let Some(more) =
            line.strip_prefix("> ").filter(|_| outputs.last().is_some_and(String::is_empty))
        {
            let command = commands.last_mut().ok_or("a line goes on, and none has begun")?;
            command.push('\n');
            command.push_str(more);
        } else {
            outputs
                .last_mut()
                .ok_or("it does not begin with `$ `")?
                .push_str(&format!("{}\n", line.trim_end()));
        }
    }
    Ok((commands, outputs))
}

/// An output without what differs from machine to machine: digests and times.
fn blurred(output: &str) -> String {
    let digest = |word: &str| matches!(word.len(), 12 | 64) && word.chars().all(|c| c.is_ascii_hexdigit());
    let mut blurred = String::new();
    for part in output.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        blurred.push_str(&if digest(word) { part.replace(word, "…") } else { part.to_owned() });
    }
    let time = |line: &str| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" ms)") || time.ends_with(" s)") => format!("{before} (…)"),
        _ => line.to_owned(),
    };
    blurred.lines().map(|line| time(line) + "\n").collect()
}

/// Whether a command printed this. `…` is any text of a line, and alone in a line any lines.
fn matches(want: &str, got: &str) -> bool {
    let (want, got): (Vec<&str>, Vec<&str>) = (want.lines().collect(), got.lines().collect());
    lines_match(&want, &got)
}

fn lines_match(want: &[&str], got: &[&str]) -> bool {
    match want.split_first() {
        None => got.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=got.len()).any(|skipped| lines_match(rest, &got[skipped..]))
        }
        Some((first, rest)) => got
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && lines_match(rest, others)),
    }
}

fn line_matches(want: &str, got: &str) -> bool {
    let mut parts = want.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = got.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches() {
        let rows = [
            ("a\nb\n", "a\nb\n", true),
            ("a\nb\n", "a\n", false),
            ("a … c\n", "a b b c\n", true),
            ("a … c\n", "a b b\n", false),
            ("a … c … e\n", "a b c d e\n", true),
            ("a … c … e\n", "a b d e\n", false),
            ("…\nz\n", "x\ny\nz\n", true),
            ("…\nz\n", "x\ny\n", false),
            ("", "x\n", false),
        ];
        for (want, got, is_same) in rows {
            assert_eq!(matches(want, got), is_same, "{want:?} {got:?}");
        }
    }

    #[test]
    fn what_differs_is_blurred() {
        let digest = "0a".repeat(32);
        assert_eq!(
            blurred(&format!("sha256:{digest} of a\nx passed (12 ms)\n")),
            "sha256:… of a\nx passed (…)\n"
        );
        assert_eq!(blurred("handles 1024 (a)\n"), "handles 1024 (a)\n");
    }

    #[test]
    fn sessions() {
        let (commands, outputs) = parse("$ a\n1\n2\n$ b \\\n> c\n3\n").unwrap();
        assert_eq!(commands, ["a", "b \\\nc"]);
        assert_eq!(outputs, ["1\n2\n", "3\n"]);
        assert!(parse("1\n").is_err());
    }
}
