//! What people read when a file is wrong.

use crate::{HooksFile, Policy, Problems, merge};

fn policy_problems(text: &str) -> Problems {
    Policy::parse(text, "policy.toml").expect_err(text)
}

fn hooks_problems(text: &str) -> Problems {
    HooksFile::parse(text, "_hooks").expect_err(text)
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn each_mistake_has_its_place_and_its_help() {
    const A: &str = "[[allow]]\nmodule = \"m\"\nprojects = [\"**\"]\nsha256 = [\"<aa>\"]\n";
    const ROOT: &str =
        "[tool-roots.r]\ndist = \"/d\"\npackages = [\"rpmlint\"]\nrepositories = [\"/srv/a\"]\n";
    let allow = |rest: &str| format!("{A}{rest}");
    let hook = |rest: &str| format!("[hooks.a]\nmodule = \"a\"\n{rest}");
    let rows: Vec<(bool, String, u32, u32, &str, &str)> = vec![
        // is a policy, text below `schema = 1`, line, column, message, help
        (true, "tool = 1".into(), 2, 1, "unknown key `tool` in the policy", "did you mean `tools`?"),
        (
            true,
            "colour = 1".into(),
            2,
            1,
            "unknown key `colour`",
            "known keys: `schema`, `tool-roots`, `tools`",
        ),
        (true, "allow = {}".into(), 2, 9, "`allow` must be a list of tables", ""),
        (true, "tools = []".into(), 2, 9, "`tools` must be a table of tables", ""),
        (true, "[tools.Rpmlint]\nprogram = \"/a\"".into(), 2, 8, "tool name \"Rpmlint\"", ""),
        (true, "[tools.a]\nprogram = \"a\"".into(), 3, 11, "path \"a\" must be absolute", ""),
        (true, "[tools.a]\nprogram = \"/a/../b\"".into(), 3, 11, "must not hold '..'", ""),
        (
            true,
            "[tools.a]\nprogram = \"/a\"\nroot = \"hosts\"".into(),
            4,
            8,
            "tool root `hosts` is not described",
            "mean `host`?",
        ),
        (
            true,
            format!("{ROOT}[tools.a]\nprogram = \"/a\"\nroot = \"r\"\netc = [\"/etc/x\"]"),
            9,
            1,
            "has an /etc of its own",
            "leave it out",
        ),
        (true, "[tools.a]\nprogram = \"/a\"\nargs = [\"a\\u0000\"]".into(), 4, 9, "control character", ""),
        (
            true,
            "[tools.a]\nprogram = \"/a\"\nkind = \"plane\"".into(),
            4,
            8,
            "`plane` is no kind",
            "one of plain",
        ),
        (
            true,
            "[tools.a]\nprogram = \"/a\"\nkind = \"root-builder\"".into(),
            4,
            8,
            "own root",
            "[tool-roots]",
        ),
        (true, "[tools.a]\nprogram = \"/a\"\ndevices = [\"/dev/x\"]".into(), 4, 1, "only a root-builder", ""),
        (
            true,
            format!(
                "{ROOT}[tools.a]\nprogram = \"/a\"\nroot = \"r\"\nkind = \"root-builder\"\ndevices = [\"/x\"]"
            ),
            10,
            12,
            "must be below /dev",
            "",
        ),
        (
            true,
            allow(&format!("[allow.grants]\nroot-builders = [\"b\"]\n[tools.b]\nprogram = \"/b\"\n{ROOT}")),
            7,
            18,
            "tool `b` is no root-builder",
            "`tools`",
        ),
        (
            true,
            allow(&format!(
                "[allow.grants]\ntools = [\"b\"]\n[tools.b]\nprogram = \"/b\"\nroot = \"r\"\nkind = \"root-builder\"\n{ROOT}"
            )),
            7,
            10,
            "a grant of its own",
            "`root-builders`",
        ),
        (
            true,
            allow(&format!(
                "[allow.grants]\nplan.delegate = [\"b\"]\n[tools.b]\nprogram = \"/b\"\nroot = \"r\"\nkind = \"root-builder\"\n{ROOT}"
            )),
            7,
            18,
            "tool `b` is none of this rule's `root-builders`",
            "name it there too",
        ),
        (true, ROOT.replace("roots.r", "roots.host"), 2, 13, "the machine's own", ""),
        (true, ROOT.replace("\"rpmlint\"", ""), 4, 1, "`packages` is empty", ""),
        (true, ROOT.replace("\"rpmlint\"", "\"-x\""), 4, 13, "must not begin with '-'", ""),
        (true, ROOT.replace("/srv/a", "a"), 5, 17, "must be an absolute path or an address", ""),
        (true, ROOT.replace("/srv/a", "file://a"), 5, 17, "must be an absolute path or an address", ""),
        (true, ROOT.replace("/srv/a", "/srv/$(x)"), 5, 17, "must be 1 to 200 of letters, digits", ""),
        (true, "[tool-roots.r]\npackages = [\"a\"]\nrepositories = [\"/a\"]".into(), 2, 1, "`dist`", ""),
        (true, "[repositories.a]\npackages = []".into(), 3, 1, "`packages` is empty", ""),
        (true, "[repositories.\"a b\"]\npackages = [\"/a\"]".into(), 2, 15, "no repository name", ""),
        (true, "[limits]\nmemory = 5".into(), 3, 10, "`memory` must be a text, not a whole number", ""),
        (true, "[limits]\nmemory = \"5 MB\"".into(), 3, 10, "\"5 MB\" is no number of bytes", ""),
        (
            true,
            "[limits]\nmemory = \"0\"".into(),
            3,
            10,
            "`memory` is 0 B; it must be from 64 KiB to 64 GiB",
            "",
        ),
        (true, "[limits]\nwall-time = \"300h\"".into(), 3, 13, "must be from 10 ms to", ""),
        (true, "[limits]\nhandles = 0".into(), 3, 11, "must be from 8 to 1000000", ""),
        (true, "[limits]\nhandles = -1".into(), 3, 11, "negative or too large", ""),
        (true, "[limits]\nhandles = 1.5".into(), 3, 11, "must be a whole number, not a fraction", ""),
        (true, "[limits]\noutput-files = 99999999999".into(), 3, 16, "must be from 1 to 1000000", ""),
        (
            true,
            "[limits]\nwall_time = \"1s\"".into(),
            3,
            1,
            "unknown key `wall_time`",
            "did you mean `wall-time`?",
        ),
        (
            true,
            "[[allow]]\nmodule = \"m\"\nprojects = [\"**\"]".into(),
            2,
            1,
            "needs the key `sha256`",
            "such as",
        ),
        (
            true,
            "[[allow]]\nmodule = \"m\"\nsha256 = [\"<aa>\"]".into(),
            2,
            1,
            "needs the key `projects`",
            "such as",
        ),
        (
            true,
            "[[allow]]\nprojects = [\"a\"]\nsha256 = [\"<aa>\"]".into(),
            2,
            1,
            "needs the key `module`",
            "such as",
        ),
        (true, A.replace("\"**\"", ""), 4, 1, "`projects` is empty", ""),
        (true, A.replace("**", "a:**:b"), 4, 13, "`**` can only be the last part", ""),
        (true, A.replace("\"**\"", "1"), 4, 13, "`projects[0]` must be a text", ""),
        (true, A.replace("<aa>", "aa"), 5, 11, "must be 64 hexadecimal digits", ""),
        (true, A.replace("\"<aa>\"", "\"<aa>\", \"<aa>\""), 5, 79, "named twice", ""),
        (true, allow("on-failure = \"worn\""), 6, 14, "`worn` is no value of `on-failure`", "mean `warn`?"),
        (true, allow("on-limit = \"ignore\""), 6, 12, "`ignore` is no value", "one of `fail`, `warn`"),
        (true, allow("[allow.grants]\nresult = true"), 7, 1, "unknown key `result`", "mean `results`?"),
        (true, allow("[allow.grants]\nresults = \"yes\""), 7, 11, "must be true or false, not a text", ""),
        (true, allow("[allow.grants]\ntools = [\"a\"]"), 7, 10, "tool `a` is not described", "[tools.a]"),
        (true, allow("[allow.grants]\ntools = \"a\""), 7, 9, "must be a list of texts", ""),
        (true, allow("[allow.grants]\nattachments = [\"_log\"]"), 7, 16, "must not begin with", ""),
        (true, allow("grants.plan.macros = [\"%x\"]"), 6, 23, "macro pattern \"%x\"", ""),
        (
            true,
            allow("grants.effects.binfmt = [\"aarch46\"]"),
            6,
            26,
            "\"aarch46\" is no architecture that can be emulated; did you mean `aarch64`?",
            "",
        ),
        (true, allow("grants.effects.binfmt = [\"*\"]"), 6, 26, "those are `aarch64`, ", ""),
        (
            true,
            allow("grants.effects.unmount = [\"*\"]"),
            6,
            27,
            "no pattern of places: it must begin with `/`",
            "",
        ),
        (true, allow("grants.effects.unmount = [\"/mnt/../etc\"]"), 6, 27, "a path without `.`, `..`, ", ""),
        (true, allow("grants.effects.unmount = [\"/**/a\"]"), 6, 27, "`**` may only be its last name", ""),
        (
            true,
            allow("grants.effects.binfmt = [\"x86_64\"]"),
            6,
            26,
            "no architecture that can be emulated",
            "",
        ),
        (true, allow("grants.plan.options = [\"--root\"]"), 6, 24, "without the dashes", ""),
        (true, allow("grants.plan.add-packages = [\"a b\"]"), 6, 29, "package pattern \"a b\"", ""),
        (
            true,
            allow("grants.plan.repository = \"a\""),
            6,
            26,
            "repository `a` is not described",
            "describe it",
        ),
        (
            true,
            allow(&A.replace("**", "home:*")),
            8,
            13,
            "never decides for module aaaaaaaaaaaa",
            "narrower rule",
        ),
        (
            true,
            "[[mandatory]]\nname = \"m\"\nmodule = \"m\"".into(),
            2,
            1,
            "needs the key `projects`",
            "such as",
        ),
        (
            true,
            "[[mandatory]]\nname = \"m\"\nprojects = [\"**\"]".into(),
            2,
            1,
            "needs the key `module`",
            "or sha256",
        ),
        (
            true,
            "[[mandatory]]\nmodule = \"m\"\nprojects = [\"**\"]".into(),
            2,
            1,
            "needs the key `name`",
            "such as",
        ),
        (
            true,
            "[[mandatory]]\nname = \"m\"\nprojects = [\"**\"]\nsha256 = \"<aa>\"".into(),
            5,
            1,
            "no [[allow]] rule names this module",
            "fails every job",
        ),
        (false, "[hook.a]".into(), 2, 2, "unknown key `hook` in the hooks file", "did you mean `hooks`?"),
        (false, "[hooks.A]\nmodule = \"a\"".into(), 2, 8, "hook name \"A\"", ""),
        (false, "[hooks.\"a\\u001b\"]\nmodule = \"a\"".into(), 2, 8, "may hold only", ""),
        (false, "[hooks.a]".into(), 2, 1, "[hooks.a] needs the key `module`", "such as"),
        (
            false,
            "[hooks.a]\nmodule = \"a\"\nmoduel = 1".into(),
            4,
            1,
            "unknown key `moduel` in [hooks.a]",
            "",
        ),
        (false, "hooks.a = 1".into(), 2, 11, "`a` must be a table", ""),
        (false, "[hooks.a]\nmodule = \"a/b.wasm\"".into(), 3, 10, "must not hold a '/'", ""),
        (false, "[hooks.a]\nmodule = \"a b.wasm\"".into(), 3, 10, "only letters, digits", ""),
        (false, hook("phases = [\"prechroot\"]"), 4, 11, "no value of `phases`", "mean `pre-chroot`?"),
        (
            false,
            hook("phases = [\"check\", \"allocate\"]"),
            4,
            20,
            "no job can bring a hook of the phase `allocate`",
            "in [[allocate]] of the policy",
        ),
        (false, hook("phases = []"), 4, 1, "`phases` names no phase", "leave the key out"),
        (false, hook("phases = [\"cleanup\"]\nwhen = \"always\""), 5, 8, "`when` has no effect", ""),
        (false, hook("phases = [\"transform\"]\nstage = \"raw\""), 5, 9, "`stage` has no effect", ""),
        (false, hook("after = [\"B\"]"), 4, 10, "hook name \"B\"", ""),
        (false, hook(&format!("after = [{}]", "\"b\",".repeat(257))), 4, 1034, "more than 256 hooks", ""),
        (false, hook("disabled = 1"), 4, 12, "must be true or false", ""),
        (false, hook("settings = 1"), 4, 12, "`settings` must be a table", ""),
        (false, hook("settings.day = 2026-01-01"), 4, 16, "JSON has no dates", ""),
        (false, hook("settings.x = [inf]"), 4, 15, "JSON has no such number", ""),
        (false, hook("settings.x = 99999999999999999999"), 4, 14, "does not fit 64 bits", ""),
        (false, hook(&format!("settings.x = \"{}\"", "a".repeat(70_000))), 4, 1, "bytes of JSON", ""),
        (false, hook(&format!("settings.x = {}1{}", "[".repeat(40), "]".repeat(40))), 4, 45, "32 deep", ""),
        (false, hook("module = \"b\""), 4, 1, "this is no valid TOML: duplicate key", ""),
        (false, hook("phases = [\"check\""), 4, 18, "this is no valid TOML", ""),
    ];
    for (is_policy, text, line, column, message, help) in rows {
        let text = format!("schema = 1\n{text}").replace("<aa>", &"aa".repeat(32));
        let problems = if is_policy { policy_problems(&text) } else { hooks_problems(&text) };
        assert_eq!(problems.count(), 1, "{text}\n{problems}");
        let problem = problems.iter().next().unwrap();
        assert_eq!((problem.line, problem.column), (line, column), "{problem}");
        assert!(problem.message.as_str().contains(message), "{problem}");
        assert!(problem.help.clone().unwrap_or_default().as_str().contains(help), "{problem}");
    }
}

#[test]
fn all_problems_are_told_at_once_in_the_files_order() {
    let text = r#"schema = 1

[hooks.rpmlint]
modul = "rpmlint.wasm"
sha256 = "abcd"
when = "allways"

[hooks.Ünicode]
module = "a.wasm"
phases = ["check", "chek"]
"#;
    let want = r#"error: [hooks.rpmlint] needs the key `module`
 --> _hooks:3:1
  |
3 | [hooks.rpmlint]
  | ^^^^^^^^^^^^^^^
  = help: such as: module = "rpmlint.wasm", a file beside this one

error: unknown key `modul` in [hooks.rpmlint]
 --> _hooks:4:1
  |
4 | modul = "rpmlint.wasm"
  | ^^^^^
  = help: did you mean `module`?

error: digest "abcd": must be 64 hexadecimal digits
 --> _hooks:5:10
  |
5 | sha256 = "abcd"
  |          ^^^^^^

error: `allways` is no value of `when`
 --> _hooks:6:8
  |
6 | when = "allways"
  |        ^^^^^^^^^
  = help: did you mean `always`?
"#;
    assert_eq!(hooks_problems(text.split("\n[hooks.Ü").next().unwrap()).to_string(), want);
    let problems = hooks_problems(&text.replace("Ünicode", "\"Ünicode\""));
    let lines: Vec<u32> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 8, 10]);
}

