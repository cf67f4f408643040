//! A package as the real rpm tells it, in the same words as [`crate::ours`].

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Tags that say something of the package as a whole, as rpm calls them in XML.
const FIELDS: [&str; 44] = [
    "Name",
    "Version",
    "Release",
    "Epoch",
    "Summary",
    "Description",
    "Buildtime",
    "Buildhost",
    "Size",
    "Distribution",
    "Vendor",
    "License",
    "Packager",
    "Group",
    "Source",
    "Patch",
    "Url",
    "Os",
    "Arch",
    "Sourcerpm",
    "Nosource",
    "Nopatch",
    "Excludearch",
    "Excludeos",
    "Exclusivearch",
    "Exclusiveos",
    "Rpmversion",
    "Buildarchs",
    "Cookie",
    "Prefixes",
    "Optflags",
    "Disturl",
    "Payloadformat",
    "Payloadcompressor",
    "Payloadflags",
    "Platform",
    "Disttag",
    "Longsize",
    "Filedigestalgo",
    "Bugurl",
    "Vcs",
    "Modularitylabel",
    "Headeri18ntable",
    "Encoding",
];

/// Further ones, which we tell by their numbers.
const NUMBERED: [(&str, u32); 8] = [
    ("Sourcepackage", 1106),
    ("Oldsuggestsname", 1156),
    ("Oldsuggestsversion", 1157),
    ("Oldsuggestsflags", 1158),
    ("Oldenhancesname", 1159),
    ("Oldenhancesversion", 1160),
    ("Oldenhancesflags", 1161),
    ("Policynames", 5030),
];

const DEPENDENCIES: [(&str, &str); 9] = [
    ("Provides", "Provide"),
    ("Requires", "Require"),
    ("Conflicts", "Conflict"),
    ("Obsoletes", "Obsolete"),
    ("Recommends", "Recommend"),
    ("Suggests", "Suggest"),
    ("Supplements", "Supplement"),
    ("Enhances", "Enhance"),
    ("Order", "Order"),
];

const SCRIPTS: [(&str, &str); 7] = [
    ("PreIn", "Prein"),
    ("PostIn", "Postin"),
    ("PreUn", "Preun"),
    ("PostUn", "Postun"),
    ("PreTrans", "Pretrans"),
    ("PostTrans", "Posttrans"),
    ("Verify", "Verifyscript"),
];

const TRIGGERS: [(&str, &str); 3] =
    [("Package", "Trigger"), ("File", "Filetrigger"), ("TransactionFile", "Transfiletrigger")];

/// Columns of files, as numbers or text, by the words of ours.
const COLUMNS: [(&str, &str); 16] = [
    ("mode", "Filemodes"),
    ("owner", "Fileusername"),
    ("group", "Filegroupname"),
    ("flags", "Fileflags"),
    ("verify", "Fileverifyflags"),
    ("size", "Filesizes"),
    ("modified", "Filemtimes"),
    ("digest", "Filedigests"),
    ("target", "Filelinktos"),
    ("device", "Filerdevs"),
    ("file-system", "Filedevices"),
    ("inode", "Fileinodes"),
    ("language", "Filelangs"),
    ("colour", "Filecolors"),
    ("capabilities", "Filecaps"),
    ("class", "Fileclass"),
];

struct Tags(BTreeMap<String, Vec<String>>);

/// One line for each thing that is known.
pub fn told(package: &Path) -> Vec<String> {
    let tags = Tags::of(package);
    let mut told: Vec<String> = FIELDS
        .iter()
        .filter(|name| tags.0.contains_key(**name))
        .map(|name| format!("{}: {:?}", name.to_lowercase(), tags.all(name)))
        .collect();
    let numbered = NUMBERED.iter().filter(|(name, _)| tags.0.contains_key(*name));
    told.extend(numbered.map(|(name, number)| format!("tag-{number}: {:?}", tags.all(name))));
    for (kind, tag) in DEPENDENCIES {
        let (flags, versions) = (tags.all(&format!("{tag}flags")), tags.all(&format!("{tag}version")));
        let named = tags.all(&format!("{tag}name")).iter().enumerate();
        told.extend(named.map(|(at, name)| format!("{kind}: {name} {} {:?}", flags[at], versions[at])));
    }
    scripts(&tags, &mut told);
    for (kind, tag) in TRIGGERS {
        triggers(&tags, kind, tag, &mut told);
    }
    let (authors, texts) = (tags.all("Changelogname"), tags.all("Changelogtext"));
    let changes = tags.all("Changelogtime").iter().enumerate();
    told.extend(changes.map(|(at, time)| format!("change: {time} {:?} {:?}", authors[at], texts[at])));
    files(&tags, package, &mut told);
    told
}

