//! Variants of the library of the example, and their packages, each built once by the real `build`.

use skink_tests_build::{Package, Started, farm, lend};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const MORE: &str = "
int greet_count = 1;

int greet_with(const struct greeting *how, char *buffer, unsigned long size)
{
\treturn snprintf(buffer, size, \"%s%s\", how->name, how->loud ? \"!\" : \".\");
}
";

const TWICE: &str = "
int greet_twice(const char *name, char *buffer, unsigned long size)
{
\treturn snprintf(buffer, size, \"%s, %s and %s!\", greet_phrase(), name, name);
}
";

const DECLARED: &str = "struct greeting {
\tconst char *name;
\tint loud;
};

extern int greet_count;
int greet_with(const struct greeting *how, char *buffer, unsigned long size);
int greet_twice(const char *name, char *buffer, unsigned long size);

#ifdef __cplusplus
}
";

/// `%install` of a package whose debug information is in a package of its own, as `%debug_package` would do it.
const SPLIT: &str = "cd %{buildroot}%{_libdir}
mkdir -p %{buildroot}/usr/lib/debug%{_libdir}
debug=%{buildroot}/usr/lib/debug%{_libdir}/libgreet.so.1.0.0.debug
objcopy --only-keep-debug libgreet.so.1.0.0 $debug
objcopy --strip-debug --add-gnu-debuglink=$debug libgreet.so.1.0.0

%check
";

const DEBUG_PACKAGE: &str = "%package -n libgreet1-debuginfo
Summary:        Debug information of libgreet
Group:          Development/Debug

%description -n libgreet1-debuginfo
Debug information.

%prep
";

/// Makes the example a variant of itself: `base`, or one that differs from it as the name says. The library keeps its
/// debug information, except in `stripped…`, which has none, and `split…`, where it is in a package of its own.
pub(crate) fn variant(name: &str, package: Package) -> Package {
    let package = base(package);
    let (form, change) = match name.split_once('-') {
        Some((form @ ("stripped" | "split"), change)) => (form, change),
        _ if matches!(name, "stripped" | "split") => (name, "base"),
        _ => ("", name),
    };
    let package = match form {
        "stripped" => package,
        "split" => package
            .edit("hello.spec", "%{!?greeting:", "%global __os_install_post %{nil}\n%{!?greeting:")
            .edit("hello.spec", "%prep\n", DEBUG_PACKAGE)
            .edit("hello.spec", "%check\n", SPLIT)
            .edit(
                "hello.spec",
                "%files -n libgreet-devel",
                "%files -n libgreet1-debuginfo\n/usr/lib/debug\n\n%files -n libgreet-devel",
            ),
        _ => package.edit("hello.spec", "%{!?greeting:", "%global __os_install_post %{nil}\n%{!?greeting:"),
    };
    changed(change, package)
}

fn base(package: Package) -> Package {
    let source = fs::read_to_string(package.folder().join("greet.c")).unwrap();
    package.write("greet.c", [source.as_str(), MORE, TWICE].concat()).edit(
        "greet.h",
        "#ifdef __cplusplus\n}\n",
        DECLARED,
    )
}

fn changed(change: &str, package: Package) -> Package {
    match change {
        "base" => package,
        "removed" => package
            .edit("greet.c", TWICE, "")
            .edit("greet.c", "int greet_count = 1;\n", "")
            .edit("greet.h", "extern int greet_count;\n", "")
            .edit("greet.h", "int greet_twice(const char *name, char *buffer, unsigned long size);\n", ""),
        "changed" => package.edit("greet.h", "\tint loud;\n", "\tint times;\n\tint loud;\n\tlong more;\n"),
        "other-soname" => other_soname(package),
        "other-name" => other_soname(package).edit("hello.spec", "libgreet1", "libgreet2"),
        other => panic!("there is no variant {other:?}"),
    }
}

fn other_soname(package: Package) -> Package {
    package
        .edit("Makefile", "MAJOR = 1", "MAJOR = 2")
        .edit("Makefile", "VERSION = 1.0.0", "VERSION = 2.0.0")
        .edit("hello.spec", "libgreet.so.1\n", "libgreet.so.2\n")
        .edit("hello.spec", "libgreet.so.1.0.0", "libgreet.so.2.0.0")
}

/// The binary packages of a variant in one flat folder, as `--oldpackages` takes them. Call it without holding a root:
/// it may need one.
pub(crate) fn built(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = built.get(name) {
        return folder.clone();
    }
    let package = variant(name, Package::example(&format!("library-{name}"))).without_hooks();
    let root = lend();
    let ended = Started::plain(root.path(), &package, &["--no-init"]).wait();
    assert_eq!(ended.code(), Some(0), "{name}:\n{}", ended.output);
    let folder = farm().folder.join("library").join(name);
    fs::create_dir_all(&folder).unwrap();
    gather(&root.path().join("home/abuild/rpmbuild/RPMS/x86_64"), &folder);
    built.insert(name.to_owned(), folder.clone());
    folder
}

fn gather(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
