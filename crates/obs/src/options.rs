//! The options of `build`, as a table.
//!
//! It is the union of what the script of 2021 (Debian 12) and the one of 2026 know. An option that only one
//! of them knows is read the same way for both; whether the installed script knows it is asked elsewhere
//! ([`crate::RealBuild::knows`]). Names are without dashes: the script takes `-opt` for `--opt`.

/// How an option treats the argument after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    /// Takes none; `--opt=x` is an error of the script.
    Flag,
    /// Needs one; a separate one that begins with `-` counts as missing.
    Value,
    /// Needs one, which may begin with `-`.
    AnyValue,
    /// Takes one if there is one that does not begin with `-`.
    Optional,
    /// Takes one only as `--opt=x`.
    Inline,
    /// Takes none, but the script drops the next argument, whatever it is.
    Swallows,
}

/// One option.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// The name that the rest of this crate uses.
    pub(crate) name: &'static str,
    aliases: &'static [&'static str],
    pub(crate) arity: Arity,
}

const fn flag(name: &'static str, aliases: &'static [&'static str]) -> Spec {
    Spec { name, aliases, arity: Arity::Flag }
}
const fn value(name: &'static str, aliases: &'static [&'static str]) -> Spec {
    Spec { name, aliases, arity: Arity::Value }
}
const fn other(name: &'static str, arity: Arity) -> Spec {
    Spec { name, aliases: &[], arity }
}

#[rustfmt::skip] // one option a line
static OPTIONS: &[Spec] = &[
    // Instead of a build.
    flag("help", &["h"]),
    flag("wipe", &[]),
    flag("kill", &[]),
    value("sysrq", &[]),
    flag("list-state", &[]),
    flag("shell", &[]),
    value("shell-cmd", &[]),
    flag("shell-after-fail", &[]),
    // The build root.
    value("root", &[]),
    flag("no-init", &["noinit"]),
    flag("clean", &[]),
    value("cachedir", &[]),
    flag("verify", &[]),
    value("overlay", &[]),
    value("rsync-src", &[]),
    value("rsync-dest", &[]),
    value("uid", &[]),
    // Packages and configuration.
    value("dist", &[]),
    value("configdir", &[]),
    value("rpms", &[]),
    value("repo", &["repository"]),
    value("rpmlist", &[]),
    value("extra-packs", &["extrapacks", "X"]),
    flag("nosignature", &[]),
    flag("useusedforbuild", &[]),
    value("oldpackages", &[]),
    value("arch", &[]),
    value("hostarch", &["host-arch"]),
    value("target", &[]),
    value("define", &[]),
    value("with", &[]),
    value("without", &[]),
    // What is built, and how.
    value("release", &[]),
    value("incarnation", &[]),
    value("reason", &[]),
    value("disturl", &[]),
    value("vcs", &[]),
    value("obs", &[]),
    value("buildtime", &[]),
    value("obspackage", &["obs-package"]),
    value("buildflavor", &["build-flavor", "obsmultibuild", "obs-multibuild"]),
    value("jobs", &[]),
    value("threads", &[]),
    flag("changelog", &[]),
    flag("checks", &[]),
    flag("no-checks", &["nochecks"]),
    flag("lint", &[]),
    flag("baselibs", &[]),
    flag("baselibs-internal", &[]),
    flag("debuginfo", &["debug"]),
    flag("norootforbuild", &[]),
    flag("linksources", &[]),
    flag("copy-sources-asis", &[]),
    value("repos-directory", &[]),
    value("containers-directory", &[]),
    flag("signdummy", &[]),
    value("stage", &[]),
    value("buildtool-opt", &[]),
    other("kiwi-parameter", Arity::AnyValue),
    flag("skip-bundle", &[]),
    flag("rpm-build-in-place", &[]),
    flag("rpm-build-in-place-noprep", &[]),
    flag("rpm-recipe-in-subdir", &[]),
    flag("rpm-noprep", &[]),
    value("icecream", &[]),
    other("ccache", Arity::Inline),
    value("ccache-type", &[]),
    value("pkg-ccache", &["ccache-archive"]),
    flag("ccache-create-archive", &[]),
    other("sccache", Arity::Swallows),
    value("sccache-uri", &["sccache-archive"]),
    // The log.
    value("logfile", &[]),
    flag("no-timestamps", &[]),
    flag("statistics", &[]),
    value("verbose", &[]),
    // Machines.
    value("vm-type", &[]),
    value("vm-args", &[]),
    other("xen", Arity::Optional),
    other("kvm", Arity::Optional),
    other("uml", Arity::Optional),
    other("qemu", Arity::Optional),
    other("emulator", Arity::Optional),
    other("zvm", Arity::Swallows),
    other("lxc", Arity::Swallows),
    value("vm-emulator-script", &["emulator-script"]),
    value("vm-worker", &[]),
    value("vm-worker-nr", &["vm-worker-no"]),
    value("vm-server", &["vm-region"]),
    value("vm-disk", &[]),
    value("vm-swap", &["xenswap", "swap"]),
    value("vm-memory", &["xenmemory", "memory"]),
    value("vm-kernel", &[]),
    value("vm-initrd", &[]),
    value("vm-cmdline", &[]),
    value("vm-disk-size", &["vmdisk-rootsize"]),
    value("vm-swap-size", &["vmdisk-swapsize"]),
    value("vm-disk-filesystem", &["vmdisk-filesystem"]),
    value("vm-disk-filesystem-options", &["vmdisk-filesystem-options"]),
    value("vm-disk-mount-options", &["vmdisk-mount-options"]),
    flag("vm-disk-clean", &["vmdisk-clean"]),
    flag("vm-use-mkfs-copyin", &[]),
    value("vm-hugetlbfs", &["hugetlbfs"]),
    flag("vm-watchdog", &[]),
    value("vm-user", &[]),
    flag("vm-enable-console", &[]),
    value("vm-telnet", &[]),
    other("vm-network", Arity::Swallows),
    value("vm-net", &[]),
    value("vm-netdev", &[]),
    value("vm-device", &[]),
    value("vm-custom-opt", &[]),
    value("vm-openstack-flavor", &["openstack-flavor"]),
];

impl Spec {
    /// All names of the option, its own first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// The option of that name, which is without dashes.
pub(crate) fn find(name: &str) -> Option<&'static Spec> {
    let name = if name.starts_with("list") && name.ends_with("state") { "list-state" } else { name };
    OPTIONS.iter().find(|spec| spec.names().any(|known| known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_there_twice() {
        let mut names: Vec<_> = OPTIONS.iter().flat_map(Spec::names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn aliases_lead_to_one_option() {
        let rows = [
            ("X", "extra-packs"),
            ("noinit", "no-init"),
            ("debug", "debuginfo"),
            ("memory", "vm-memory"),
            ("liststate", "list-state"),
            ("list_state", "list-state"),
            ("obs-multibuild", "buildflavor"),
        ];
        for (given, name) in rows {
            assert_eq!(find(given).map(|s| s.name), Some(name), "{given}");
        }
        assert_eq!(find("nosuch"), None);
    }
}
