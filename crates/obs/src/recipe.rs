//! Recipes: which file names are one, and which one a folder stands for.

use std::path::{Path, PathBuf};

/// The file name without a `_service:…:` prefix, up to the last colon.
pub(crate) fn without_service(name: &str) -> &str {
    match name.strip_prefix("_service:").and_then(|rest| rest.rsplit_once(':')) {
        Some((_, bare)) => bare,
        None => name,
    }
}

/// Whether a file of that name is a recipe for `build`.
pub(crate) fn is_recipe(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "PKGBUILD",
        "APKBUILD",
        "Dockerfile",
        "snapcraft.yaml",
        "appimage.yml",
        "fissile.yml",
        "build.collax",
        "_preinstallimage",
        "simpleimage",
        "Chart.yaml",
        "flatpak.yaml",
        "flatpak.yml",
        "flatpak.json",
        "debian.control",
    ];
    const ENDS: &[&str] = &[".spec", ".src.rpm", ".dsc", ".kiwi", ".productcompose", ".livebuild"];
    let name = without_service(name);
    NAMES.contains(&name)
        || ENDS.iter().any(|end| name.ends_with(end))
        || name.starts_with("Dockerfile.")
        || name.starts_with("mkosi.")
}

/// The order in which a folder is searched, by the end of the file name, after the configuration's own type.
const SEARCHED: &[&str] = &[
    ".spec",
    ".dsc",
    "PKGBUILD",
    "Dockerfile",
    "build.collax",
    ".kiwi",
    ".src.rpm",
    ".nosrc.rpm",
    "simpleimage",
    "snapcraft.yaml",
    "Chart.yaml",
    "flatpak.yaml",
    "flatpak.json",
];

/// The recipe that `build` takes first where it is given `path`: the path itself, or a file of that folder.
pub(crate) fn first_of(path: &Path) -> Option<PathBuf> {
    if path.is_dir() { first_in(path) } else { Some(path.to_owned()) }
}

/// The recipe that `build` takes first in a folder.
pub(crate) fn first_in(folder: &Path) -> Option<PathBuf> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    let of_type = |end: &&str| names.iter().find(|name| name.ends_with(end));
    SEARCHED.iter().find_map(of_type).map(|name| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let rows = [
            ("a.spec", "a.spec", true),
            ("_service:tar:a.spec", "a.spec", true),
            ("_service:x:y:PKGBUILD", "PKGBUILD", true),
            ("_service", "_service", false),
            ("_service:", "_service:", false),
            ("Dockerfile.web", "Dockerfile.web", true),
            ("a.tar.gz", "a.tar.gz", false),
        ];
        for (name, bare, recipe) in rows {
            assert_eq!((without_service(name), is_recipe(name)), (bare, recipe), "{name}");
        }
    }

    #[test]
    fn a_folder_stands_for_its_first_recipe() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(first_of(folder.path()), None);
        for name in ["x.dsc", "b.spec", "a.spec", ".hidden.spec"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(first_of(folder.path()), Some(folder.path().join("a.spec")));
        assert_eq!(first_of(Path::new("/nowhere/x.spec")), Some("/nowhere/x.spec".into()));
    }
}
