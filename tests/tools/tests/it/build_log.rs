//! `build-log`: what the compiler says of a real package becomes findings with file and line.

use serde_json::Value;
use skink_tests_build::{Ended, Package, Started, farm, lend};
use skink_tests_tools::{Hook, found, hook_of};
use std::fs;
use std::path::{Path, PathBuf};

fn build_log() -> Hook<'static> {
    Hook { name: "build-log", grants: "build-log = true", policy: String::new() }
}

/// The example with sources that a compiler has something to say of, one of them by its whole path.
fn warned_of(name: &str, entry: &str) -> Package {
    let package = Package::example(name)
        .edit("hello.spec", "CFLAGS=\"%{optflags}\"", "CFLAGS=\"%{optflags} -Wall\"")
        .edit("Makefile", "-o $@ greet.c", "-o $@ $(CURDIR)/greet.c")
        .edit("hello.c", "\tchar line[256];\n", "\tchar line[256];\n\tint spare, pid = getppid();\n")
        .edit("greet.c", "\treturn GREETING;\n", "\tint none;\n\treturn none ? GREETING : \"\";\n");
    // What the uninitialized variable makes of the greeting is not what is tested here.
    let package = package.edit("hello.spec", "%check\n", "%check\nexit 0\n");
    build_log().install(package, entry)
}

const WARNINGS: [&str; 4] = [
    "error[implicit-function-declaration] hello.c:9",
    "warning[uninitialized] greet.c:12",
    "warning[unused-variable] hello.c:9",
    "warning[unused-variable] hello.c:9",
];

/// In a root that is set up already.
fn build(package: &Package) -> Ended {
    let root = lend();
    let ended = Started::skink(root.path(), package, &["--no-init"]).wait();
    assert_eq!(root.leftovers(), Vec::<String>::new());
    ended
}

