//! Which module may run for which project, with what, and why.

use super::{digest, hooks, policy};
use crate::{Decision, Policy};
use skink_job::{ByteCount, Grants, Limits, Millis, OnProblem, PlanGrants};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const RULES: &str = r#"schema = 1
[tools.rpmlint]
program = "/usr/bin/rpmlint"
[repositories.pool]
packages = ["/srv/pool"]

[[allow]]
module = "narrow"
sha256 = ["<aa>"]
projects = ["home:alice"]
limits = { memory = "64MiB" }

[[allow]]
module = "wide"
sha256 = ["<aa>", "<bb>"]
projects = ["home:**", "openSUSE:Factory"]
[allow.grants]
results = true
tools = ["rpmlint"]
[allow.grants.plan]
add-packages = ["gcc*"]
repository = "pool"
"#;

fn results() -> Grants {
    Grants { results: true, ..Grants::default() }
}

fn plan(package: &str) -> Grants {
    let plan = PlanGrants { add_packages: BTreeSet::from([package.to_owned()]), ..PlanGrants::default() };
    Grants { plan, ..Grants::default() }
}

/// The deciding rule's line, or the reason.
fn decide(policy: &Policy, project: Option<&str>, module: u8, requested: &Grants) -> Result<String, String> {
    match policy.admit(project, &digest(module), requested) {
        Decision::Allowed(allowed) => {
            assert_eq!(&allowed.grants, requested);
            Ok(allowed.rule.to_string())
        }
        Decision::Refused { reason } => Err(reason.to_string()),
    }
}

#[test]
fn the_first_rule_that_names_module_and_project_decides() {
    let policy = policy(RULES);
    let none = Grants::default();
    let (narrow, wide) = ("policy.toml:7 (narrow)", "policy.toml:13 (wide)");
    let rows = [
        (Some("home:alice"), 0xaa, &none, Ok(narrow)),
        // The narrower rule comes first, so that what only the wider grants is refused.
        (Some("home:alice"), 0xaa, &results(), Err("does not grant `results`")),
        (Some("home:alice"), 0xbb, &results(), Ok(wide)),
        (Some("home:alice:sub"), 0xaa, &results(), Ok(wide)),
        (Some("openSUSE:Factory"), 0xaa, &plan("gcc14"), Ok(wide)),
        (Some("openSUSE:Factory"), 0xaa, &plan("gcc*"), Ok(wide)),
        (Some("openSUSE:Factory"), 0xaa, &plan("g*"), Err("`plan.add-packages` of \"g*\"")),
        (Some("openSUSE:Factory"), 0xaa, &plan("vim"), Err("`plan.add-packages` of \"vim\"")),
        (Some("home"), 0xaa, &none, Err("but not for the project `home`")),
        (Some("openSUSE:Factory:x"), 0xaa, &none, Err("but not for the project")),
        (None, 0xaa, &none, Err("--hook-project")),
        (Some("home:alice"), 0xcc, &none, Err("no [[allow]] rule of policy.toml names module sha256:cccc")),
    ];
    for (project, module, requested, want) in rows {
        let got = decide(&policy, project, module, requested);
        match want {
            Ok(rule) => assert_eq!(got.as_deref(), Ok(rule), "{project:?} {module:x}"),
            Err(part) => assert!(got.clone().unwrap_err().contains(part), "{project:?} {module:x} {got:?}"),
        }
    }
}

#[test]
fn a_star_in_the_plan_requests_what_the_rule_gives() {
    let wide = policy(RULES);
    let narrow = policy(&RULES.replace("gcc*", "gcc-1*"));
    let plan_of = |policy: &Policy| match policy.admit(Some("home:bob"), &digest(0xaa), &plan("*")) {
        Decision::Allowed(allowed) => allowed.grants.plan,
        Decision::Refused { reason } => panic!("{reason}"),
    };
    let packages = |policy: &Policy| plan_of(policy).add_packages.into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(packages(&wide), "gcc*");
    assert_eq!(packages(&policy(&RULES.replace("add-packages = [\"gcc*\"]\n", ""))), "");
    let both = wide.narrowed_by(narrow).unwrap();
    assert_eq!(packages(&both), "gcc-1*");
    assert_eq!(plan_of(&both).macros, BTreeSet::new());
}

