//! A hook is told of packages what we read of them, and makes packages that the real rpm and dpkg-deb accept.

use sha2::{Digest, Sha256};
use skink_packages::{Bounds, Elf, EntryKind, Package, PackageError};
use skink_tests_packages::{by_hand, corpus, everything, everything_debs};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test packages`")))
}

/// Runs the guest on packages, and gives the folder with what it added.
fn run(folder: &Path, packages: &[PathBuf], more: &[&str]) -> (Output, PathBuf) {
    let (results, added) = (folder.join("results"), folder.join("added"));
    fs::create_dir_all(&results).unwrap();
    for package in packages {
        fs::copy(package, results.join(package.file_name().unwrap())).unwrap();
    }
    let mut command = Command::new(told("SKINK_BIN_DIR").join("skink"));
    command.args(["hook", "run"]).args(more).arg("--state").arg(folder.join("state"));
    command.arg("--results").arg(&results).arg("--output").arg(&added);
    (command.arg(told("SKINK_GUEST_PACKAGES")).output().unwrap(), added)
}

fn shown(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// What the guest should say of a package.
fn expected(package: &Path) -> String {
    let mut open = Package::open(File::open(package).unwrap(), Bounds::default()).unwrap();
    let files = open.files().to_vec();
    let own = files.iter().filter(|file| file.kind == EntryKind::File && !file.is_ghost()).count();
    let (mut bytes, mut digests, mut known, mut programs) = (0, 0, 0, 0);
    let read = open.each_content(|content| -> Result<(), PackageError> {
        if content.is_file() {
            let file = &files[content.place()];
            let whole = content.read_all(u64::MAX)?;
            bytes += whole.len();
            digests += 1;
            known += usize::from(file.digest.len() == 64);
            programs += usize::from(Elf::read(&whole)?.is_some());
        }
        Ok(())
    });
    read.unwrap();
    // Of links only one has a digest.
    assert!(digests <= own && known <= digests);
    format!(
        "{} fields, {} dependencies, {} scripts, {} triggers, {} changes, {} files, {bytes} bytes, {digests} digests, \
         {known} of them known, {programs} programs, {} of files",
        open.fields().len(),
        open.dependencies().unwrap().len(),
        open.scripts().unwrap().len(),
        open.triggers().unwrap().len(),
        open.changelog().unwrap().len(),
        files.len(),
        files.iter().map(|file| file.dependencies.len()).sum::<usize>(),
    )
}

#[test]
fn it_is_told_what_is_read_and_makes_what_the_tools_accept() {
    let folder = tempfile::tempdir().unwrap();
    let mut packages: Vec<PathBuf> = everything().to_vec();
    packages.extend(corpus());
    packages.extend(everything_debs().iter().take(1).cloned());
    let (output, added) = run(folder.path(), &packages, &[]);
    assert!(output.status.success(), "{}", shown(&output));
    let facts = fs::read_to_string(added.join("facts")).unwrap();
    let lines: BTreeMap<&str, &str> = facts.lines().filter_map(|line| line.split_once(": ")).collect();
    for package in &packages {
        let name = package.file_name().unwrap().to_string_lossy();
        assert_eq!(lines.get(&*name), Some(&expected(package).as_str()), "{name}");
    }
    let made: Vec<&str> = facts.lines().filter_map(|line| line.strip_prefix("made ")).collect();
    assert!(made.len() > 30, "{facts}");
    let mut debs = 0;
    for name in made {
        let is_deb = name.ends_with(".deb");
        let (program, arguments, between) = if is_deb {
            ("dpkg-deb", &["--contents"][..], '_')
        } else {
            ("rpm", &["-K", "--nosignature"][..], '-')
        };
        let output = Command::new(program).args(arguments).arg(added.join(name)).output().unwrap();
        assert!(output.status.success(), "{name}: {}", shown(&output));
        assert!(name.contains(&format!("-copy{between}")), "{name}");
        debs += usize::from(is_deb);
    }
    assert_eq!(debs, 1, "{facts}");
}

#[test]
fn a_broken_package_costs_the_hook_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(&corpus()[0]).unwrap();
    let rows: [(&str, Vec<u8>, &str); 4] = [
        ("cut.rpm", whole[..whole.len() / 4].to_vec(), "Invalid(\"cut.rpm: "),
        ("text.rpm", b"no package".to_vec(), "Invalid(\"text.rpm: it is no package"),
        ("empty.rpm", Vec::new(), "Invalid(\"empty.rpm: it is no package"),
        (
            "large.rpm",
            [&whole[..104], &[0, 0, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]].concat(),
            "Limit(\"large.rpm: a header is ",
        ),
    ];
    let packages: Vec<PathBuf> = rows
        .iter()
        .map(|(name, bytes, _)| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let (output, added) = run(folder.path(), &packages, &[]);
    assert!(output.status.success(), "{}", shown(&output));
    let facts = fs::read_to_string(added.join("facts")).unwrap();
    for (name, _, want) in rows {
        assert!(facts.contains(want), "{name}: {facts}");
    }
}

/// What is derived counts as every other byte of the outbox does.
#[test]
fn derived_packages_count_for_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let package =
        everything().iter().find(|package| package.to_string_lossy().contains("ufdio.x86_64")).unwrap();
    for (limit, passes) in [("1MiB", true), ("200KiB", false)] {
        let limits = format!("output-bytes = \"{limit}\"");
        let output = limited(&folder.path().join(limit), package, &limits);
        assert_eq!(output.status.success(), passes, "{limit}: {}", shown(&output));
        assert!(passes || shown(&output).contains("output-bytes"), "{}", shown(&output));
    }
}

/// Runs the guest on a package, with limits of a policy.
fn limited(folder: &Path, package: &Path, limits: &str) -> Output {
    fs::create_dir_all(folder).unwrap();
    let policy = folder.join("policy.toml");
    let digest = hex::encode(Sha256::digest(fs::read(told("SKINK_GUEST_PACKAGES")).unwrap()));
    let text = format!(
        "schema = 1\n[[allow]]\nmodule = \"package-facts\"\nsha256 = [\"{digest}\"]\nprojects = [\"home:*\"]\n\
         grants = {{ results = true, outbox = true }}\nlimits = {{ {limits} }}\n"
    );
    fs::write(&policy, text).unwrap();
    let more = ["--hook-policy", policy.to_str().unwrap(), "--project", "home:me"];
    run(folder, &[package.to_owned()], &more).0
}

/// 48 GiB in some hundred kilobytes: they are not unpacked to their end.
#[test]
fn a_package_that_unpacks_for_ever_costs_its_call_the_limit() {
    const PART: usize = 64 << 20;
    const PARTS: usize = 768;
    let folder = tempfile::tempdir().unwrap();
    let head = by_hand::head("./zeros", b'0', "", (PART * PARTS) as u64);
    let [head, part] = [head, vec![0; PART]].map(|bytes| zstd::encode_all(&bytes[..], 1).unwrap());
    let data = [head, part.repeat(PARTS)].concat();
    let control = by_hand::tar(&[by_hand::entry(
        "./control",
        b'0',
        "",
        b"Package: a\nVersion: 1\nArchitecture: all\n",
    )]);
    let bomb = folder.path().join("bomb.deb");
    let members: [(&str, &[u8]); 3] =
        [("debian-binary", b"2.0\n"), ("control.tar", &control), ("data.tar.zst", &data)];
    fs::write(&bomb, by_hand::ar(&members)).unwrap();
    let output = limited(folder.path(), &bomb, "wall-time = \"1s\"");
    assert!(!output.status.success(), "{}", shown(&output));
    assert!(shown(&output).contains("limit: wall-time"), "{}", shown(&output));
}
