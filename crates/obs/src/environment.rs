//! The environment: what of it `build` takes as input, and nothing else.
//!
//! `build` hands its whole environment to programs that packages of the target put into the build root. So
//! the child gets a clean one: search path, home, terminal, language, what the script documents as input,
//! and the proxies its downloader reads. The script sets the rest itself.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// What the child may get, where the caller has it. `BUILD_DIR` is set by us.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "TERM",
    "LANG",
    // Documented inputs of the script.
    "BUILD_ROOT",
    "BUILD_RPMS",
    "BUILD_ARCH",
    "BUILD_HOST_ARCH",
    "BUILD_DIST",
    "BUILD_DEBUG",
    "BUILD_EXTRA_PACKS",
    "BUILD_RPM_BUILD_STAGE",
    "CONFIG_DIR",
    "VERIFY_BUILD_SYSTEM",
    "HOST",
    // Its check of /etc/build.conf asks who calls.
    "USER",
    "SUDO_USER",
    // Its downloader reads them.
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
];

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A snapshot of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The environment of this process.
    pub fn of_this_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable; an empty one counts as unset, as it does for the script.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// What the real `build` gets.
    pub(crate) fn for_build(&self, build_dir: &OsStr) -> BTreeMap<OsString, OsString> {
        let passed = PASSED.iter().filter_map(|name| Some((OsString::from(name), self.get(name)?.into())));
        let mut clean: BTreeMap<_, _> = passed.collect();
        clean.entry("PATH".into()).or_insert_with(|| DEFAULT_PATH.into());
        clean.entry("HOME".into()).or_insert_with(|| "/root".into());
        clean.insert("BUILD_DIR".into(), build_dir.into());
        clean
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inputs_pass() {
        let caller = [
            ("HOME", "/home/me"),
            ("BUILD_ARCH", "i586"),
            ("BUILD_DIR", "/elsewhere"),
            ("BUILD_DEBUG", ""),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("LD_PRELOAD", "/tmp/x.so"),
            ("BASH_ENV", "/tmp/x"),
            ("PERL5LIB", "/tmp"),
        ];
        let clean = Environment::from_iter(caller).for_build(OsStr::new("/usr/lib/build"));
        let shown: Vec<String> =
            clean.iter().map(|(n, v)| format!("{}={}", n.to_string_lossy(), v.to_string_lossy())).collect();
        let want = [
            "BUILD_ARCH=i586",
            "BUILD_DIR=/usr/lib/build",
            "HOME=/home/me",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ];
        assert_eq!(shown, want);
    }
}