#[test]
fn without_a_policy_nothing_is_allowed() {
    let empty = Policy::default();
    assert!(decide(&empty, Some("home:a"), 0xaa, &Grants::default()).unwrap_err().contains("no policy"));
    let narrowed = empty.narrowed_by(policy(RULES)).unwrap();
    assert!(decide(&narrowed, Some("home:a"), 0xaa, &Grants::default()).is_err());
    assert!(decide(&policy("schema = 1"), Some("home:a"), 0xaa, &Grants::default()).is_err());
}

#[test]
fn every_missing_grant_is_named_once() {
    let all = Grants {
        sources: true,
        outbox: true,
        tools: BTreeSet::from(["kiwi".parse().unwrap(), "rpmlint".parse().unwrap()]),
        attachments: BTreeSet::from(["a.log".parse().unwrap()]),
        ..results()
    };
    assert_eq!(
        decide(&policy(RULES), Some("openSUSE:Factory"), 0xbb, &all).unwrap_err(),
        "the rule policy.toml:13 (wide) does not grant `sources`, `outbox`, `tools` of \"kiwi\", `attachments` \
         of \"a.log\", which the module requests; an admin adds it to the rule, or the module is built to \
         request less"
    );
}

/// A policy for module aa in every project.
fn one(rest: &str) -> Policy {
    policy(&format!(
        "schema = 1\n[[allow]]\nmodule = \"m\"\nsha256 = [\"<aa>\"]\nprojects = [\"**\"]\n{rest}"
    ))
}

#[test]
fn what_a_failure_means() {
    use OnProblem::{Fail, Warn};
    let words = [None, Some(Warn), Some(Fail)];
    let text = |key: &str, word: Option<OnProblem>| {
        word.map_or(String::new(), |word| format!("{key} = \"{word}\"\n"))
    };
    // Rows: the rule's word; columns: the entry's.
    let failure = [[Fail, Warn, Fail], [Warn, Warn, Fail], [Fail, Fail, Fail]];
    let mut seen = BTreeMap::new();
    for (rule, row) in words.iter().zip(failure) {
        for (limit, (entry, want)) in
            words.iter().flat_map(|limit| words.iter().zip(row).map(move |x| (limit, x)))
        {
            let policy = one(&format!("{}{}", text("on-failure", *rule), text("on-limit", *limit)));
            let Decision::Allowed(allowed) = policy.admit(None, &digest(0xaa), &Grants::default()) else {
                panic!()
            };
            assert_eq!(allowed.on_failure(*entry), want, "{rule:?} {entry:?}");
            assert_eq!(allowed.on_limit(*entry), limit.unwrap_or(want), "{rule:?} {limit:?} {entry:?}");
            seen.insert((*rule, *limit, *entry), (allowed.on_failure(*entry), allowed.on_limit(*entry)));
        }
    }
    // Narrowing never softens, whatever the two policies and the entry say.
    for a in words.iter().flat_map(|f| words.iter().map(move |l| (*f, *l))) {
        for b in words.iter().flat_map(|f| words.iter().map(move |l| (*f, *l))) {
            let of = |(failure, limit)| {
                one(&format!("{}{}", text("on-failure", failure), text("on-limit", limit)))
            };
            let both = of(a).narrowed_by(of(b)).unwrap();
            let Decision::Allowed(allowed) = both.admit(None, &digest(0xaa), &Grants::default()) else {
                panic!()
            };
            for entry in words {
                let stricter = |x: OnProblem, y: OnProblem| if x == Fail || y == Fail { Fail } else { Warn };
                let ((fa, la), (fb, lb)) = (seen[&(a.0, a.1, entry)], seen[&(b.0, b.1, entry)]);
                assert_eq!(allowed.on_failure(entry), stricter(fa, fb), "{a:?} {b:?} {entry:?}");
                let limit = allowed.on_limit(entry);
                assert!(limit == stricter(la, lb) || limit == Fail, "{a:?} {b:?} {entry:?}");
            }
        }
    }
}

