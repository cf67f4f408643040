//! What `bs_worker` reads from the exit code of `skink hostcheck`, called as it calls it.

use super::{lay_out, options};
use skink_tests_hostile::{Ended, Place, Running, assert_nothing_left};
use std::process::Command;

const JOB: &str = include_str!("../../../../../crates/obs/tests/job.xml");

/// As `bs_worker` calls it, behind the options of a wrapper.
fn check(place: &Place, policy: &str, job: &str, when: &str, more: &[&str]) -> Ended {
    place.write("job", job);
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let mut arguments = vec!["hostcheck".to_owned()];
    arguments.extend(options(place, policy));
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    let (job, log) = (path("job"), path("root/.build.log"));
    arguments.extend(["--srcserver", "http://127.0.0.1:5352", &job, when, &log].map(str::to_owned));
    Running::start(place, None, &arguments).wait()
}

/// What the hook does, `on-failure`, when it is asked, the exit code, and words on standard error.
const ROWS: [(&str, &str, &str, i32, &str); 14] = [
    ("yes", "refuse", "precheck", 0, "yes"),
    ("abstain", "refuse", "precheck", 0, "abstain"),
    ("no", "abstain", "precheck", 1, "no letters: "),
    ("worker", "refuse", "precheck", 1, "no letters: mine"),
    ("constraint", "refuse", "precheck", 0, "yes"),
    ("trap", "refuse", "precheck", 1, "no letters: it gave no answer (trap)"),
    ("trap", "abstain", "precheck", 0, "abstain"),
    ("loop", "refuse", "precheck", 1, "fuel"),
    ("loop", "abstain", "precheck", 0, "abstain"),
    ("memory", "refuse", "precheck", 1, "memory"),
    ("other", "refuse", "precheck", 1, "failed"),
    ("no", "refuse", "succeeded", 0, ""),
    ("trap", "refuse", "failed", 0, ""),
    ("no", "refuse", "something-new", 0, ""),
];

#[test]
fn the_table_of_exit_codes() {
    let place = Place::new("hostcheck");
    let policy = lay_out(&place);
    for (package, on_failure, when, want, words) in ROWS {
        let policy = policy.replace("\"refuse\"", &format!("\"{on_failure}\""));
        let job = JOB.replace("package=\"hello\"", &format!("package=\"{package}\""));
        let ended = check(&place, &policy, &job, when, &["--hostlabel", "mine"]);
        assert_eq!(ended.code(), Some(want), "{package} {on_failure} {when}: {}", ended.output());
        assert!(ended.stderr.contains(words) && ended.stdout.is_empty(), "{package}: {}", ended.output());
    }
    assert_nothing_left(&place);
}

/// A refusal bans the worker for a day, so nothing but a hook's word or fault gives one.
#[test]
fn what_is_wrong_with_the_machine_takes_the_job() {
    let place = Place::new("hostcheck-odd");
    let policy = lay_out(&place);
    let no = JOB.replace("package=\"hello\"", "package=\"no\"");
    let new = no.replace("<rev>", "<slsaprovenance>1</slsaprovenance><new a=\"b\"><c/></new><rev>");
    // The policy, the job, options, the code.
    let rows: [(&str, String, &str, &[&str], i32); 10] = [
        ("a new element", policy.clone(), &new, &[], 1),
        ("no hook", "schema = 1\n".to_owned(), &no, &[], 0),
        ("a broken policy", "schema = 2\n".to_owned(), &no, &[], 0),
        ("another project", policy.replace("[\"**\"]", "[\"home:b\"]"), &no, &[], 0),
        ("no module", policy.replace("allocate.wasm", "absent.wasm"), &no, &[], 0),
        (
            "another module",
            policy.replace(
                "sha256 = \"",
                "sha256 = \"00000000000000000000000000000000\
            00000000000000000000000000000000\" # \"",
            ),
            &no,
            &[],
            1,
        ),
        ("an empty job", policy.clone(), "", &[], 0),
        ("no job", policy.clone(), "<worker/>", &[], 0),
        ("half a job", policy.clone(), "<buildinfo project=\"a\">", &[], 0),
        ("an unknown option", policy.clone(), &no, &["--colour"], 0),
    ];
    for (what, policy, job, more, want) in rows {
        let ended = check(&place, &policy, job, "precheck", more);
        assert_eq!(ended.code(), Some(want), "{what}: {}", ended.output());
    }
    assert_nothing_left(&place);
}

#[test]
fn without_a_runner_the_job_is_taken() {
    let place = Place::new("hostcheck-no-runner");
    let policy = lay_out(&place);
    let no = JOB.replace("package=\"hello\"", "package=\"no\"");
    assert_eq!(check(&place, &policy, &no, "precheck", &[]).code(), Some(1));
    let runner = place.program("skink-runner");
    std::fs::remove_file(&runner).unwrap();
    std::os::unix::fs::symlink("/bin/false", &runner).unwrap();
    let ended = check(&place, &policy, &no, "precheck", &[]);
    assert_eq!(ended.code(), Some(0), "{}", ended.output());
    assert_nothing_left(&place);
}

/// `bs_worker` starts its host check by one word, without a shell; and labels may come in the environment.
#[test]
fn it_has_a_name_of_one_word() {
    let place = Place::new("hostcheck-name");
    let policy = lay_out(&place);
    place.write("job", JOB.replace("package=\"hello\"", "package=\"worker\""));
    let name = place.program("skink-hostcheck");
    std::os::unix::fs::symlink("skink", &name).unwrap();
    let wrapper = "exec \"$@\" --srcserver http://127.0.0.1:5352 \"$JOB\" precheck /nowhere";
    let mut command = Command::new("sh");
    command.args(["-c", wrapper, "sh"]).arg(&name).args(options(&place, &policy));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("JOB", place.path("job"));
    let ended = command.env("SKINK_HOSTLABELS", "from-environment other").output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("no letters: from-environment"), "{stderr}");
}
