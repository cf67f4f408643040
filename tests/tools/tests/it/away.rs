//! Repositories behind an address, and repositories that vanish.

use crate::roots::lint_is_built;
use skink_tests_tools::{Place, RootText, Tried, WebServer, lint, pool};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The packages of the root `lint` in a folder of the test's own. In the names of a repository's files there is no epoch.
fn own_pool(place: &Place) -> PathBuf {
    let folder = place.folder().join("pool");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(pool("SKINK_POOL_LINT")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let name = name.split_once("%3a").map_or(name.clone(), |(epoch, rest)| {
            let (package, _) = epoch.rsplit_once('_').unwrap();
            format!("{package}_{rest}")
        });
        fs::hard_link(entry.path(), folder.join(&name)).unwrap();
    }
    folder
}

/// An index as Debian has it.
fn index(folder: &Path) {
    let index = "dpkg-scanpackages -m . /dev/null 2>/dev/null | gzip >Packages.gz";
    let made = Command::new("sh").args(["-c", index]).current_dir(folder).status().unwrap();
    assert!(made.success());
}

fn parts(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.state().join("tool-roots")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("part-")).collect()
}

#[test]
fn a_root_of_packages_behind_an_address_is_the_same() {
    let address = lint_is_built();
    let place = Place::new("behind-an-address", "");
    let pool = own_pool(&place);
    index(&pool);
    let server = WebServer::start(&pool, usize::MAX);
    let root = RootText { name: "far".to_owned(), repositories: vec![server.flat()], ..lint() };
    place.set_policy(&root.policy(&[]));
    let built = place.tools(&["build"]);
    assert_eq!(built.code, Some(0), "{}", built.text);
    assert!(built.text.ends_with(&format!("far {address}\n")), "{}", built.text);
}

#[test]
fn an_address_that_vanishes_half_way_is_said_and_leaves_nothing() {
    let place = Place::new("address-vanishes", "").with_own_state();
    let pool = own_pool(&place);
    index(&pool);
    // The index and three packages.
    let server = WebServer::start(&pool, 4);
    let root = RootText { repositories: vec![server.flat()], ..lint() };
    place.set_policy(&root.policy(&[]));
    let ended = place.tools(&["build"]);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    assert!(ended.text.contains("cannot fetch http://127.0.0.1:"), "{}", ended.text);
    assert_eq!(parts(&place), Vec::<String>::new());
    // What is there again is taken again.
    let server = WebServer::start(&pool, usize::MAX);
    for form in [server.flat(), server.suite()] {
        let packages = vec!["rpmlint".into(), "nothing-such".into()];
        place.set_policy(&RootText { repositories: vec![form], packages, ..lint() }.policy(&[]));
        let ended = place.tools(&["build"]);
        assert!(ended.text.contains("nothing provides nothing-such"), "{}", ended.text);
        assert!(!ended.text.contains("nothing provides rpmlint"), "{}", ended.text);
    }
}

#[test]
fn a_folder_that_vanishes_half_way_is_said_and_leaves_nothing() {
    let place = Place::new("folder-vanishes", "").with_own_state();
    let pool = own_pool(&place);
    place.set_policy(&RootText { repositories: vec![pool.display().to_string()], ..lint() }.policy(&[]));
    let mut command = place.tools_command(&["build", "-v"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("[1/")), "it never came to the first package");
    fs::remove_dir_all(&pool).unwrap();
    let mut text: String = lines.map(|line| line + "\n").collect();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    let ended = Tried { code: child.wait().unwrap().code(), text };
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    assert!(ended.text.contains("the tool root lint could not be built"), "{}", ended.text);
    assert_eq!(parts(&place), Vec::<String>::new());
}