#[test]
fn a_narrower_policy_only_takes_away() {
    let wide = "on-failure = \"warn\"\n[allow.grants]\nresults = true\nsources = true\n\
                [allow.limits]\nmemory = \"1GiB\"\nwall-time = \"9s\"";
    let less = "[allow.grants]\nresults = true\noutbox = true\n\
                [allow.limits]\nmemory = \"2GiB\"\nwall-time = \"3s\"";
    let both = one(wide).narrowed_by(one(less)).unwrap();
    let Decision::Allowed(allowed) = both.admit(Some("a"), &digest(0xaa), &results()) else { panic!() };
    let want = Limits { memory: ByteCount(1 << 30), wall_time: Millis(3000), ..Limits::default() };
    assert_eq!(allowed.limits, want);
    assert_eq!(allowed.on_failure(None), OnProblem::Fail);
    assert_eq!(allowed.rule.as_str(), "policy.toml:2 (m), policy.toml:2 (m)");
    for grants in [Grants { sources: true, ..results() }, Grants { outbox: true, ..results() }] {
        assert!(decide(&both, Some("a"), 0xaa, &grants).is_err(), "{grants:?}");
    }
    // What only one of them allows is refused.
    let other = policy(&RULES.replace("<bb>", "<cc>"));
    for (first, second) in [(one(""), other.clone()), (other, one(""))] {
        let both = first.narrowed_by(second).unwrap();
        assert!(decide(&both, Some("home:x"), 0xcc, &Grants::default()).is_err());
        assert!(decide(&both, Some("other"), 0xaa, &Grants::default()).is_err());
        assert!(decide(&both, Some("home:x"), 0xaa, &Grants::default()).is_ok());
    }
}

#[test]
fn a_narrower_policy_changes_no_tool_and_no_repository_and_demands_nothing() {
    const ROOT: &str = "[tool-roots.r]\ndist = \"/d\"\npackages = [\"a\"]\nrepositories = [\"/srv/a\"]\n";
    let base = || policy(&format!("{RULES}\n{ROOT}"));
    let rows = [
        ("[tools.rpmlint]\nprogram = \"/usr/bin/rpmlint\"", None),
        ("[tools.rpmlint]\nprogram = \"/opt/rpmlint\"", Some("can not change the tool `rpmlint`")),
        ("[tools.rpmlint]\nprogram = \"/usr/bin/rpmlint\"\netc = [\"/\"]", Some("can not change the tool")),
        ("[tools.other]\nprogram = \"/opt/other\"", None),
        ("[tools.rpmlint]\nprogram = \"/usr/bin/rpmlint\"\nargs = []", Some("can not change the tool")),
        (ROOT, None),
        (&ROOT.replace("/srv/a", "/srv/b"), Some("can not change the tool root `r`")),
        ("[repositories.pool]\npackages = [\"/srv/pool\"]", None),
        ("[repositories.pool]\npackages = [\"/home\"]", Some("can not change the repository `pool`")),
        (
            "[[mandatory]]\nname = \"m\"\nmodule = \"m\"\nprojects = [\"**\"]",
            Some("can not add a mandatory hook"),
        ),
    ];
    for (text, want) in rows {
        let got = base().narrowed_by(policy(&format!("schema = 1\n{text}")));
        match want {
            None => {
                let tools: Vec<_> = got
                    .unwrap()
                    .tools()
                    .map(|(name, tool)| (name.to_string(), tool.program.clone()))
                    .collect();
                assert_eq!(tools, [("rpmlint".to_owned(), PathBuf::from("/usr/bin/rpmlint"))]);
            }
            Some(part) => assert!(got.unwrap_err().to_string().contains(part), "{text}"),
        }
    }
    // A repository is there only if both rules name it.
    let (pool, none) = (policy(RULES), policy(&RULES.replace("repository = \"pool\"", "")));
    for (first, second, want) in [(&pool, &pool, Some("pool")), (&pool, &none, None), (&none, &pool, None)] {
        let both = first.clone().narrowed_by(second.clone()).unwrap();
        let Decision::Allowed(allowed) = both.admit(Some("home:x"), &digest(0xaa), &plan("gcc")) else {
            panic!()
        };
        assert_eq!(allowed.repository.as_deref(), want);
    }
}

