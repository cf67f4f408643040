//! `[tools.NAME]` and `[tool-roots.NAME]`: programs that hooks may be granted, and the roots that they live in.

use crate::Place;
use crate::reader::{Table, by_grammar};
use crate::rule::{plain, some};
use crate::words::{did_you_mean, shown};
use skink_job::{ArgPattern, ToolRootName};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The root that is the machine's own.
const HOST: &str = "host";

/// A program that hooks may be granted, as `[tools.NAME]` describes it.
#[derive(Debug, Clone)]
pub struct ToolRule {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// Which files it sees.
    pub root: ToolRoot,
    /// What it may do there.
    pub kind: ToolKind,
    /// More files and folders of the machine that it may read, absolute paths.
    pub etc: Vec<PathBuf>,
    /// What each of its arguments must fit one of; none where it may be given any.
    pub args: Option<Vec<ArgPattern>>,
    /// Where it is described.
    pub place: Place,
}

impl ToolRule {
    /// Whether the other describes the same, wherever.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let Self { program, root, kind, etc, args, place: _ } = self;
        (program, root, kind, etc, args)
            == (&other.program, &other.root, &other.kind, &other.etc, &other.args)
    }
}

/// Which files a tool sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolRoot {
    /// The machine's own `/usr`, read-only.
    Host,
    /// A root that is built of packages.
    Built(ToolRootName),
}

/// What a tool may do in its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolKind {
    /// It is an ordinary user, and its root is read-only.
    Plain,
    /// It is root, in a root of which it changes a copy that is thrown away.
    RootBuilder {
        /// Devices that it may use besides the harmless ones, below `/dev`.
        devices: Vec<PathBuf>,
    },
}

/// A root that is built of packages, as `[tool-roots.NAME]` describes it.
#[derive(Debug, Clone)]
pub struct ToolRootRule {
    /// The configuration of its distribution, an absolute path.
    pub dist: PathBuf,
    /// What is installed, with all that it needs.
    pub packages: Vec<String>,
    /// Where packages come from, in this order: what `build --repo` takes.
    pub repositories: Vec<String>,
    /// The architecture; none for the machine's own.
    pub arch: Option<String>,
    /// Where it is described.
    pub place: Place,
}

impl ToolRootRule {
    /// Whether the other describes the same, wherever.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let Self { dist, packages, repositories, arch, place: _ } = self;
        (dist, packages, repositories, arch)
            == (&other.dist, &other.packages, &other.repositories, &other.arch)
    }
}

/// Reads one table below `[tools]`; `roots` are those of the same file.
pub(crate) fn read_tool(table: &Table<'_>, roots: &BTreeMap<ToolRootName, ToolRootRule>) -> Option<ToolRule> {
    let program = table.parsed("program", absolute);
    table.missing("program", "program = \"/usr/bin/rpmlint\"");
    let root = read_root(table, roots);
    let etc = table.list("etc", absolute).into_iter().flatten().map(|path| path.value).collect();
    if root != ToolRoot::Host
        && let Some(place) = table.key_place("etc")
    {
        let help = || "it is for tools of the root `host`; leave it out".to_owned();
        table.report_helped(&place, "a root that is built of packages has an /etc of its own", help);
    }
    let kind = read_kind(table, &root);
    let args = table.list("args", by_grammar::<ArgPattern>);
    let args = args.map(|args| args.into_iter().map(|pattern| pattern.value).collect());
    Some(ToolRule { program: program?.value, root, kind, etc, args, place: table.place.clone() })
}

fn read_kind(table: &Table<'_>, root: &ToolRoot) -> ToolKind {
    const KINDS: [&str; 2] = ["plain", "root-builder"];
    let devices = table.list("devices", device);
    let kind = table.text("kind");
    if let Some(kind) = kind.as_ref().filter(|kind| !KINDS.contains(&kind.value)) {
        let help =
            || did_you_mean(kind.value, KINDS.into_iter(), || format!("it is one of {}", KINDS.join(", ")));
        table.report_helped(&kind.place, format!("`{}` is no kind of tool", shown(kind.value)), help);
    }
    let Some(kind) = kind.filter(|kind| kind.value == "root-builder") else {
        if let Some(place) = table.key_place("devices") {
            let help = || "such a tool has kind = \"root-builder\"".to_owned();
            table.report_helped(&place, "only a root-builder may use devices", help);
        }
        return ToolKind::Plain;
    };
    if *root == ToolRoot::Host {
        let help = || "name a root in [tool-roots], of which it can change a copy".to_owned();
        table.report_helped(&kind.place, "a root-builder cannot live in the machine's own root", help);
    }
    let devices = devices.into_iter().flatten().map(|device| device.value).collect();
    ToolKind::RootBuilder { devices }
}

