//! Files that say nothing of a build: caches and notes that each run of a tool makes anew.

use crate::glob;

/// As openSUSE's build-compare has them, but for what is run: the code of R's packages (`*.rdb`, `*.rdx`), and what TeX, METAFONT and
/// MetaPost load of macros (`*fmt`, `*.base`, `*.mem`).
const IGNORED: [&str; 7] = [
    // Debug information of Mono.
    "*.exe.mdb",
    "*.dll.mdb",
    // When rdoc ran.
    "*/created.rid",
    // What R made of the file DESCRIPTION beside it.
    "/usr/lib*/R/library/*/Meta/package.rds",
    // A log of LibreOffice's build.
    "/usr/lib/libreoffice/solver/inc/*/deliver.log",
    // Made by the machine that an image of libguestfs was made on.
    "*/ld.so.cache",
    "*/etc/machine-id",
];

/// Whether the content of a file does not count, unless it is a program.
pub(crate) fn is_ignored(path: &str) -> bool {
    glob::any(&IGNORED, path)
}