#[test]
fn as_requested_allows_that_module_what_it_requests() {
    let requested = Grants { tools: BTreeSet::from(["rpmlint".parse().unwrap()]), ..results() };
    let found = BTreeMap::from([("rpmlint".parse().unwrap(), PathBuf::from("/usr/bin/rpmlint"))]);
    let policy = Policy::as_requested(digest(0xaa), &requested, &found).unwrap();
    assert_eq!(decide(&policy, None, 0xaa, &requested).unwrap(), "(what the module requests) (as-requested)");
    assert!(decide(&policy, Some("home:a"), 0xaa, &results()).is_ok());
    assert!(decide(&policy, None, 0xbb, &requested).is_err());
    assert!(decide(&policy, None, 0xaa, &Grants { sources: true, ..results() }).is_err());
    assert_eq!(policy.tools().count(), 1);
    let missing = Policy::as_requested(digest(0xaa), &requested, &BTreeMap::new()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        " --> (what the module requests)\n".replacen(
            " --> ",
            "error: the module needs the tool `rpmlint`, which is not on this machine\n --> ",
            1
        ) + "  = help: install it, so that it is found on PATH\n"
    );
}

fn explained(project: Option<&str>, module: u8, requested: &Grants) -> String {
    let lines = policy(RULES).explain(project, &digest(module), requested);
    lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect::<String>()
        .replace(&digest(module).to_string(), "MODULE")
}

#[test]
fn explain_names_rule_and_line_of_each_grant_and_limit() {
    let requested = Grants { sources: true, ..plan("gcc14") };
    assert_eq!(
        explained(Some("home:alice"), 0xaa, &Grants::default()),
        "module sha256:MODULE in the project `home:alice`
policy.toml:7 (narrow): decides, by the pattern \"home:alice\" (policy.toml:10)
  memory 64 MiB: policy.toml:11
  wall-time 5 min: the default
  handles 1024: the default
  log-bytes 4 MiB: the default
  output-bytes 256 MiB: the default
  output-files 1000: the default
  tool-time 4 min: the default
  tool-memory 4 GiB: the default
  tool-processes 512: the default
  scratch-bytes 1 GiB: the default
  on-failure: as the hook's entry says, else fail
  on-limit: as on-failure
policy.toml:13 (wide): not looked at, an earlier rule decides
allowed by policy.toml:7 (narrow)
"
    );
    let text = explained(Some("openSUSE:Factory"), 0xaa, &requested);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[1..6],
        [
            "policy.toml:7 (narrow): names the module, but no pattern matches",
            "policy.toml:13 (wide): decides, by the pattern \"openSUSE:Factory\" (policy.toml:16)",
            "  `sources`: not granted",
            "  `plan.add-packages` of \"gcc14\": granted by policy.toml:21",
            "  packages are added from the repository `pool`",
        ]
    );
    assert!(
        lines.last().unwrap().starts_with("refused: the rule policy.toml:13 (wide) does not grant `sources`")
    );
    assert_eq!(
        explained(Some("x\n[ok]"), 0xcc, &Grants::default()),
        "module sha256:MODULE in the project `x\\n[ok]`
refused: no [[allow]] rule of policy.toml names module sha256:MODULE; an admin adds a rule for the project `x\\n[ok]`
"
    );
}

/// Where the readme says "like this", it is like this.
#[test]
fn the_example_of_the_readme_is_allowed() {
    let readme = include_str!("../../../../README.md");
    let blocks: Vec<&str> =
        readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [hooks_text, policy_text] = blocks.as_slice() else {
        panic!("two blocks of TOML, not {}", blocks.len())
    };
    let file = hooks(hooks_text);
    let text = ["aa", "bb"]
        .iter()
        .fold((*policy_text).to_owned(), |text, byte| text.replacen('…', &byte.repeat(32), 1));
    let policy = Policy::parse(text, "policy.toml").unwrap_or_else(|problems| panic!("{problems}"));
    let merged = crate::merge(&policy, Some("home:me"), None, Some(&file)).unwrap();
    assert_eq!(merged.entries.len(), 2);
    let rules: Vec<String> = [0xaa, 0xbb]
        .map(|byte| match policy.admit(Some("home:me"), &digest(byte), &Grants::default()) {
            Decision::Allowed(allowed) => allowed.rule.to_string(),
            Decision::Refused { reason } => panic!("{reason}"),
        })
        .to_vec();
    for entry in &merged.entries {
        assert!(
            rules.iter().any(|rule| rule.contains(entry.name.as_str())),
            "no rule for {}: {rules:?}",
            entry.name
        );
    }
}
