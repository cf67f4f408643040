//! `policy-decisions`: a thousand decisions by a policy of a thousand modules and ten thousand projects.
//!
//! The policy has 100 rules of 100 modules and 100 project patterns each, so that ten rules name a module. One
//! project of four is in none of them; the others are spread over all rules, and are found by every kind of
//! pattern. Reading the policy, once a job, is not in it. Nobody else decides the same, so the peer is a time.

use crate::measure::{Pair, Peer};
use crate::place::Place;
use anyhow::ensure;
use skink_job::{Digest, Grants};
use skink_policy::{Decision, Policy};
use std::hint::black_box;
use std::time::Duration;

const MODULES: usize = 1_000;
const RULES: usize = 100;
/// Of one rule; no project is in two.
const PROJECTS: usize = 100;
/// The rules are in so many groups; all rules of a group name the same modules.
const GROUPS: usize = 10;
const DECISIONS: usize = 1_000;
/// What a thousand decisions may take.
const MOST: Duration = Duration::from_millis(10);

pub(crate) fn pair(_: &Place) -> anyhow::Result<Pair> {
    let policy = Policy::parse(policy_text(), "the benchmark's policy")?;
    let questions = (0..DECISIONS).map(question).collect::<anyhow::Result<Vec<_>>>()?;
    let allowed = questions.iter().filter(|question| question.allowed).count();
    let requested = Grants { results: true, outbox: true, ..Grants::default() };
    let ours = move || {
        let is_allowed = |question: &&Question| {
            let decision = policy.admit(Some(&question.project), &question.module, &requested);
            matches!(black_box(decision), Decision::Allowed(_))
        };
        let found = black_box(&questions).iter().filter(is_allowed).count();
        ensure!(found == allowed, "{found} of {DECISIONS} were allowed, not {allowed}");
        Ok(None)
    };
    Ok(Pair::of(Box::new(ours), Peer::Time(MOST)))
}

/// Whether a module may run for a project.
struct Question {
    module: Digest,
    project: String,
    allowed: bool,
}

fn question(number: usize) -> anyhow::Result<Question> {
    let module = number % MODULES;
    let rule = module % GROUPS + GROUPS * (number / GROUPS % (RULES / GROUPS));
    let allowed = number % 4 != 1;
    let project = if allowed { project(rule, number % PROJECTS) } else { format!("devel:none{number}") };
    Ok(Question { module: digest(module).parse()?, project, allowed })
}

fn policy_text() -> String {
    let quoted = |words: Vec<String>| words.iter().map(|word| format!("\"{word}\",")).collect::<String>();
    let rule = |rule: usize| {
        let modules = (0..MODULES).filter(|module| module % GROUPS == rule % GROUPS).map(digest).collect();
        let projects = (0..PROJECTS).map(|number| pattern(rule, number)).collect();
        format!(
            "[[allow]]\nmodule = \"rule-{rule}\"\nsha256 = [{}]\nprojects = [{}]\n\
             [allow.grants]\nresults = true\nsources = true\noutbox = true\n",
            quoted(modules),
            quoted(projects)
        )
    };
    format!("schema = 1\n{}", (0..RULES).map(rule).collect::<String>())
}

fn digest(module: usize) -> String {
    format!("{module:064x}")
}

/// A pattern of a rule: one has a `*` inside, the others are of the three kinds that are looked up.
fn pattern(rule: usize, number: usize) -> String {
    match (number, number % 3) {
        (0, _) => format!("SUSE:SLE-{rule}-*:GA"),
        (_, 0) => format!("Fedora:{rule}-{number}"),
        (_, 1) => format!("home:u{rule}-{number}:*"),
        (_, _) => format!("isv:g{rule}-{number}:**"),
    }
}

/// A project that only this pattern of this rule matches.
fn project(rule: usize, number: usize) -> String {
    match (number, number % 3) {
        (0, _) => format!("SUSE:SLE-{rule}-SP1:GA"),
        (_, 0) => format!("Fedora:{rule}-{number}"),
        (_, 1) => format!("home:u{rule}-{number}:tools"),
        (_, _) => format!("isv:g{rule}-{number}:tools:next"),
    }
}
