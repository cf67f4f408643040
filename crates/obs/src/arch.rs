//! Architectures, in the words that schedulers and `build` use.

/// The architecture this program was compiled for. Never `uname`: a worker may have put `linux32` before the
/// command, and then `uname` tells of the build, not of the host.
pub fn of_this_program() -> &'static str {
    let little = cfg!(target_endian = "little");
    match std::env::consts::ARCH {
        "x86" => "i586",
        "arm" => "armv7l",
        "powerpc" => "ppc",
        "powerpc64" if little => "ppc64le",
        "powerpc64" => "ppc64",
        "mips64" if little => "mips64el",
        "mips" if little => "mipsel",
        other => other,
    }
}

/// Whether this machine runs programs of `arch` by itself, as `build` sees it.
pub fn runs_here(arch: &str) -> bool {
    path(of_this_program()).split(':').any(|native| native == arch)
}

/// The architectures whose packages fit `arch`, as a path with colons; a path stays as it is.
pub(crate) fn path(arch: &str) -> &str {
    match arch {
        "x86_64" => "x86_64:i686:i586:i486:i386",
        "i686" => "i686:i586:i486:i386",
        "i586" => "i586:i486:i386",
        "aarch64" => "aarch64:aarch64_ilp32:armv8l",
        "armv7hl" => "armv7hl:armv7l:armv6hl:armv6l:armv5tel",
        "armv7l" => "armv7l:armv6l:armv5tel",
        "armv6hl" => "armv6hl:armv6l:armv5tel",
        "armv6l" => "armv6l:armv5tel",
        "ppc64" => "ppc64:ppc",
        "s390x" => "s390x:s390",
        other => other,
    }
}
