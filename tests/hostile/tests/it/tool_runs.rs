//! Tools that are led astray by their hook, or that do not want to end.

use crate::keys::tool;
use serde_json::json;
use skink_tests_hostile::Expect::{Failed, Limit, Passed, Refused};
use skink_tests_hostile::{Attack, ComponentText, Place};

/// Ignores every signal that can be ignored, and so does its daemon, which keeps the tool's output open.
const STUBBORN: &str =
    "trap '' TERM HUP INT QUIT PIPE; (setsid sh -c 'trap \\22\\22 TERM HUP; exec sleep 1000' &); ";

/// Patterns of arguments as for rpmlint.
const PATTERNS: &str = "args = [\"--info\", \"--config\", \"/job/inputs/*\", \"/job/results/**\"]\nprogram";

rows! {
    5 sleep_in_wait: tool("/usr/bin/sleep", "1000").limit("wall-time", "700ms")
        => Limit("wall-time", "");
    5 sleep_in_wait_for_the_stubborn: shell(&format!("{STUBBORN} sleep 1000; sleep 1000")).limit("wall-time", "700ms")
        => Limit("wall-time", "");
    5 sleep_in_read: read("/usr/bin/sleep", "1000").limit("wall-time", "700ms")
        => Limit("wall-time", "");
    5 sleep_in_read_of_time: read("/usr/bin/sleep", "1000").limit("tool-time", "700ms").limit("wall-time", "3s")
        => Limit("tool-time", "700 ms");
    37 tool_ignores_term: shell(&format!("{STUBBORN} sleep 1000; sleep 1000")).limit("tool-time", "700ms")
        => Limit("tool-time", "700 ms");
    36 tool_arguments_meet_no_shell: tool("/usr/bin/test", "$(echo x)\\00!=\\00x")
        => Passed;
    36 tool_argument_with_a_newline: tool("/usr/bin/test", "a\\0ab\\00!=\\00a")
        => Passed;
    37 tool_leaves_a_daemon: shell(&format!("{STUBBORN} exit 0"))
        => Passed, |seen| {
            let run = &seen.report["tools"][0]["runs"][0];
            assert!(run["millis"].as_u64().unwrap() < 60_000, "it waited for a daemon: {run}");
        };
    37 tool_forks_without_end: shell("while :; do sleep 1000 & done").limit("tool-processes", "64")
        => Failed("the tool failed"), |seen| assert!(seen.used("tool_processes") <= 64, "{seen:?}");
    // A way in would be an import, and there is none.
    38 env_inject: set_env().ask("tools", json!(["tool"])).tool("tool", "/usr/bin/env")
        => Refused("set-env");
}

/// What a tool prints is text of a stranger, whoever passes it on.
#[test]
fn a_tool_prints_escape_sequences() {
    let attack = one_argument(
        "log-tool",
        "/usr/bin/printf",
        "\\5c033[2J\\5c033]52;c;eA==\\5c007 \\5cr[host] forged\\5cn",
    );
    let seen = attack.ends("tool-escapes", Passed);
    let log = seen.log().concat();
    assert!(log.contains("\\u{1b}[2J") && log.contains("forged"), "{log:?}");
}

/// None of them is an argument that an honest hook gives its tool.
#[test]
fn tool_arg_inject() {
    let refused = [
        "--config=/etc/passwd",
        "-o",
        "/outside",
        "-o/outside",
        "@/etc/passwd",
        "@file",
        "--info\\0a--config=/etc/passwd",
        "\\0a",
        " ",
        " --info",
        "--info ",
        "/job/inputs/../../etc/passwd",
        "/job/inputs/a/../../../etc/passwd",
        "/job/results/../../etc/passwd",
        "/job/results/..",
        "//job/inputs/a",
        "file:///job/inputs/a",
        "$(id)",
    ];
    for (number, argument) in refused.into_iter().enumerate() {
        // The first is honest.
        let attack = run("/usr/bin/true", &["--info", argument]).policy("program", PATTERNS);
        let seen = attack.ends(&format!("arg-{number}"), Failed("fits no pattern of the policy"));
        assert!(
            seen.denied().iter().any(|line| line.contains("argument 2 of tool tool")),
            "{argument}: {seen:?}"
        );
        assert_eq!(seen.report["tools"][0]["runs"], json!([]), "{argument}");
    }
    let honest = ["--info", "--config", "/job/inputs/a.toml", "/job/results/sub/a.rpm"];
    run("/usr/bin/true", &honest).policy("program", PATTERNS).ends("args", Passed);
}

/// Whoever starts Skink may have anything in its environment.
#[test]
fn env_of_the_caller() {
    let mut names = ["HOME", "LANG", "PATH", "PWD", "TZ"].map(|name| format!("{name}.")).concat();
    names.push_str("/usr/bin:/usr/sbin");
    let script = "test \\22$(env | sort | cut -d= -f1 | tr '\\5cn' .)$PATH\\22 = ".to_owned() + &names;
    let place = Place::new("environment").with_environment(&[
        ("LD_PRELOAD", "/usr/lib/evil.so"),
        ("LD_LIBRARY_PATH", "/tmp"),
        ("BASH_ENV", "/tmp/evil.sh"),
        ("ENV", "/tmp/evil.sh"),
        ("BASH_FUNC_x%%", "() { echo evil; }"),
        ("PERL5OPT", "-Mevil"),
        ("PYTHONPATH", "/tmp"),
        ("GCONV_PATH", "/tmp"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("TZ", "Asia/Tokyo"),
        ("SECRET", "a password"),
    ]);
    shell(&script).ends_in(&place, None, Passed);
}

/// A hook that was made against an interface with one function more.
fn set_env() -> Attack {
    let text = ComponentText::named("run-tool").with(
        "        spawn: func(",
        "        set-env: func(name: string, value: string);\n        spawn: func(",
    );
    let import = |name: &str| format!("(import \"skink:hook/tools@0.1.0\" \"[method]{name}\"");
    let set = format!("{} (func $set (param i32 i32 i32 i32 i32)))\n  ", import("tool.set-env"));
    let wait = import("process.wait");
    Attack::module(text.with(&wait, &(set + &wait)).with("ARGUMENTS", "\\00").build())
}

fn shell(script: &str) -> Attack {
    tool("/usr/bin/sh", &format!("-c\\00{script}"))
}

fn run(program: &'static str, arguments: &[&str]) -> Attack {
    tool(program, &arguments.join("\\00"))
}

fn read(program: &'static str, argument: &str) -> Attack {
    one_argument("read-tool", program, argument)
}

fn one_argument(module: &str, program: &'static str, argument: &str) -> Attack {
    let module = ComponentText::named(module).with("ARGUMENT", &format!("{argument}\\00"));
    Attack::module(module.build()).ask("tools", json!(["tool"])).tool("tool", program)
}
