//! A root of packages, made by obs-build's own `init_buildsystem`: for tools, without a build in it.
//!
//! Two steps, so that what would be in a root can be known without making it: [`RootSetup::resolve`] has obs-build
//! read the repositories, work out all that is needed, and fetch what is not on this machine;
//! [`RootSetup::set_up`] has it make the root of that list, in namespaces of its own as a build's.

mod error;
mod fetch;

use crate::perl::{self, ProgramError, said};
use crate::{BuildProcess, Environment, LineSink, RealBuild, ScratchFolder, arch, rpmlist};
pub use error::RootSetupError;
use skink_job::SafeText;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What of the caller's environment such a root may depend on: where to find things, and proxies.
const ENVIRONMENT: [&str; 6] = ["PATH", "HOME", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy"];

/// What a root is to be made of, and with what.
#[derive(Debug)]
pub struct RootSetup<'a> {
    /// The real `build`, whose folder has the programs that are used.
    pub build: &'a RealBuild,
    /// The configuration of the distribution.
    pub config: &'a Path,
    /// The architecture; none for this machine's own.
    pub arch: Option<&'a str>,
    /// The packages that are wanted.
    pub packages: &'a [String],
    /// Where packages come from, as `build --repo` takes it.
    pub repositories: &'a [String],
    /// What was fetched stays here.
    pub cache: &'a Path,
    /// For files of ours; two calls at once need two.
    pub scratch: &'a ScratchFolder,
}

/// All packages that a root is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageList {
    text: String,
    packages: Vec<ListedPackage>,
}

/// One package that a root is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPackage {
    /// Its name.
    pub name: String,
    /// Name, version, release and architecture, where obs-build knows them.
    pub id: SafeText,
    /// Its file on this machine.
    pub file: PathBuf,
}

impl PackageList {
    /// The packages.
    pub fn packages(&self) -> &[ListedPackage] {
        &self.packages
    }
}

impl RootSetup<'_> {
    /// The architecture of the root.
    pub fn arch(&self) -> &str {
        self.arch.unwrap_or_else(|| arch::of_this_program())
    }

    /// What the root would be made of. All files are on this machine then.
    pub fn resolve(&self) -> Result<PackageList, RootSetupError> {
        let config = self.own_config()?;
        let dependencies = self.read_repositories(&config)?;
        let mut args: Vec<&OsStr> = vec!["--dist".as_ref(), config.as_ref(), "--depfile".as_ref()];
        args.extend([dependencies.as_ref(), "--archpath".as_ref(), OsStr::new(arch::path(self.arch()))]);
        let configs = self.build.dir().join("configs");
        args.extend(["--configdir".as_ref(), configs.as_os_str()]);
        args.extend(self.packages.iter().map(OsStr::new));
        let list = perl::run(self.build, &self.environment(), "expanddeps", &args);
        let list = list.map_err(|why| match why {
            ProgramError::Start(source) => RootSetupError::Start { program: "perl", source },
            ProgramError::Refused(said) => self.unresolvable(said),
        })?;
        let text = fetch::all(self, &list)?;
        let packages = rpmlist::packages(&text).into_iter();
        let packages = packages.map(|package| ListedPackage {
            id: rpmlist::id(&text, &package.name).map_or_else(SafeText::default, SafeText::line),
            name: package.name,
            file: package.place.into(),
        });
        Ok(PackageList { packages: packages.collect(), text })
    }

    /// Makes the root in an empty folder. `pending` tells of a signal that ends it.
    ///
    /// # Errors
    /// Also where obs-build's script ended with another exit code than 0; `sink` had its reasons then.
    pub fn set_up(
        &self,
        list: &PackageList,
        root: &Path,
        sink: &mut dyn LineSink,
        pending: &dyn Fn() -> Option<i32>,
    ) -> Result<(), RootSetupError> {
        let config = self.own_config()?;
        let file = self.scratch.join("packages");
        fs::write(&file, &list.text).map_err(RootSetupError::file("write", &file))?;
        let mut args = self.common_args(root, &config);
        args.extend(["--rpmlist".into(), file.into_os_string()]);
        args.extend(self.packages.iter().map(OsString::from));
        let process = BuildProcess {
            build: &self.build.root_setup(),
            args: &args,
            environment: &self.environment(),
            cwd: Path::new("/"),
            scratch: self.scratch,
            log: None,
            root,
            nspawn: None,
            emulation: None,
        };
        let exit = process.run(sink, pending)?;
        match (exit.forwarded(), exit.code()) {
            (Some(signal), _) => Err(RootSetupError::Interrupted(signal)),
            (None, 0) => Ok(()),
            (None, code) => Err(RootSetupError::Failed { code }),
        }
    }

    /// Has obs-build choose the program for each repository, and gives the file of dependencies that it writes.
    fn read_repositories(&self, config: &Path) -> Result<PathBuf, RootSetupError> {
        let root = self.scratch.join("resolve");
        fs::create_dir_all(&root).map_err(RootSetupError::file("make", &root))?;
        let script = self.build.root_setup();
        let mut command = Command::new(script.script());
        command.args(self.common_args(&root, config)).arg("--list-state");
        command.args(self.repositories.iter().flat_map(|place| ["--repo", place]));
        command.args(self.packages).current_dir("/");
        let output = perl::output(command, self.build, &self.environment())
            .map_err(|source| RootSetupError::Start { program: "init_buildsystem", source })?;
        let dependencies = root.join(".srcfiles.cache");
        // With them, what is wrong is told better by whoever works out what is needed.
        if dependencies.exists() {
            return Ok(dependencies);
        }
        let own_words =
            |line: &&str| !line.starts_with("init_buildsystem version") && !line.contains(" --cachedir");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let text: Vec<&str> = text.lines().filter(own_words).collect();
        Err(RootSetupError::Repository { said: said(text.join("\n").as_bytes()) })
    }

    fn common_args(&self, root: &Path, config: &Path) -> Vec<OsString> {
        let configs = self.build.dir().join("configs");
        let pairs: [(&str, &OsStr); 5] = [
            ("--root", root.as_ref()),
            ("--dist", config.as_ref()),
            ("--configdir", configs.as_ref()),
            ("--cachedir", self.cache.as_ref()),
            ("--arch", OsStr::new(arch::path(self.arch()))),
        ];
        pairs.into_iter().flat_map(|(option, value)| [option.into(), value.to_owned()]).collect()
    }

    /// The configuration under a name that obs-build's scripts need not quote.
    fn own_config(&self) -> Result<PathBuf, RootSetupError> {
        let copy = self.scratch.join("dist.conf");
        fs::copy(self.config, &copy).map_err(RootSetupError::file("read", self.config))?;
        Ok(copy)
    }

    fn environment(&self) -> Environment {
        let caller = Environment::of_this_process();
        ENVIRONMENT.iter().filter_map(|name| Some((*name, caller.get(name)?))).collect()
    }

    fn unresolvable(&self, said: SafeText) -> RootSetupError {
        RootSetupError::Unresolvable { names: self.packages.join(", "), said }
    }
}
