//! One call of `build`: its arguments, what they mean, and where its folders are.

use crate::args::{self, Item, Kind};
use crate::hook_options::{HookOptions, UsageError};
use crate::{Environment, RealBuild, reason, recipe, rpmlist};
use skink_job::SafeText;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A build, with hooks around it.
    Build,
    /// Something that is no build: the real `build` gets it as it is.
    PassThrough(PassThrough),
}

/// Why a call is handed on as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassThrough {
    /// `--help`.
    Help,
    /// `--kill`: ends a running build.
    Kill,
    /// `--wipe`: removes the build root.
    Wipe,
    /// `--sysrq`: sends a key to the machine.
    Sysrq,
    /// `--list-state`: lists packages.
    ListState,
    /// `--shell`: a shell in the build root.
    Shell,
    /// An error of usage that the script will report.
    BadUsage,
    /// Neither a recipe nor a folder with one.
    NoRecipe,
}

/// Where the build happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VmType {
    /// In a chroot.
    Chroot,
    /// In a container of systemd-nspawn, on the build root as it is.
    Nspawn,
    /// In another container on the build root as it is (lxc, docker, podman).
    Container(String),
    /// In a virtual machine with a disk of its own; results are copied out of it.
    Machine(String),
}

/// One call of `build`.
#[derive(Debug)]
pub struct Invocation {
    args: Vec<OsString>,
    items: Vec<Item>,
    hooks: HookOptions,
    environment: Environment,
    cwd: PathBuf,
    recipe: Option<PathBuf>,
}

impl Invocation {
    /// Reads the arguments after the program's name. `cwd` is the folder that relative paths start from.
    ///
    /// # Errors
    /// Only for our own options; what `build` refuses is found by [`Invocation::mode`].
    pub fn parse(args: Vec<OsString>, environment: Environment, cwd: PathBuf) -> Result<Self, UsageError> {
        let items = args::read(&args)?;
        let mut hooks = HookOptions::default();
        for item in &items {
            if let Kind::Hook(option) = &item.kind {
                hooks.take(option)?;
            }
        }
        let recipe = find_recipe(&items, &cwd);
        Ok(Self { args, items, hooks, environment, cwd, recipe })
    }

    /// Our own options.
    pub fn hooks(&self) -> &HookOptions {
        &self.hooks
    }

    /// The environment it was called with.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The folder that relative paths start from.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// Whether this is a build.
    pub fn mode(&self) -> Mode {
        // `build` stops at the first argument it refuses, and at `--help`.
        for item in &self.items {
            match &item.kind {
                Kind::Refused => return Mode::PassThrough(PassThrough::BadUsage),
                Kind::Option(spec, _) if spec.name == "help" => return Mode::PassThrough(PassThrough::Help),
                Kind::Option(..) | Kind::Unknown | Kind::Recipe { .. } | Kind::Hook(_) => {}
            }
        }
        let instead = [
            ("wipe", PassThrough::Wipe),
            ("kill", PassThrough::Kill),
            ("sysrq", PassThrough::Sysrq),
            ("list-state", PassThrough::ListState),
            ("shell", PassThrough::Shell),
            ("shell-cmd", PassThrough::Shell),
        ];
        match instead.iter().find(|(name, _)| self.has(name)) {
            Some((_, why)) => Mode::PassThrough(*why),
            None if self.recipe.is_none() => Mode::PassThrough(PassThrough::NoRecipe),
            None => Mode::Build,
        }
    }

    /// The arguments for the real `build`, without our own options, otherwise as they were.
    pub fn handed_on(&self, build: &RealBuild) -> Vec<OsString> {
        // Saying the root once more changes nothing.
        let mut separator = OsString::from("--root=");
        separator.push(self.given_root(build));
        self.without(|item| matches!(item.kind, Kind::Hook(_)), &[separator])
    }

    pub(crate) fn without(&self, dropped: impl Fn(&Item) -> bool, separator: &[OsString]) -> Vec<OsString> {
        args::without(&self.args, &self.items, dropped, separator)
    }

    /// The recipe: the first one given, or the first in the folder given or in the current one. A folder
    /// that holds recipes of several types is searched in the script's general order; the `Type` of the
    /// configuration is not asked.
    pub fn recipe(&self) -> Option<&Path> {
        self.recipe.as_deref()
    }

    /// The folder of the recipe, which holds the sources.
    pub fn sources(&self) -> Option<&Path> {
        self.recipe.as_deref().and_then(Path::parent)
    }