fn finding<'a>(hook: &'a Value, code: &str) -> &'a Value {
    let findings = hook["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("no {code}: {hook:#}"))
}

#[test]
fn warnings_of_a_real_build_are_findings_with_file_and_line() {
    let package = warned_of("build-log-warnings", "settings = { fail-on = \"never\" }");
    let ended = build(&package);
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    let hook = hook_of(&package, "build-log");
    assert_eq!(
        (hook["outcome"].as_str(), found(&hook)),
        (Some("passed"), WARNINGS.map(str::to_owned).to_vec())
    );
    let implicit = finding(&hook, "implicit-function-declaration");
    assert_eq!(implicit["message"], "implicit declaration of function 'getppid'");
    let extra = implicit["extra"].as_array().unwrap();
    for pair in [["column", "26"], ["function", "main"], ["flag", "-Wimplicit-function-declaration"]] {
        assert!(extra.contains(&Value::from(pair.to_vec())), "{pair:?} is not in {extra:?}");
    }
    let help = finding(&hook, "uninitialized")["help"].as_str().unwrap();
    assert!(help.contains("greet.c:11: 'none' was declared here"), "{help}");
    assert!(ended.output.contains("error[implicit-function-declaration]"), "{}", ended.output);
}

#[test]
fn an_error_among_the_warnings_fails_a_build_that_succeeded() {
    let package = warned_of("build-log-fails", "");
    let ended = build(&package);
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    assert_eq!(found(&hook_of(&package, "build-log")), WARNINGS);
    let why = "hook build-log failed: the build's log tells of 1 errors and 3 warnings";
    assert!(ended.output.contains(why), "{}", ended.output);
}

#[test]
fn a_build_that_failed_is_explained_where_the_hook_is_asked_for_it() {
    let broken = |package: Package| package.edit("hello.c", "\treturn 0;\n", "\treturn gone;\n");
    let explained = [
        "error[implicit-function-declaration] hello.c:9",
        "error[compiler-error] hello.c:18",
        "warning[uninitialized] greet.c:12",
        "warning[unused-variable] hello.c:9",
        "warning[unused-variable] hello.c:9",
        "info[make-error] Makefile:17",
        "info[section-failed] -",
    ];
    let rows: [(&str, &str, &[&str]); 3] = [
        ("when = \"failure\"", "failed", &explained),
        ("when = \"always\"", "failed", &explained),
        ("when = \"success\"", "skipped", &[]),
    ];
    for (entry, outcome, findings) in rows {
        let package = broken(warned_of("build-log-broken", entry));
        let ended = build(&package);
        assert_eq!(ended.code(), Some(1), "{entry}:\n{}", ended.output);
        let hook = hook_of(&package, "build-log");
        assert_eq!(
            (hook["outcome"].as_str(), found(&hook)),
            (Some(outcome), findings.iter().map(|f| (*f).to_owned()).collect()),
            "{entry}"
        );
    }
    // Not called for a build that succeeded.
    let package = warned_of("build-log-unbroken", "when = \"failure\"");
    let ended = build(&package);
    assert_eq!(
        (ended.code(), hook_of(&package, "build-log")["outcome"].as_str()),
        (Some(0), Some("skipped"))
    );
}

/// Before there is a root there are no results, but there is a log.
#[test]
fn a_build_that_came_to_nothing_has_a_log_too() {
    let package = warned_of("build-log-unresolvable", "when = \"failure\"").edit(
        "hello.spec",
        "Source0:",
        "BuildRequires:  no-such-package\nSource0:",
    );
    let root = lend();
    let results = root.path().join(".build.packages");
    let ended = Started::skink(root.path(), &package, &[]).wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    assert!(results.symlink_metadata().is_err(), "the build came to results");
    assert!(ended.output.contains("nothing provides no-such-package"), "{}", ended.output);
    let hook = hook_of(&package, "build-log");
    let log = hook["log"].to_string();
    assert_eq!(hook["outcome"], "passed", "{hook:#}");
    assert!(log.contains("the build's log holds 0 errors"), "{log}");
}

/// Settings that are as they would be without them, but for one.
#[test]
fn each_setting_alone_changes_what_is_told() {
    let log = recorded(
        "each-setting",
        &format!("{}{}", GCC, "[    9s] warning: File listed twice: /usr/bin/hello\n"),
    );
    let base = [
        "error[implicit-function-declaration] a.c:3",
        "warning[unused-variable] a.c:4",
        "warning[file-listed-twice] /usr/bin/hello",
    ];
    let rows: [(&str, i32, Vec<&str>); 10] = [
        ("{}", 1, base.to_vec()),
        (
            "{\"levels\": {}, \"warnings\": \"warning\", \"maximum\": 1000, \"fail-on\": \"error\"}",
            1,
            base.to_vec(),
        ),
        (
            "{\"levels\": {\"implicit-function-declaration\": \"warning\"}}",
            0,
            vec!["warning[implicit-function-declaration] a.c:3", base[1], base[2]],
        ),
        ("{\"levels\": {\"implicit-function-declaration\": \"ignore\"}}", 0, vec![base[1], base[2]]),
        (
            "{\"levels\": {\"unused-variable\": \"error\"}}",
            1,
            vec![base[0], "error[unused-variable] a.c:4", base[2]],
        ),
        (
            "{\"levels\": {\"file-listed-twice\": \"info\"}}",
            1,
            vec![base[0], base[1], "info[file-listed-twice] /usr/bin/hello"],
        ),
        ("{\"warnings\": \"ignore\"}", 1, vec![base[0], base[2]]),
        ("{\"warnings\": \"info\"}", 1, vec![base[0], base[2], "info[unused-variable] a.c:4"]),
        ("{\"maximum\": 1}", 1, vec![base[0]]),
        ("{\"fail-on\": \"never\"}", 0, base.to_vec()),
    ];
    let folder = farm().folder.join("build-log-settings");
    for (settings, code, findings) in rows {
        let ended = build_log().run(&folder, settings, &[Path::new("--build-log"), &log]);
        assert_eq!(
            (ended.code, found(&ended.hook)),
            (Some(code), findings.iter().map(|f| (*f).to_owned()).collect()),
            "{settings}:\n{}",
            ended.output
        );
    }
    let quiet = "{\"levels\": {\"implicit-function-declaration\": \"ignore\"}, \"fail-on\": \"warning\"}";
    let ended = build_log().run(&folder, quiet, &[Path::new("--build-log"), &log]);
    assert_eq!(ended.code, Some(1), "warnings fail it:\n{}", ended.output);
}

#[test]
fn a_setting_that_the_schema_does_not_know_is_refused() {
    let log = recorded("wrong-settings", GCC);
    let folder = farm().folder.join("build-log-wrong");
    for wrong in
        ["{\"levels\": {\"x\": \"fatal\"}}", "{\"maximum\": 0}", "{\"maxima\": 1}", "{\"fail-on\": \"info\"}"]
    {
        let ended = build_log().run(&folder, wrong, &[Path::new("--build-log"), &log]);
        assert_eq!(
            (ended.code, ended.hook["outcome"].as_str()),
            (Some(1), Some("refused")),
            "{wrong}: {}",
            ended.output
        );
    }
}

const GCC: &str = "\
[    8s] a.c: In function 'main':
[    8s] a.c:3:9: warning: implicit declaration of function 'f' [-Wimplicit-function-declaration]
[    8s] a.c:4:6: warning: unused variable 'x' [-Wunused-variable]
";

/// Ten thousand times one warning, fifty thousand others, an endless line; and one error at the very end.
#[test]
fn a_giant_log_is_read_in_bounds() {
    let mut log = GCC.repeat(10_000);
    (0..50_000).for_each(|n| log.push_str(&format!("[    8s] b.c:{}:1: warning: odd [-Wodd{n}]\n", n + 1)));
    log.push_str(&"x: error: ".repeat(2 << 20));
    log.push_str("\n[    9s] last.c:7:1: error: at last\n");
    let log = recorded("giant", &log);
    let folder = farm().folder.join("build-log-giant");
    let args = [Path::new("--build-log"), &log, Path::new("--build-failed")];
    let ended = build_log().run(&folder, "{\"maximum\": 100}", &args);
    let findings = found(&ended.hook);
    assert_eq!(
        findings[..3],
        [
            "error[implicit-function-declaration] a.c:3",
            "error[compiler-error] last.c:7",
            "warning[unused-variable] a.c:4"
        ]
    );
    assert_eq!(findings.len(), 100);
    let extra = &finding(&ended.hook, "unused-variable")["extra"];
    assert!(extra.as_array().unwrap().contains(&Value::from(vec!["times", "10000"])), "{extra}");
    assert!(ended.output.contains("49903 more are left out: the setting maximum is 100"), "{}", ended.output);
}

#[test]
fn without_the_grant_or_a_log_there_is_nothing_to_read() {
    let folder = farm().folder.join("build-log-none");
    let ended = build_log().run(&folder, "{}", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.output.contains("there is no build log"), "{}", ended.output);
    let ended = Hook { grants: "", ..build_log() }.run(&folder, "{}", &[]);
    assert_eq!(ended.hook["outcome"], "refused");
    assert!(ended.output.contains("build-log"), "{}", ended.output);
}

fn recorded(name: &str, text: &str) -> PathBuf {
    let path = farm().folder.join(format!("{name}.log"));
    fs::write(&path, text).unwrap();
    path
}
