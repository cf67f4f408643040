//! Where the module is that compares.

use anyhow::{Context, Result, bail};
use skink_worker::layers::INSTALLED_MODULES;
use std::path::{Path, PathBuf};

const NAME: &str = "build-compare.wasm";

/// The module that was named, or the one beside this program: in `hooks` beside it, as a plain copy has it, in `../hooks`,
/// as a checkout has it, or among the admin's.
pub(super) fn find(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let own = std::env::current_exe().context("cannot find this program")?;
    first(&places(&own))
}

fn places(own: &Path) -> [PathBuf; 3] {
    let folder = own.parent().unwrap_or(Path::new("/"));
    let above = folder.parent().unwrap_or(folder);
    [folder.join("hooks"), above.join("hooks"), PathBuf::from(INSTALLED_MODULES)]
}

fn first(places: &[PathBuf]) -> Result<PathBuf> {
    if let Some(found) = places.iter().map(|folder| folder.join(NAME)).find(|path| path.is_file()) {
        return Ok(found);
    }
    let looked: Vec<String> = places.iter().map(|folder| folder.display().to_string()).collect();
    bail!("there is no {NAME} in {}; say where it is by --module FILE", looked.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_found_beside_the_program_first() {
        let base = tempfile::tempdir().unwrap();
        let at = |path: &str| base.path().join(path);
        let places = places(&at("usr/bin/skink"));
        let [beside, above, admin] = &places;
        assert_eq!([beside, above], [&at("usr/bin/hooks"), &at("usr/hooks")]);
        assert_eq!(admin, Path::new(INSTALLED_MODULES));
        let error = first(&places[..2]).unwrap_err().to_string();
        for told in [beside.to_str().unwrap(), above.to_str().unwrap(), NAME, "--module"] {
            assert!(error.contains(told), "{error}");
        }
        for folder in [above, beside] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(NAME), "").unwrap();
            assert_eq!(first(&places).unwrap(), folder.join(NAME));
        }
        assert_eq!(find(Some(&at("x.wasm"))).unwrap(), at("x.wasm"));
    }
}
