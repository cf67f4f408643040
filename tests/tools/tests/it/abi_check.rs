//! `abi-check`: two real builds of a library, and what abipkgdiff says of them.

use crate::library::{built, variant};
use skink_tests_build::{Package, Started, farm, lend};
use skink_tests_tools::{Ended, Hook, abi, found, hook_of};
use std::fs;
use std::path::Path;

/// The tool's part of the admin's policy.
fn tool() -> String {
    format!("{}[tools.abipkgdiff]\nprogram = \"/usr/bin/abipkgdiff\"\nroot = \"abi\"\n", abi().text())
}

const GRANTS: &str = "results = true\nprevious = true\nsources = true\ntools = [\"abipkgdiff\"]\n\
                      attachments = [\"abi-check.log\"]";

fn abi_check() -> Hook<'static> {
    Hook { name: "abi-check", grants: GRANTS, policy: tool() }
}

const REMOVED: [&str; 2] =
    ["error[function-removed] libgreet.so.1.0.0", "error[variable-removed] libgreet.so.1.0.0"];
const CHANGED: &str = "error[function-changed] libgreet.so.1.0.0";
const NO_DEBUG_INFO: &str = "info[no-debug-info] libgreet.so.1.0.0";

/// Previous packages, what this build makes of them, and what the build and its hook come to.
#[test]
fn a_real_build_is_compared_with_the_previous_one() {
    let rows: [(Option<&str>, &str, i32, &[&str]); 5] = [
        (None, "base", 0, &[]),
        (Some("base"), "base", 0, &[]),
        (Some("base"), "removed", 1, &REMOVED),
        (Some("base"), "changed", 1, &[CHANGED]),
        (
            Some("removed"),
            "base",
            0,
            &["info[function-added] libgreet.so.1.0.0", "info[variable-added] libgreet.so.1.0.0"],
        ),
    ];
    for (previous, name, code, findings) in rows {
        let package = abi_check().install(variant(name, Package::example("abi-check")), "");
        let previous = previous.map(|previous| built(previous).display().to_string());
        let root = lend();
        let options: Vec<&str> =
            previous.iter().flat_map(|folder| ["--oldpackages", folder.as_str()]).collect();
        let ended = Started::skink(root.path(), &package, &options).wait();
        assert_eq!(ended.code(), Some(code), "{previous:?} {name}:\n{}", ended.output);
        let hook = hook_of(&package, "abi-check");
        assert_eq!(found(&hook), findings, "{previous:?} {name}:\n{}", ended.output);
        let why = if code == 0 { "abi-check passed" } else { "abi-check failed: the ABI changed: " };
        assert!(ended.output.contains(why), "{}", ended.output);
        if previous.is_none() {
            assert!(ended.output.contains("there is no previous build to compare with"), "{}", ended.output);
        }
        let log = package.report().with_extension("attachments").join("abi-check/abi-check.log");
        let other = root.results().join("OTHER/abi-check.log");
        assert_eq!(
            log.exists() || other.exists(),
            !findings.is_empty(),
            "{previous:?} {name}: {:?}",
            root.other()
        );
        assert_eq!(root.leftovers(), Vec::<String>::new());
    }
}

/// Runs the hook on packages that are built already, with these files as the sources.
fn compare(old: &Path, new: &Path, settings: &str, sources: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir_in(&farm().folder).unwrap();
    open(folder.path());
    let named = folder.path().join("sources");
    fs::create_dir(&named).unwrap();
    open(&named);
    for (name, text) in sources {
        fs::write(named.join(name), text).unwrap();
    }
    let args = [Path::new("--previous"), old, Path::new("--results"), new, Path::new("--sources"), &named];
    abi_check().run(folder.path(), settings, &args)
}

