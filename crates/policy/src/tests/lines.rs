//! Hooks as lines of a build configuration.

use super::keys::{HOOKS_ROWS, POLICY, changed, outcome};
use crate::{HooksFile, Policy, has_hook_lines, merge};

const LINES: &str = "Type: spec\n\
    #!Hook: one = { module = \"one.wasm\", sha256 = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \
    phases = [\"check\"], when = \"success\", stage = \"final\", after = [\"three\"], before = [\"two\"], \
    on-failure = \"fail\", disabled = false, settings = { level = 1 } }\n\
    #!Hook: two = { module = \"two.wasm\" }\n\
    #!Hook: three.module = \"three.wasm\"  # another way to write a table\n";

fn lines(text: &str) -> HooksFile {
    HooksFile::parse_lines(text.as_bytes(), "prjconf").unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn each_key_of_a_line_changes_the_outcome() {
    let policy = Policy::parse(POLICY, "p").unwrap();
    let base = outcome(&policy, &lines(LINES));
    assert!(base.contains("one project AdminFile"), "{base}");
    for row in HOOKS_ROWS {
        assert_ne!(base, outcome(&policy, &lines(&changed(LINES, row))), "{row:?} changes nothing");
    }
    let by_digest = outcome(&policy, &lines(&LINES.replace("module = \"one.wasm\", ", "")));
    assert!(by_digest.contains("one project AdminDigest"), "{by_digest}");
}

#[test]
fn of_two_entries_of_one_name_the_later_one_counts() {
    const BASE: &str = "#!Hook: a = { module = \"a\" }\n#!Hook: b = { module = \"b\" }\n";
    let rows = [
        // configuration, the project's _hooks, the package's, the modules of the job in their order
        (BASE, "", "", "a=a b=b"),
        ("#!Hook: a = { module = \"a\" }\n### from home\n#!Hook: a = { module = \"a2\" }", "", "", "a=a2"),
        ("#!Hook: a = { module = \"a\" }\n#!Hook: a = { disabled = true }", "", "", ""),
        ("#!Hook: a = { disabled = true }\n#!Hook: a = { module = \"a\" }", "", "", "a=a"),
        (BASE, "hooks.a.module = \"other\"", "", "a=other b=b"),
        (BASE, "hooks.a.disabled = true\nhooks.c.module = \"c\"", "", "b=b c=c"),
        (BASE, "", "hooks.b.module = \"mine\"", "a=a b=mine"),
        (BASE, "hooks.a.module = \"other\"", "hooks.a.disabled = true", "b=b"),
        ("Type: spec\n", "", "", ""),
    ];
    for (config, project, package, want) in rows {
        let file = |text: &str| HooksFile::parse(format!("schema = 1\n{text}"), "_hooks").unwrap();
        let project_layer = lines(config).followed_by(file(project));
        let merged = merge(&Policy::default(), None, Some(&project_layer), Some(&file(package))).unwrap();
        let shown = |entry: &crate::HookEntry| match &entry.module {
            crate::ModuleSource::Beside(file) | crate::ModuleSource::AdminFile(file) => {
                format!("{}={file}", entry.name)
            }
            crate::ModuleSource::AdminDigest(digest) => format!("{}={digest}", entry.name),
        };
        let got: Vec<String> = merged.entries.iter().map(shown).collect();
        assert_eq!(got.join(" "), want, "{config} | {project} | {package}");
        assert!(merged.entries.iter().all(|entry| !entry.mandatory));
    }
}

#[test]
fn each_mistake_has_its_place_and_its_help() {
    let rows = [
        // text, line, column, message, help
        (
            "Type: spec\n#!Hook: a = { module = \"a\", whn = \"success\" }",
            2,
            29,
            "unknown key `whn` in [hooks.a]",
            "mean `when`?",
        ),
        ("#!Hook: a = { when = \"success\" }", 1, 13, "needs the key `module`", "admin's folder of modules"),
        ("#!Hook: a = { module = 1 }", 1, 24, "`module` must be a text", ""),
        ("#!Hook: a = { module = \"a\", when = \"succes\" }", 1, 36, "no value of `when`", "mean `success`?"),
        ("#!Hook: A = { module = \"a\" }", 1, 9, "hook name", ""),
        ("#!Hook: a = \"a\"", 1, 13, "must be a table", ""),
        ("#!Hook: a = { module = \"a\"", 1, 27, "no valid TOML", ""),
        ("#!Hook: rpmlint", 1, 16, "no valid TOML", ""),
        ("#!Hook:", 1, 1, "names no hook", "such as: #!Hook: rpmlint = {"),
        ("#!hook: a = { module = \"a\" }", 1, 1, "looks like a hook", "such as"),
        (" #!Hook: a = { module = \"a\" }", 1, 1, "looks like a hook", ""),
        ("# !Hooks: a = { module = \"a\" }", 1, 1, "looks like a hook", ""),
        ("#!Hook a = { module = \"a\" }", 1, 1, "looks like a hook", ""),
        (
            "%if 1\n#!Hook: a = { module = \"a\" }\n%endif",
            2,
            1,
            "between `%if` and `%endif`",
            "outside of them",
        ),
        (
            "Macros:\n#!Hook: a = { module = \"a\" }\n:Macros",
            2,
            1,
            "in a `Macros:` section",
            "before `Macros:`",
        ),
    ];
    for (text, line, column, message, help) in rows {
        let problems = HooksFile::parse_lines(text.as_bytes(), "prjconf").expect_err(text);
        assert_eq!(problems.count(), 1, "{text}\n{problems}");
        let problem = problems.iter().next().unwrap();
        assert_eq!((problem.line, problem.column), (line, column), "{problems}");
        assert!(problem.message.as_str().contains(message), "{problems}");
        let told = problem.help.as_ref().map(|help| help.as_str()).unwrap_or_default();
        assert!(told.contains(help), "{problems}");
        assert!(has_hook_lines(text.as_bytes()), "{text}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_with_their_project() {
    let text = "### from base\n#!Hook: a = {}\n### from home:x\n%define y z\n#!Hook: b = {}\n";
    let shown = HooksFile::parse_lines(text.as_bytes(), "/root/.build.config").unwrap_err().to_string();
    for (place, project) in [("/root/.build.config:2:13", "base"), ("/root/.build.config:5:13", "home:x")] {
        let rest = shown.split_once(place).unwrap().1;
        let note = format!("the line comes from the configuration of the project {project}\n");
        assert!(rest.contains(&note), "{shown}");
    }
    assert!(shown.contains("5 | #!Hook: b = {}\n"), "{shown}");
}

#[test]
fn what_is_no_hook_line_stays_a_comment() {
    let rows = [
        "",
        "# a comment about a hook",
        "#!PrependConfigFile: other",
        "#!BuildIgnore: vim",
        "Type: spec # !Hook: a",
        "%if 1\n# text\n%endif",
    ];
    for text in rows {
        assert!(!has_hook_lines(text.as_bytes()), "{text}");
        assert!(lines(text).declared.is_empty(), "{text}");
    }
    let latin1 = b"# caf\xe9\n#!Hook: a = { module = \"a\" }\n";
    assert!(has_hook_lines(latin1));
    assert_eq!(HooksFile::parse_lines(latin1, "prjconf").unwrap().declared.len(), 1);
}

#[test]
fn a_configuration_declares_no_more_hooks_than_a_file() {
    let text = |count: usize| -> String {
        (0..count).map(|i| format!("#!Hook: a{i} = {{ module = \"a\" }}\n")).collect()
    };
    assert_eq!(lines(&text(256)).declared.len(), 256);
    let problems = HooksFile::parse_lines(text(257).as_bytes(), "prjconf").unwrap_err();
    assert!(problems.to_string().contains("at most 256 hooks"), "{problems}");
}