fn scripts(tags: &Tags, told: &mut Vec<String>) {
    for (kind, tag) in SCRIPTS {
        let (body, interpreter) = (tags.all(tag), tags.all(&format!("{tag}prog")));
        if !body.is_empty() || !interpreter.is_empty() {
            let flags = tags.first(&format!("{tag}flags"), "0");
            told.push(format!("{kind}: {interpreter:?} {flags} {:?}", body.first()));
        }
    }
}

fn triggers(tags: &Tags, kind: &str, tag: &str, told: &mut Vec<String>) {
    let column = |end: &str| tags.all(&format!("{tag}{end}"));
    let (names, places, versions, flags) =
        (column("name"), column("index"), column("version"), column("flags"));
    for (place, script) in column("scripts").iter().enumerate() {
        let at = |column: &[String], or: &str| column.get(place).cloned().unwrap_or_else(|| or.to_owned());
        let interpreter = at(column("scriptprog"), "/bin/sh");
        let (script_flags, priority) = (at(column("scriptflags"), "0"), at(column("priorities"), "none"));
        told.push(format!("trigger {kind}: {interpreter} {script_flags} {priority} {script:?}"));
        let waiting = (0..names.len()).filter(|at| places[*at] == place.to_string());
        told.extend(waiting.map(|at| format!("  for {} {} {:?}", names[at], flags[at], versions[at])));
    }
}

fn files(tags: &Tags, package: &Path, told: &mut Vec<String>) {
    let paths = query(package, "[%{FILENAMES}\\n]");
    let [provides, requires] =
        ["[%{FILEPROVIDE}\\n]", "[%{FILEREQUIRE}\\n]"].map(|format| query(package, format));
    let class = |place: usize| {
        let at = tags.all("Fileclass").get(place)?.parse::<usize>().unwrap();
        Some(tags.all("Classdict")[at].clone())
    };
    for (place, path) in paths.lines().enumerate() {
        told.push(format!("file {path}"));
        for (word, tag) in COLUMNS {
            let value = match word {
                "class" => class(place).unwrap_or_default(),
                "colour" => tags.all(tag).get(place).map_or("0", String::as_str).to_owned(),
                "size" => {
                    tags.all("Longfilesizes").get(place).unwrap_or_else(|| &tags.all(tag)[place]).clone()
                }
                _ => tags.all(tag).get(place).cloned().unwrap_or_default(),
            };
            told.push(format!("  {word} {value}"));
        }
        for (word, of) in [("provides", &provides), ("requires", &requires)] {
            told.push(format!("  {word} {}", of.lines().nth(place).unwrap_or_default()));
        }
    }
}

fn query(package: &Path, format: &str) -> String {
    rpm(package, &["--qf", format])
}

fn rpm(package: &Path, words: &[&str]) -> String {
    let output = Command::new("rpm")
        .args(["-qp", "--nosignature", "--nodigest"])
        .args(words)
        .arg(package)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", package.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Tags {
    fn of(package: &Path) -> Self {
        let text = crate::writable(&rpm(package, &["--xml"]));
        let document =
            roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", package.display()));
        let tags = document.descendants().filter(|node| node.has_tag_name("rpmTag")).map(|tag| {
            let values = tag.children().filter(roxmltree::Node::is_element);
            let values = values.map(|value| value.text().unwrap_or_default().to_owned());
            (tag.attribute("name").unwrap().to_owned(), values.collect())
        });
        Self(tags.collect())
    }

    fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    fn first<'a>(&'a self, name: &str, or: &'a str) -> &'a str {
        self.all(name).first().map_or(or, String::as_str)
    }
}