/// Tools are another user, who must get through.
fn open(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_is_found_between_two_builds() {
    let rows: [(&str, &str, i32, &[&str]); 9] = [
        ("base", "base", 0, &[]),
        ("base", "removed", 1, &REMOVED),
        ("base", "changed", 1, &[CHANGED]),
        ("base", "other-soname", 1, &["error[soname-changed] libgreet.so.2.0.0"]),
        ("base", "other-name", 0, &["info[soname-changed-with-name] libgreet.so.2.0.0"]),
        // Without debug information only names are compared, and the hook says so.
        ("stripped", "stripped-removed", 1, &[REMOVED[0], REMOVED[1], NO_DEBUG_INFO]),
        ("stripped", "stripped-changed", 0, &[NO_DEBUG_INFO]),
        // With it in packages of its own.
        ("split", "split", 0, &[]),
        ("split", "split-changed", 1, &[CHANGED]),
    ];
    for (old, new, code, findings) in rows {
        let ended = compare(&built(old), &built(new), "{}", &[]);
        assert_eq!(
            (ended.code, found(&ended.hook)),
            (Some(code), strings(findings)),
            "{old} {new}:\n{}",
            ended.output
        );
    }
}

#[test]
fn a_finding_says_what_changed_where_and_why() {
    let ended = compare(&built("base"), &built("changed"), "{}", &[]);
    let finding = &ended.hook["findings"][0];
    assert_eq!(
        finding["message"],
        "int greet_with(const greeting*, char*, unsigned long int) changed: in unqualified underlying type \
         'struct greeting' at greet.h:15:1: type size changed from 128 to 192 (in bits)"
    );
    assert_eq!(finding["package"], "libgreet1.x86_64");
    assert!(finding["help"].as_str().unwrap().contains("'int times', at offset 64 (in bits)"), "{finding:#}");
    assert_eq!(finding["extra"], serde_json::json!([["place", "greet.c:21:1"]]));
    let ended = compare(&built("base"), &built("removed"), "{}", &[]);
    let finding = &ended.hook["findings"][0];
    let what = "int greet_twice(const char*, char*, unsigned long int) was removed";
    assert_eq!(
        (finding["message"].as_str(), &finding["extra"]),
        (Some(what), &serde_json::json!([["symbol", "greet_twice"]]))
    );
    assert_eq!(ended.hook["outcome"], "failed");
    assert!(
        ended.output.contains("the ABI changed: 2 errors and 0 warnings in libgreet1.x86_64"),
        "{}",
        ended.output
    );
}

const SUPPRESSED: &str = "\
[suppress_function]
symbol_name = greet_twice

[suppress_variable]
symbol_name = greet_count
";

#[test]
fn a_suppression_file_turns_a_break_off() {
    let meant = ("hello.abignore", SUPPRESSED);
    let other = ("meant.txt", SUPPRESSED);
    let half = ("abi.suppr", "[suppress_variable]\nsymbol_name = greet_count\n");
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: [Row<'_>; 6] = [
        ("{}", &[meant], &[]),
        ("{}", &[half], &REMOVED[..1]),
        ("{}", &[other], &REMOVED),
        ("{\"suppressions\": [\"*.txt\"]}", &[other], &[]),
        ("{\"suppressions\": [\"*.txt\"]}", &[meant], &REMOVED),
        ("{\"suppressions\": []}", &[meant, half], &REMOVED),
    ];
    for (settings, sources, findings) in rows {
        let ended = compare(&built("base"), &built("removed"), settings, sources);
        let seen = (ended.code, found(&ended.hook));
        assert_eq!(
            seen,
            (Some(i32::from(!findings.is_empty())), strings(findings)),
            "{settings} {sources:?}:\n{}",
            ended.output
        );
    }
    let ended = compare(&built("base"), &built("removed"), "{}", &[meant]);
    assert!(ended.output.contains("abi-check honours hello.abignore"), "{}", ended.output);
}

#[test]
fn each_setting_alone_changes_the_outcome() {
    let rows: [(&str, i32, &[&str]); 8] = [
        ("{}", 1, &REMOVED),
        (
            "{\"levels\": {\"function-removed\": \"warning\"}}",
            1,
            &["warning[function-removed] libgreet.so.1.0.0", REMOVED[1]],
        ),
        ("{\"levels\": {\"function-removed\": \"ignore\"}}", 1, &[REMOVED[1]]),
        ("{\"levels\": {\"function-removed\": \"ignore\", \"variable-removed\": \"ignore\"}}", 0, &[]),
        ("{\"fail-on\": \"never\"}", 0, &REMOVED),
        ("{\"packages\": [\"hello\"]}", 0, &[]),
        ("{\"packages\": [\"lib*\"]}", 1, &REMOVED),
        (
            "{\"levels\": {\"function-removed\": \"info\", \"variable-removed\": \"warning\"}, \"fail-on\": \"warning\"}",
            1,
            &["info[function-removed] libgreet.so.1.0.0", "warning[variable-removed] libgreet.so.1.0.0"],
        ),
    ];
    for (settings, code, findings) in rows {
        let ended = compare(&built("base"), &built("removed"), settings, &[]);
        assert_eq!(
            (ended.code, found(&ended.hook)),
            (Some(code), strings(findings)),
            "{settings}:\n{}",
            ended.output
        );
    }
    for wrong in
        ["{\"levels\": {\"function-gone\": \"info\"}}", "{\"fail-on\": \"info\"}", "{\"suppress\": []}"]
    {
        let ended = compare(&built("base"), &built("removed"), wrong, &[]);
        assert_eq!(
            (ended.code, ended.hook["outcome"].as_str()),
            (Some(1), Some("refused")),
            "{wrong}: {}",
            ended.output
        );
    }
}

#[test]
fn trouble_of_the_tool_is_no_unchanged_abi() {
    let folder = farm().folder.join("abi-check-trouble");
    let (old, new) = (built("base"), built("base"));
    let broken = folder.join("broken");
    copy(&new, &broken);
    let package = broken.join("libgreet1-1.0-0.x86_64.rpm");
    let bytes = fs::read(&package).unwrap();
    fs::write(&package, &bytes[..bytes.len() / 2]).unwrap();
    let hostile = folder.join("hostile");
    copy(&new, &hostile);
    fs::rename(hostile.join("hello-1.0-0.x86_64.rpm"), hostile.join("hello-1.0-0$(reboot).x86_64.rpm"))
        .unwrap();
    let other = |program: &str| Hook {
        policy: format!("[tools.abipkgdiff]\nprogram = \"{program}\"\n"),
        ..abi_check()
    };
    let ungranted = Hook {
        grants: "results = true\nprevious = true\nsources = true\nattachments = [\"abi-check.log\"]",
        ..abi_check()
    };
    let rows: [(Hook<'_>, &Path, &str); 5] = [
        (other("/usr/bin/no-abipkgdiff"), &new, "/usr/bin/no-abipkgdiff"),
        (other("/usr/bin/false"), &new, "abipkgdiff itself failed with exit code 1"),
        (ungranted, &new, "abipkgdiff"),
        (abi_check(), &broken, "Error while extracting package"),
        (abi_check(), &hostile, "cannot be compared: abipkgdiff hands file names to a shell"),
    ];
    for (hook, new, why) in rows {
        let args = [Path::new("--previous"), &old, Path::new("--results"), new];
        let ended = hook.run(&folder, "{}", &args);
        assert_eq!(ended.code, Some(1), "{why}: {}", ended.output);
        assert_ne!(ended.hook["outcome"], "passed", "{why}");
        assert!(ended.output.contains(why), "{why}:\n{}", ended.output);
        assert_eq!(ended.hook["findings"].as_array().map_or(0, Vec::len), 0, "{:#}", ended.hook);
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
