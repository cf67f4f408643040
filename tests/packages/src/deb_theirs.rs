//! A deb as the real dpkg-deb and tar tell it, in the same words as [`crate::deb_ours`].

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::{Command, Stdio};

const RELATIONS: [(&str, &str); 9] = [
    ("Provides", "Provides"),
    ("PreDepends", "Pre-Depends"),
    ("Requires", "Depends"),
    ("Recommends", "Recommends"),
    ("Suggests", "Suggests"),
    ("Enhances", "Enhances"),
    ("Breaks", "Breaks"),
    ("Conflicts", "Conflicts"),
    ("Replaces", "Replaces"),
];

/// `RPMSENSE_LESS` is 2, `…GREATER` 4, `…EQUAL` 8.
const SIGNS: [(&str, u32); 5] = [("<<", 2), ("<=", 10), ("=", 8), (">=", 12), (">>", 4)];

const SCRIPTS: [(&str, &str); 5] = [
    ("PreIn", "preinst"),
    ("PostIn", "postinst"),
    ("PreUn", "prerm"),
    ("PostUn", "postrm"),
    ("Config", "config"),
];

/// Control files that are fields by their names.
const SHOWN: [&str; 5] = ["triggers", "conffiles", "shlibs", "symbols", "templates"];

/// What comes between two fields where dpkg-deb shows several.
const BETWEEN: &str = "\n\u{1}\n";

/// One line for each thing that is known.
pub fn told(package: &Path) -> Vec<String> {
    let control = control_files(package);
    let fields = fields(package);
    let mut told: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    for name in SHOWN {
        let text = control.get(name).map(String::as_str).unwrap_or_default();
        let lines = text.lines().filter(|line| name != "triggers" || !line.is_empty());
        if control.contains_key(name) {
            told.push(format!("{name}: {:?}", lines.collect::<Vec<_>>().join("\n").trim_end()));
        }
    }
    let is_known = |name: &str| {
        SCRIPTS.iter().any(|(_, own)| *own == name)
            || SHOWN.contains(&name)
            || matches!(name, "control" | "md5sums")
    };
    for (name, text) in control.iter().filter(|(name, _)| !is_known(name)) {
        let digest = || format!("sha256:{}", hex::encode(Sha256::digest(text)));
        let shown = if text.contains('\0') { digest() } else { text.trim_end().to_owned() };
        told.push(format!("control/{name}: {shown:?}"));
    }
    for (kind, name) in RELATIONS {
        let value = fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        told.extend(value.into_iter().flat_map(|value| value.split(", ")).map(|one| relation(kind, one)));
    }
    for (kind, name) in SCRIPTS {
        if let Some(body) = control.get(name) {
            let first = body.lines().next().unwrap_or_default();
            let words: Vec<&str> = first.strip_prefix("#!").unwrap_or_default().split_whitespace().collect();
            told.push(format!("{kind}: {words:?} 0 {:?}", Some(body)));
        }
    }
    files(package, &control, &mut told);
    told
}

/// A relation's field as dpkg writes it, which has one blank where people have several, or lines.
pub(crate) fn plain(name: &str, value: &str) -> String {
    if !RELATIONS.iter().any(|(_, relation)| name.eq_ignore_ascii_case(relation)) {
        return value.to_owned();
    }
    value.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
}

fn fields(package: &Path) -> Vec<(String, String)> {
    let all = text(Command::new("dpkg-deb").arg("-f").arg(package));
    let lines = all.lines().filter(|line| !line.starts_with([' ', '\t']));
    let names: Vec<&str> = lines.filter_map(|line| Some(line.split_once(':')?.0)).collect();
    let format = names.iter().map(|name| format!("${{{name}}}{BETWEEN}")).collect::<String>();
    let shown = text(Command::new("dpkg-deb").arg("-W").arg(format!("--showformat={format}")).arg(package));
    let values = shown.split(BETWEEN).map(|value| value.trim_end().to_owned());
    names.into_iter().zip(values).map(|(name, value)| (name.to_owned(), plain(name, &value))).collect()
}

fn relation(kind: &str, text: &str) -> String {
    let whole = format!("{kind}: {text} 0 \"\"");
    if text.contains('|') {
        return whole;
    }
    let Some((name, version)) = text.split_once(" (") else { return whole };
    let (sign, version) = version.strip_suffix(')').unwrap().split_once(' ').unwrap();
    let (_, flags) = SIGNS.iter().find(|(own, _)| *own == sign).unwrap();
    format!("{kind}: {name} {flags} {version:?}")
}

/// The control files as dpkg-deb unpacks them.
fn control_files(package: &Path) -> BTreeMap<String, String> {
    let folder = crate::built::temporary();
    text(Command::new("dpkg-deb").arg("-e").arg(package).arg(folder.path()));
    let entries = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    let files = entries.map(|entry| {
        let content = String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).into_owned();
        (entry.file_name().into_string().unwrap(), content)
    });
    files.collect()
}