fn device(raw: &str) -> Result<PathBuf, String> {
    let path = absolute(raw)?;
    if path.starts_with("/dev") && path != Path::new("/dev") {
        return Ok(path);
    }
    Err(format!("device \"{}\" must be below /dev", shown(raw)))
}

fn read_root(table: &Table<'_>, roots: &BTreeMap<ToolRootName, ToolRootRule>) -> ToolRoot {
    let Some(root) = table.text("root").filter(|root| root.value != HOST) else { return ToolRoot::Host };
    if let Some(name) = root.value.parse().ok().filter(|name| roots.contains_key(name)) {
        return ToolRoot::Built(name);
    }
    let known = roots.keys().map(ToolRootName::as_str).chain([HOST]);
    let help = || {
        did_you_mean(root.value, known, || {
            "`host`, or describe it: [tool-roots.NAME] packages = [\"rpmlint\"]".to_owned()
        })
    };
    table.report_helped(
        &root.place,
        format!("tool root `{}` is not described in this file", shown(root.value)),
        help,
    );
    ToolRoot::Host
}

/// Reads one table below `[tool-roots]`.
pub(crate) fn read_tool_root(table: &Table<'_>) -> Option<ToolRootRule> {
    let dist = table.parsed("dist", absolute);
    table.missing("dist", "dist = \"/etc/skink/tools.conf\", the configuration of its distribution");
    let packages = some(table, "packages", package, "packages = [\"rpmlint\"]");
    let repositories = some(table, "repositories", repository, "repositories = [\"/srv/packages\"]");
    let arch = table.parsed("arch", arch).map(|arch| arch.value);
    Some(ToolRootRule {
        dist: dist?.value,
        packages: packages.into_iter().map(|name| name.value).collect(),
        repositories: repositories.into_iter().map(|place| place.value).collect(),
        arch,
        place: table.place.clone(),
    })
}

/// Reads the name of a table below `[tool-roots]`.
pub(crate) fn tool_root_name(raw: &str) -> Result<ToolRootName, String> {
    if raw == HOST {
        return Err("the tool root `host` is the machine's own, and cannot be described".to_owned());
    }
    by_grammar(raw)
}

/// A path that means the same wherever it is looked up from.
pub(crate) fn absolute(raw: &str) -> Result<PathBuf, String> {
    let path = Path::new(raw);
    let plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    if path.is_absolute() && path.components().all(plain) && !raw.contains(char::is_control) {
        return Ok(path.to_owned());
    }
    Err(format!("path \"{}\" must be absolute and must not hold '..'", shown(raw)))
}

fn package(raw: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    let name = plain(raw, "package", "letters, digits, '+', '.', '_' and '-'", allowed)?;
    if name.starts_with('-') {
        return Err(format!("package \"{name}\" must not begin with '-'"));
    }
    Ok(name)
}

fn arch(raw: &str) -> Result<String, String> {
    plain(raw, "architecture", "letters, digits and '_'", |c| c.is_ascii_alphanumeric() || c == '_')
}

/// A folder, or an address, either with the kind of repository before it. obs-build's programs hand folders to a
/// shell, so none has a character that means something there.
fn repository(raw: &str) -> Result<String, String> {
    const KINDS: [&str; 6] = ["arch", "debian", "hdlist2", "rpmmd", "rpm-md", "suse"];
    const SCHEMES: [&str; 5] = ["http", "https", "ftp", "ftps", "zypp"];
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/:.,_~%+@=-".contains(c);
    let place = plain(raw, "repository", "letters, digits and the characters /:.,_~%+@=-", allowed)?;
    let after =
        place.split_once('@').filter(|(kind, _)| KINDS.contains(kind)).map_or(&*place, |(_, rest)| rest);
    let is_address = after.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme));
    if !is_address {
        absolute(after).map_err(|_| {
            format!(
                "repository \"{}\" must be an absolute path or an address (http, https, ftp, ftps, zypp)",
                shown(raw)
            )
        })?;
    }
    Ok(place)
}