    /// The build root; in a machine, where its disk is mounted and where results are put.
    pub fn root(&self, build: &RealBuild) -> PathBuf {
        // Joining the components drops a slash at the end, as the script does.
        self.cwd.join(self.given_root(build)).components().collect()
    }

    fn given_root(&self, build: &RealBuild) -> OsString {
        let given = self.last("root").or_else(|| self.environment.get("BUILD_ROOT"));
        given.map_or_else(|| build.default_root().into(), OsStr::to_owned)
    }

    /// Where the build happens; the last option that says so counts.
    pub fn vm_type(&self) -> VmType {
        let mut found = VmType::Chroot;
        for item in &self.items {
            let Kind::Option(spec, value) = &item.kind else { continue };
            match spec.name {
                "vm-type" => found = vm_type(&value.clone().unwrap_or_default().to_string_lossy()),
                "xen" | "kvm" | "uml" | "qemu" | "emulator" | "zvm" | "lxc" => found = vm_type(spec.name),
                _ => {}
            }
        }
        found
    }

    /// Why programs of other architectures cannot run in this build, if so: it must be in a chroot, and it has no network.
    pub fn no_emulation(&self) -> Option<String> {
        match self.vm_type() {
            VmType::Chroot => {}
            VmType::Nspawn | VmType::Container(_) | VmType::Machine(_) => {
                return Some(
                    "only a build in a chroot can have programs of other architectures run".to_owned(),
                );
            }
        }
        let listed = || {
            let list = std::fs::read(self.rpmlist()?).ok()?;
            let packages = rpmlist::packages(&String::from_utf8_lossy(&list));
            packages.into_iter().map(|package| package.place).find(|place| is_remote(place))
        };
        let remote = self.remote_repository().or_else(|| listed().map(|place| shown(&place)))?;
        Some(format!(
            "such a build has no network, and this one downloads packages ({remote}); give it a folder of packages"
        ))
    }

    /// The first of its repositories that is no folder, if one is.
    pub fn remote_repository(&self) -> Option<SafeText> {
        self.repositories().find(|place| is_remote(place)).map(|place| shown(&place))
    }

    /// Those of its repositories that are folders, in their order.
    pub fn package_folders(&self) -> Vec<PathBuf> {
        self.repositories().filter(|place| !is_remote(place)).map(|place| self.cwd.join(place)).collect()
    }

    /// `--rpms` takes several folders at once.
    fn repositories(&self) -> impl Iterator<Item = String> {
        let text = |value: &OsStr| value.to_string_lossy().into_owned();
        let rpms = self.all("rpms").map(text).flat_map(|list| {
            let apart =
                |list: &str| list.split(':').filter(|place| !place.is_empty()).map(str::to_owned).collect();
            if is_remote(&list) { vec![list] } else { apart(&list) }
        });
        rpms.chain(self.all("repo").map(text))
    }

    /// The log that the caller wants: `--logfile`, or the default, `.build.log` in the root. A machine has
    /// no default.
    pub fn log_file(&self, build: &RealBuild) -> Option<PathBuf> {
        match (self.last("logfile"), self.vm_type()) {
            (Some(path), _) => Some(self.cwd.join(path)),
            (None, VmType::Machine(_)) => None,
            (None, VmType::Chroot | VmType::Nspawn | VmType::Container(_)) => {
                Some(self.root(build).join(".build.log"))
            }
        }
    }

    /// Whether lines of the log begin with the seconds since the start.
    pub fn timestamps(&self) -> bool {
        !self.has("no-timestamps")
    }

    /// The folders with results of former builds.
    pub fn previous(&self) -> Vec<PathBuf> {
        self.all("oldpackages").map(|path| self.cwd.join(path)).collect()
    }

    /// Whether a service asked for the build: only then `build` ends with 2 where it is unchanged.
    pub fn is_of_service(&self) -> bool {
        self.text("reason").is_some_and(|text| reason::is_of_service(&text))
    }

    /// The list of packages, where one is given.
    pub fn rpmlist(&self) -> Option<PathBuf> {
        self.last("rpmlist").map(|path| self.cwd.join(path))
    }

    /// The file of the configuration, where the call names one; it may not be there.
    pub fn config_file(&self, build: &RealBuild) -> Option<PathBuf> {
        let dist = self.dist().filter(|dist| !dist.is_empty())?;
        Some(crate::config::find(dist, &self.cwd, &self.config_dir(build)))
    }

    /// The configuration as it was given: a path, or a name to be looked up.
    pub(crate) fn dist(&self) -> Option<&OsStr> {
        self.last("dist").or_else(|| self.environment.get("BUILD_DIST"))
    }