#[test]
fn a_circle_names_each_step() {
    let text = "schema = 1\n[hooks.a]\nmodule = \"a\"\nafter = [\"b\"]\n[hooks.b]\nmodule = \"b\"\n\
                before = [\"c\"]\nafter = [\"c\"]\n[hooks.c]\nmodule = \"c\"\n";
    let file = HooksFile::parse(text, "home/_hooks").unwrap();
    let problems = merge(&Policy::default(), None, Some(&file), None).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "error: hooks wait for each other in a circle: b after c after b
 --> home/_hooks:8:10
  |
8 | after = [\"c\"]
  |          ^^^
  = note: `b` is to run after `c` (home/_hooks:8)
  = note: `c` is to run after `b` (home/_hooks:7)
"
    );
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let text = "schema = 1\n\"\u{202e}\t\u{9b}31m\" = 1 # \u{200b}";
    assert_eq!(
        policy_problems(text).to_string().lines().take(5).collect::<Vec<_>>(),
        [
            "error: unknown key `\\u{202e}    \\u{9b}31m` in the policy",
            " --> policy.toml:2:1",
            "  |",
            "2 | \"\\u{202e}    \\u{9b}31m\" = 1 # \\u{200b}",
            "  | ^^^^^^^^^^^^^^^^^^^^^^^",
        ]
    );
    let text = "schema = 1\n\"\u{202e}x\" = 1";
    assert_eq!(
        policy_problems(text).to_string(),
        "error: unknown key `\\u{202e}x` in the policy
 --> policy.toml:2:1
  |
2 | \"\\u{202e}x\" = 1
  | ^^^^^^^^^^^
  = help: known keys: `schema`, `tool-roots`, `tools`, `repositories`, `limits`, `allow`, `mandatory`, `allocate`
"
    );
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text =
        format!("schema = 1\ntools = {{ {} }}", "a = 1, ".repeat(30) + "b = 2, " + &"c = 1, ".repeat(30));
    let text = text.replace("a = 1, ", "").replace("c = 1, ", "") + &" ".repeat(500) + "# end";
    let shown = policy_problems(&text).to_string();
    assert!(shown.lines().all(|line| line.len() < 150), "{shown}");
    let text = format!("schema = 1\nallow = [{}1]", " ".repeat(500));
    let shown = policy_problems(&text).to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[1], " --> policy.toml:2:510");
    assert_eq!(lines[3].len(), "2 | ...".len() + 60 + "1]".len());
    assert_eq!(lines[4].find('^'), lines[3].find('1'));
}

