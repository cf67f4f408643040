//! The table of what is needed, how it is found, and what for.

use crate::process;
use std::path::Path;

/// What needs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Compiling the product.
    Compile,
    /// Building packages, and the tools that hooks run.
    Build,
    /// Compiling hooks; its toolchain is looked after in `guests`.
    Guests,
    /// The kits that make hooks of Python and JavaScript.
    Kits,
    /// Looking at pages.
    Browser,
    /// A backend of the Open Build Service; its own code is looked after in `backend`.
    Backend,
    /// What Skink's speed is measured against.
    Peers,
}

impl Group {
    /// All that `cargo xtask setup` looks after.
    pub(crate) const ALL: [Self; 7] =
        [Self::Compile, Self::Build, Self::Guests, Self::Kits, Self::Browser, Self::Backend, Self::Peers];
}

/// How one sees that something is here. Files and programs, since another distribution, or a person, may
/// have brought them without a package of Debian's name.
#[derive(Debug, Clone, Copy)]
enum Probe {
    /// One of these files.
    File(&'static [&'static str]),
    /// A program.
    Program(&'static str),
    /// A program that must succeed with these arguments.
    Succeeds(&'static str, &'static [&'static str]),
}

/// One row.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) group: Group,
    /// Debian's name of it.
    pub(crate) package: &'static str,
    probe: Probe,
    /// Goes on after "needed".
    pub(crate) why: &'static str,
}

const fn need(group: Group, package: &'static str, probe: Probe, why: &'static str) -> Need {
    Need { group, package, probe, why }
}

/// Everything but the guests' toolchain.
#[rustfmt::skip]
pub(crate) const NEEDS: [Need; 35] = [
    need(Group::Compile, "gcc", Probe::Program("cc"), "to link"),
    need(Group::Compile, "libc6-dev", Probe::File(&["/usr/lib/x86_64-linux-gnu/libc.a", "/usr/lib64/libc.a", "/usr/lib/libc.a"]), "to link statically"),
    need(Group::Build, "obs-build", Probe::File(&["/usr/lib/obs-build/build", "/usr/lib/build/build"]), "to build packages: Skink drives its `build`"),
    need(Group::Build, "libtimedate-perl", Probe::File(&["/usr/share/perl5/Date/Parse.pm", "/usr/lib/perl5/vendor_perl/Date/Parse.pm", "/usr/share/perl5/vendor_perl/Date/Parse.pm"]), "by `build --changelog`"),
    need(Group::Build, "libwww-perl", Probe::File(&["/usr/share/perl5/LWP/UserAgent.pm", "/usr/lib/perl5/vendor_perl/LWP/UserAgent.pm", "/usr/share/perl5/vendor_perl/LWP/UserAgent.pm"]), "by `build`, for repositories behind an address"),
    need(Group::Build, "binutils", Probe::Program("ar"), "by `build`, to unpack .deb packages"),
    need(Group::Build, "xz-utils", Probe::Program("xz"), "by `build`, to unpack .deb packages"),
    need(Group::Build, "rpm", Probe::Program("rpm"), "by `build` outside the chroot, and to read the results"),
    need(Group::Build, "rpm2cpio", Probe::Program("rpm2cpio"), "by rpmlint, to unpack packages"),
    need(Group::Build, "rpmlint", Probe::Program("rpmlint"), "by the hook of that name"),
    need(Group::Build, "abigail-tools", Probe::Program("abipkgdiff"), "by the hook abi-check, to compare libraries"),
    need(Group::Build, "cpio", Probe::Program("cpio"), "by abipkgdiff, to unpack packages"),
    need(Group::Build, "bubblewrap", Probe::Program("bwrap"), "to wall in the tools that hooks run"),
    need(Group::Build, "systemd-container", Probe::Program("systemd-nspawn"), "for builds with --vm-type nspawn"),
    need(Group::Build, "qemu-user-static", Probe::File(&["/usr/bin/qemu-aarch64-static"]), "to run programs of other architectures in a build"),
    need(Group::Build, "libparse-debcontrol-perl", Probe::Succeeds("perl", &["-MParse::DebControl", "-e1"]), "by mkbaselibs, to make debs of debs"),
    need(Group::Build, "file", Probe::Program("file"), "by the tests of cross builds, to tell what was built"),
    need(Group::Build, "man-db", Probe::Program("man"), "by the tests of the man pages"),
    need(Group::Kits, "python3-venv", Probe::Succeeds("python3", &["-c", "import ensurepip, venv"]), "for hooks in Python"),
    need(Group::Kits, "nodejs", Probe::Program("node"), "for hooks in JavaScript"),
    need(Group::Kits, "npm", Probe::Program("npm"), "for hooks in JavaScript"),
    need(Group::Browser, "chromium", Probe::Program("chromium"), "to look at the page of a build"),
    need(Group::Browser, "chromium-driver", Probe::Program("chromedriver"), "to drive that browser"),
    need(Group::Browser, "rpm", Probe::Program("rpmbuild"), "to make a package that a page tells of"),
    need(Group::Backend, "libbssolv-perl", Probe::Succeeds("perl", &["-MBSSolv", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libfile-sync-perl", Probe::Succeeds("perl", &["-MFile::Sync", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libjson-xs-perl", Probe::Succeeds("perl", &["-MJSON::XS", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libnet-ssleay-perl", Probe::Succeeds("perl", &["-MNet::SSLeay", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libsocket-msghdr-perl", Probe::Succeeds("perl", &["-MSocket::MsgHdr", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libxml-parser-perl", Probe::Succeeds("perl", &["-MXML::Parser", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "libxml-simple-perl", Probe::Succeeds("perl", &["-MXML::Simple", "-e1"]), "by the OBS backend of the stage obs"),
    need(Group::Backend, "cpio", Probe::Program("cpio"), "by bs_worker, and to unpack its code"),
    need(Group::Backend, "curl", Probe::Program("curl"), "to talk to the OBS backend of the stage obs"),
    need(Group::Backend, "osc", Probe::Program("osc"), "to show that Skink is its build command"),
    need(Group::Peers, "diffoscope-minimal", Probe::Program("diffoscope"), "to measure the comparison of builds against"),
];

impl Need {
    /// Whether it is here already.
    pub(crate) fn is_here(&self) -> bool {
        match self.probe {
            Probe::File(paths) => paths.iter().any(|path| Path::new(path).exists()),
            Probe::Program(program) => process::find(program).is_some(),
            Probe::Succeeds(program, arguments) => {
                process::find(program).is_some()
                    && process::command(program).args(arguments).output().is_ok_and(|o| o.status.success())
            }
        }
    }

    /// What was looked for.
    pub(crate) fn probe(&self) -> String {
        match self.probe {
            Probe::File(paths) => paths.join(" or "),
            Probe::Program(program) => format!("the program {program}"),
            Probe::Succeeds(program, arguments) => format!("`{program} {}`", arguments.join(" ")),
        }
    }
}