    /// The folder in which configurations are looked up by name.
    pub(crate) fn config_dir(&self, build: &RealBuild) -> PathBuf {
        let given = self.last("configdir").or_else(|| self.environment.get("CONFIG_DIR"));
        given.map_or_else(|| build.dir().join("configs"), |path| self.cwd.join(path))
    }

    pub(crate) fn checks_are_off(&self) -> bool {
        let is_either = |name: &&str| matches!(*name, "checks" | "no-checks");
        let mut names = self.items.iter().filter_map(|item| match &item.kind {
            Kind::Option(spec, _) => Some(spec.name),
            Kind::Unknown | Kind::Recipe { .. } | Kind::Hook(_) | Kind::Refused => None,
        });
        names.rfind(is_either) == Some("no-checks")
    }

    pub(crate) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &OsStr> {
        self.items.iter().filter_map(move |item| match &item.kind {
            Kind::Option(spec, value) if spec.name == name => Some(value.as_deref().unwrap_or_default()),
            Kind::Option(..) | Kind::Unknown | Kind::Recipe { .. } | Kind::Hook(_) | Kind::Refused => None,
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    pub(crate) fn last(&self, name: &str) -> Option<&OsStr> {
        self.all(name).next_back()
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.last(name).map(|value| value.to_string_lossy().into_owned())
    }

    pub(crate) fn text_or_variable(&self, name: &str, variable: &str) -> Option<String> {
        let given = self.last(name).or_else(|| self.environment.get(variable));
        given.map(|value| value.to_string_lossy().into_owned())
    }
}

fn is_remote(place: &str) -> bool {
    place.contains("://")
}

fn shown(place: &str) -> SafeText {
    SafeText::line(place).truncated(200)
}

fn vm_type(raw: &str) -> VmType {
    let name = raw.strip_suffix(":privileged").unwrap_or(raw);
    match name {
        "" | "none" | "chroot" => VmType::Chroot,
        "nspawn" => VmType::Nspawn,
        "lxc" | "docker" | "podman" => VmType::Container(name.to_owned()),
        other => VmType::Machine(other.to_owned()),
    }
}

fn find_recipe(items: &[Item], cwd: &Path) -> Option<PathBuf> {
    let (mut sure, mut maybe) = (None, None);
    for item in items {
        let Kind::Recipe { path, doubtful } = &item.kind else { continue };
        let slot = if *doubtful { &mut maybe } else { &mut sure };
        slot.get_or_insert_with(|| cwd.join(path));
    }
    let looks_right = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        recipe::is_recipe(&name) || path.is_dir()
    };
    match sure.or(maybe.filter(looks_right)) {
        Some(given) => recipe::first_of(&given),
        None => recipe::first_in(cwd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Invocation {
        let args = args.split('|').map(Into::into).collect();
        Invocation::parse(args, Environment::default(), "/nowhere".into()).unwrap()
    }

    #[test]
    fn modes() {
        let rows = [
            ("--clean|a.spec", Mode::Build),
            ("a.spec|--clean", Mode::Build),
            ("--clean", Mode::PassThrough(PassThrough::NoRecipe)),
            ("--clean||a.spec", Mode::PassThrough(PassThrough::NoRecipe)),
            ("-h", Mode::PassThrough(PassThrough::Help)),
            ("--help|--root", Mode::PassThrough(PassThrough::Help)),
            ("--root|--help", Mode::PassThrough(PassThrough::BadUsage)),
            ("--root|/r|--kill", Mode::PassThrough(PassThrough::Kill)),
            ("--lxc|--kill|a.spec", Mode::Build),
            ("--root|/r|--wipe|a.spec", Mode::PassThrough(PassThrough::Wipe)),
            ("--sysrq|t", Mode::PassThrough(PassThrough::Sysrq)),
            ("--list-state|a.spec", Mode::PassThrough(PassThrough::ListState)),
            ("--no-init|--shell|a.spec", Mode::PassThrough(PassThrough::Shell)),
            ("--shell-cmd|ls|a.spec", Mode::PassThrough(PassThrough::Shell)),
            ("--shell-after-fail|a.spec", Mode::Build),
            ("--nosuch|v|a.spec", Mode::Build),
            ("--nosuch|a.spec", Mode::Build),
            ("--nosuch|v", Mode::PassThrough(PassThrough::NoRecipe)),
        ];
        for (args, want) in rows {
            assert_eq!(parse(args).mode(), want, "{args}");
        }
    }

    #[test]
    fn places() {
        let build = RealBuild::for_tests("/usr/lib/build", &[]);
        let rows = [
            ("a.spec", "/var/tmp/build-root", "/var/tmp/build-root/.build.log"),
            ("--root|/r/|a.spec", "/r", "/r/.build.log"),
            ("--root|r|a.spec|--logfile=/l", "/nowhere/r", "/l"),
            ("--root|/w/.mount|--kvm|a.spec", "/w/.mount", "-"),
            ("--root|/w/.mount|--vm-type|kvm|--logfile|/w/l|a.spec", "/w/.mount", "/w/l"),
            ("--root|/r|--vm-type|nspawn|a.spec", "/r", "/r/.build.log"),
        ];
        for (args, root, log) in rows {
            let call = parse(args);
            assert_eq!(call.root(&build), Path::new(root), "{args}");
            assert_eq!(call.log_file(&build).unwrap_or_else(|| "-".into()), Path::new(log), "{args}");
        }
    }

    #[test]
    fn vm_types() {
        let rows = [
            ("a.spec", VmType::Chroot),
            ("--vm-type|nspawn|a.spec", VmType::Nspawn),
            ("--vm-type=nspawn:privileged|a.spec", VmType::Nspawn),
            ("--vm-type|podman|a.spec", VmType::Container("podman".into())),
            ("--kvm|a.spec", VmType::Machine("kvm".into())),
            ("--kvm|--vm-type|chroot|a.spec", VmType::Chroot),
            ("--lxc|x|a.spec", VmType::Container("lxc".into())),
        ];
        for (args, want) in rows {
            assert_eq!(parse(args).vm_type(), want, "{args}");
        }
    }

    #[test]
    fn where_nothing_can_be_emulated() {
        let place = tempfile::tempdir().unwrap();
        let list = |name: &str, text: &str| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("--rpmlist|{}|a.spec", path.display())
        };
        let rows = [
            ("--rpms|/srv/pool|a.spec".to_owned(), None),
            ("--repo|/srv/pool|a.spec".to_owned(), None),
            (list("local", "bash /p/bash.deb\nlib preinstallimage\n"), None),
            (list("remote", "bash /p/bash.deb\ngcc http://x/gcc.deb\n"), Some("(http://x/gcc.deb)")),
            (
                "--repository|/srv/a|--repo|https://example.org/\x1b|a.spec".to_owned(),
                Some("(https://example.org/\\u{1b})"),
            ),
            ("--repo|zypp://|a.spec".to_owned(), Some("has no network")),
            ("--vm-type|nspawn|a.spec".to_owned(), Some("in a chroot")),
            ("--kvm|a.spec".to_owned(), Some("in a chroot")),
        ];
        for (args, want) in rows {
            let why = parse(&args).no_emulation();
            let fits =
                want.map_or(why.is_none(), |want| why.as_deref().is_some_and(|why| why.contains(want)));
            assert!(fits, "{args}: {why:?}");
        }
    }

    #[test]
    fn our_options_are_read_and_taken_out() {
        let call =
            parse("--hook-policy=p.toml|--clean|a.spec|-hook-project|home:me|--hook-none|--hook-quiet");
        let want = HookOptions {
            policy: Some("p.toml".into()),
            project: Some("home:me".into()),
            none: true,
            verbosity: crate::Verbosity::Quiet,
            ..HookOptions::default()
        };
        assert_eq!(call.hooks(), &want);
        let build = RealBuild::for_tests("/usr/lib/build", &[]);
        let left = call.handed_on(&build);
        assert_eq!(left, ["--clean", "a.spec", "--root=/var/tmp/build-root"]);

        let wrong = [
            ("--hook-polcy=x", "unknown option \"--hook-polcy\"; did you mean --hook-policy?"),
            ("--hook", "unknown option \"--hook\"; did you mean --hook-none?"),
            ("--hook-none=1", "--hook-none takes no value"),
            (
                "--hook-report-format=pdf",
                "--hook-report-format: \"pdf\" is no format of a report; there are json (always), html, sarif and all, with commas between them",
            ),
            (
                "--hook-report-format",
                "--hook-report-format needs a list of formats, as in --hook-report-format=html,sarif",
            ),
            ("--hook-report|--clean", "--hook-report needs a file, as in --hook-report=report.json"),
            (
                "--hook-project|a b",
                "--hook-project \"a b\" is no project name; it holds letters, digits, '.', '+', '-', '_' and ':'",
            ),
        ];
        for (args, want) in wrong {
            let args: Vec<OsString> = args.split('|').map(Into::into).collect();
            let error = Invocation::parse(args, Environment::default(), "/".into()).unwrap_err();
            assert_eq!(error.to_string(), want);
        }
    }
}