fn files(package: &Path, control: &BTreeMap<String, String>, told: &mut Vec<String>) {
    let lines = |name: &str| control.get(name).map(|text| text.lines()).into_iter().flatten();
    let digests: HashMap<String, &str> = lines("md5sums")
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (format!("/{path}"), sum))
        .collect();
    let mut seen: HashMap<String, [String; 4]> = HashMap::new();
    let (named, numbered) = (listing(package, &[]), listing(package, &["--numeric-owner"]));
    for (line, numbered) in named.lines().zip(numbered.lines()) {
        let [mode, names, size, day, time, name] = columns(line);
        let [_, numbers, ..] = columns(numbered);
        let (name, target) = name.split_once(" -> ").unwrap_or((name, ""));
        let (name, linked) = name.split_once(" link to ").map_or((name, None), |(name, to)| (name, Some(to)));
        let path = absolute(name);
        // A link is shown without its file's size; the letter of its kind says that it is a link.
        let (kind, permissions) = mode.split_at(1);
        let own = [kind, size, &path, target].map(str::to_owned);
        let told_of = linked.map_or(own, |to| seen[&absolute(to)].clone());
        seen.insert(path.clone(), told_of.clone());
        let [letter, size, first, target] = &told_of;
        let letter = letter.as_str();
        let is_device = matches!(letter, "c" | "b");
        let digest = digests.get(&path).filter(|_| letter == "-").copied().unwrap_or_default();
        told.push(format!("file {path}"));
        told.extend([
            format!("  mode {:o}", bits(letter, permissions)),
            format!("  owner {}", owners(names, numbers)),
            format!("  size {}", if is_device { "0" } else { size }),
            format!("  modified {}", seconds(day, time)),
            format!("  target {target}"),
            format!("  device {}", if is_device { size } else { "" }),
            format!("  same as {first}"),
            format!("  configuration {}", lines("conffiles").any(|line| line.trim_end() == path)),
            format!("  digest {digest}"),
        ]);
    }
}

/// Names of owner and group, with their numbers.
fn owners(names: &str, numbers: &str) -> String {
    let told = |(name, number): (&str, &str)| match (name, number) {
        ("root", "0") => name.to_owned(),
        _ if name == number => number.to_owned(),
        _ => format!("{name}:{number}"),
    };
    let ((owner, group), (owner_id, group_id)) =
        (names.split_once('/').unwrap(), numbers.split_once('/').unwrap());
    format!("{}/{}", told((owner, owner_id)), told((group, group_id)))
}

/// The data archive as the real tar lists it.
fn listing(package: &Path, more: &[&str]) -> String {
    let mut unpacked =
        Command::new("dpkg-deb").arg("--fsys-tarfile").arg(package).stdout(Stdio::piped()).spawn().unwrap();
    let mut tar = Command::new("tar");
    tar.args(["-tv", "--full-time", "--utc", "--quoting-style=literal", "--show-stored-names"]).args(more);
    let listed = text(tar.env("LC_ALL", "C.UTF-8").stdin(unpacked.stdout.take().unwrap()));
    assert!(unpacked.wait().unwrap().success(), "{}", package.display());
    listed
}

/// Five columns with blanks between, and the rest of the line.
fn columns(line: &str) -> [&str; 6] {
    let mut rest = line;
    let mut next = || {
        let (word, behind) = rest.split_once(' ').unwrap();
        rest = behind.trim_start();
        word
    };
    let found = [next(), next(), next(), next(), next()];
    let [mode, owner, size, day, time] = found;
    [mode, owner, size, day, time, rest]
}

fn absolute(name: &str) -> String {
    let plain = name.trim_start_matches('.').trim_matches('/');
    format!("/{plain}")
}

/// `st_mode`, by the letters of a listing.
fn bits(letter: &str, permissions: &str) -> u32 {
    // The capital letter is of files whose blocks were to lie side by side.
    let kinds = [("-", 0o10), ("C", 0o10), ("d", 0o4), ("l", 0o12), ("c", 0o2), ("b", 0o6), ("p", 0o1)];
    let (_, kind) = kinds.iter().find(|(own, _)| *own == letter).unwrap();
    let mut mode = kind << 12;
    for (place, c) in permissions.chars().enumerate() {
        let special = 0o4000 >> (place / 3);
        mode |= if matches!(c, '-' | 'S' | 'T') { 0 } else { 0o400 >> place };
        mode |= if matches!(c, 's' | 'S' | 't' | 'T') { special } else { 0 };
    }
    mode
}

/// Seconds since 1970 of a day and a time.
fn seconds(day: &str, time: &str) -> u64 {
    let numbers = |text: &str, between: char| -> Vec<u64> {
        text.split(between).map(|part| part.split('.').next().unwrap().parse().unwrap()).collect()
    };
    let (day, time) = (numbers(day, '-'), numbers(time, ':'));
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let months = [31, 28 + u64::from(leap(day[0])), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..day[0]).map(|year| 365 + u64::from(leap(year))).sum();
    let days = years + months[..day[1] as usize - 1].iter().sum::<u64>() + day[2] - 1;
    days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
}

/// What a command that has to succeed writes.
pub(crate) fn text(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
