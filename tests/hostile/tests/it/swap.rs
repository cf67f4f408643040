//! Row 45: the file is not, or no longer, what was allowed.

use serde_json::Value;
use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::Refused;
use skink_tests_hostile::{Place, Running};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

rows! {
    45 digest_of_another: Attack::check("fail").allowed_as(&Attack::check("pass"))
        => Refused("names module sha256:"), |seen| {
            let module = &seen.report["module"];
            assert_eq!(module["version"], "", "nothing of an unknown module is read: {module}");
        };
    45 digest_of_one_more_byte: Attack::check("pass").trailing(b"\0\x01\0").allowed_as(&Attack::check("pass"))
        => Refused("names module sha256:");
}

/// Somebody swaps the file all the time, by renaming and by writing into it. The call is that of the allowed bytes
/// or there is none; never does a report bear one module's digest and another's verdict.
#[test]
fn what_is_run_is_what_was_hashed() {
    let place = Place::new("swap");
    let attack = Attack::check("pass");
    let (allowed, other) = (attack.bytes(), Attack::check("fail").bytes());
    let arguments = attack.arguments(&place);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--format", "json"]).collect();
    let (module, spare) = (place.path("attack.wasm"), place.path("spare.wasm"));
    let stop = AtomicBool::new(false);
    let swap = || {
        while !stop.load(Ordering::Relaxed) {
            for bytes in [&other, &allowed] {
                fs::write(&spare, bytes).unwrap();
                fs::rename(&spare, &module).unwrap();
                fs::write(&module, bytes).unwrap();
            }
        }
    };
    let call = || {
        let ended = Running::start(&place, None, &arguments).wait();
        assert!(!ended.output().contains("the swapped module ran"), "{}", ended.output());
        let report: Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {}", ended.output()));
        report["outcome"].as_str().unwrap().to_owned()
    };
    let words: Vec<String> = std::thread::scope(|scope| {
        scope.spawn(swap);
        let words =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (0..30).map(|_| call()).collect()));
        stop.store(true, Ordering::Relaxed);
        words.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    assert!(words.iter().all(|word| word == "passed" || word == "refused"), "{words:?}");
    // Half of what is read is the other module: without a refusal the swap was never seen.
    assert!(words.iter().any(|word| word == "refused"), "{words:?}");
}
