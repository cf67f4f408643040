//! Where the hook is of another mind than the scripts, and why.
//!
//! Invariant: what stands here is so. A row that the two agree about, or that is unknown, fails the test.

/// A pair of which the two say different things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) pair: &'static str,
    pub(crate) why: &'static str,
}

const fn known(pair: &'static str, why: &'static str) -> Known {
    Known { pair, why }
}

/// The scripts say that these are the same, and something that a user gets differs, or may differ.
#[rustfmt::skip]
pub(crate) const STRICTER: &[Known] = &[
    known("enhances", "an installer follows it; the scripts look at the other weak dependencies only"),
    known("order", "packages are installed in another order"),
    known("trigger", "it runs when other packages come and go; the scripts leave triggers out"),
    known("trigger-of", "as any trigger"),
    known("language", "an installer leaves files of other languages out"),
    known("elf-section-removed", "the scripts look at the new build's sections only; it differs as one that was added does"),
    known("tar-mode", "a program in an archive may become setuid; the scripts look at contents only"),
    known("elf-module", "what is behind a program's end is used too: a payload, a signature; the scripts look at sections only"),
    known("package-inside", "the hook does not open packages in packages: they differ where a byte does"),
    known("requires-elsewhere", "an installer heeds it otherwise; the scripts sort the lines of all kinds together"),
    known("modularity-label", "an installer chooses by it"),
    known("ignored-rdb", "the code of a package of R; the scripts take it for a cache"),
    known("ignored-rdx", "where that code is"),
    known("ignored-format", "macros that TeX loads; the scripts take them for a cache"),
    known("ignored-base", "as any macros, of METAFONT"),
    known("ignored-mem", "as any macros, of MetaPost"),
    known("ar-order", "a linker takes the first that has a symbol; the scripts sort the names"),
    known("ar-index", "a linker finds symbols by it; the scripts look at members only"),
    known("cpio-order", "the kernel makes no folder for a file that comes before it; the scripts sort the names"),
    known("tar-owner-setuid", "the program runs as another one; the scripts look at contents only"),
    known("xz-check", "the kernel knows some sums of xz only; the scripts look at what was compressed"),
    known("odd-xz-check", "as any xz"),
    known("recipe-in-package-says-release", "it is no field of a spec there; the scripts look for the word anywhere in a line"),
    known("prefix", "the package may be installed elsewhere"),
    known("disttag", "people see it, and which distribution it is of"),
    known("digest-algorithm", "an older rpm may not know it"),
    known("bugurl", "people see it, and report faults there"),
    known("vcs", "people see it, and find the sources there"),
    known("same-md5", "two files of one MD5 can be made; the scripts look at contents where digests differ only"),
    known("requires-longer-version", "it is the version of another package, which ends as the own one does"),
    known("script-of-another-kernel", "as any version of another package"),
    known("script-says-mark", "the scripts write that word in the place of the release, and it is no release"),
    known("debuginfo-runs", "gdb runs it; the scripts go by the name of the package"),
    known("tool-differs", "people download it; the scripts look at packages only"),
    known("tool-gone", "as any file beside the packages"),
    known("build-id-file", "links to build ids may differ, no other file there may"),
    known("debuginfod-like", "the scripts leave out every package with debuginfo anywhere in its name"),
    known("32bit-summary", "the scripts leave out the whole package"),
    known("32bit-differs", "its files may be in no other package of the build"),
    known("source-differs", "the scripts look for paths with a slash before them, and names of sources have none"),
    known("recipe-differs", "as any other source"),
    known("appdata-gone", "a software centre shows it; the scripts see it of debs only"),
    known("deb-mode", "a program may be setuid; a deb's list of sums has no modes"),
    known("deb-version", "another version of the program; the scripts take it for the release, which counts builds"),
    known("deb-text-without-sum", "a deb's list of sums need not be whole"),
    known("deb-symbols-differ", "the package has more than debug information, and the scripts go by its name"),
    known("deb-dbg-differs", "as any package with more than debug information"),
    known("deb-depends-longer-version", "it is the version of another package, which ends as the own one does"),
    known("deb-source-differs", "it is what the package was made of; the scripts look at packages only"),
    known("deb-link-no-utf8", "as any link"),
    known("deb-link", "it leads elsewhere; a deb's list of sums has no links"),
];

/// The scripts say that these differ, and nothing that a user gets does.
#[rustfmt::skip]
pub(crate) const LENIENT: &[Known] = &[
    known("deb-field-order", "the order of fields says nothing"),
    known("deb-no-sums", "without a list of sums the scripts cannot tell; the hook compares the contents themselves"),
    known("tar-link-to-nothing", "the members are the same; the scripts take a link that leads to nothing for a missing file"),
];

/// Both say that these differ, for another reason.
#[rustfmt::skip]
pub(crate) const OTHER_WORD: &[Known] = &[
    known("noarch-now", "the scripts pair by name alone, the hook by name and architecture"),
];
