//! Files that say nothing of a build: caches and notes that each run of a tool makes anew.

use crate::glob;

/// As openSUSE's build-compare has them, but for the code of R's packages (`*.rdb`, `*.rdx`), which R runs.
const IGNORED: [&str; 10] = [
    // Debug information of Mono.
    "*.exe.mdb",
    "*.dll.mdb",
    // Memory of TeX, METAFONT and MetaPost, dumped.
    "/var/lib/texmf/web2c/*/*fmt",
    "/var/lib/texmf/web2c/metafont/*.base",
    "/var/lib/texmf/web2c/metapost/*.mem",
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

/// Whether the content of a file never counts.
pub(crate) fn is_ignored(path: &str) -> bool {
    glob::any(&IGNORED, path)
}