#[test]
fn many_problems_are_counted() {
    let keys: String = (0..200).map(|n| format!("key{n} = 1\n")).collect();
    let problems = policy_problems(&format!("schema = 1\n{keys}"));
    assert_eq!((problems.count(), problems.iter().count()), (200, 50));
    assert!(problems.to_string().ends_with("\nerror: 150 more problems are not shown\n"));
}

#[test]
fn a_file_of_another_schema_is_not_read_further() {
    let problems = policy_problems("schema = 2\nnew-key = 1");
    assert_eq!(problems.count(), 1);
    assert!(problems.to_string().contains("this file has schema 2, this Skink reads schema 1"));
    assert!(policy_problems("").to_string().contains("needs the key `schema`"));
    // Without a schema the other problems are told too.
    assert_eq!(policy_problems("x = 1").count(), 2);
}

#[test]
fn a_file_has_at_most_256_hooks() {
    let text = |count| {
        let hooks = (0..count).map(|n| format!("hooks.h{n}.module = \"m\"\n"));
        format!("schema = 1\n{}", hooks.collect::<String>())
    };
    assert!(HooksFile::parse(text(256), "_hooks").is_ok());
    assert_eq!(hooks_problems(&text(300)).count(), 1);
}

#[test]
fn at_most_64_rules_name_a_module() {
    let rule =
        |n| format!("[[allow]]\nmodule = \"m\"\nsha256 = [\"{}\"]\nprojects = [\"p{n}\"]\n", "aa".repeat(32));
    let text = |count| format!("schema = 1\n{}", (0..count).map(rule).collect::<String>());
    assert!(Policy::parse(text(64), "p").is_ok());
    assert_eq!(policy_problems(&text(66)).count(), 2);
}
