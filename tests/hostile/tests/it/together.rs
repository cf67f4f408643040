//! Hostile hooks beside honest ones, with one state: each costs its own call a message, and nobody else anything.

use skink_tests_hostile::Expect::{Failed, Limit, Passed, Trap};
use skink_tests_hostile::{Attack, Expect, Place, Running, assert_nothing_left};

#[test]
fn they_do_not_disturb_each_other() {
    let place = Place::new("together");
    let rows: [(Attack, Expect); 4] = [
        (Attack::check("spin").limit("wall-time", "500ms"), Limit("wall-time", "500 ms")),
        (Attack::check("pass"), Passed),
        (Attack::check("recursion"), Trap("call stack exhausted")),
        (Attack::check("fail"), Failed("the swapped module ran")),
    ];
    let places: Vec<Place> = rows.iter().map(|_| Place::new("together")).collect();
    let state = place.path("state").to_str().unwrap().to_owned();
    let mut running = Vec::new();
    for (attack, folder) in rows.iter().map(|(attack, _)| attack).zip(&places) {
        let mut arguments = attack.arguments(folder);
        let at = arguments.iter().position(|argument| argument == "--state").unwrap();
        arguments[at + 1] = state.clone();
        arguments.extend(["--format", "json"].map(str::to_owned));
        // Several of each: who starts may take nobody's scratch for that of a dead one.
        running.push([(); 4].map(|()| Running::start(folder, None, &arguments)));
    }
    for ((_, expect), running) in rows.iter().zip(running) {
        for ended in running.map(Running::wait) {
            let report =
                serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {}", ended.output()));
            expect.check(&report);
        }
    }
    assert_nothing_left(&place);
}
