//! Tools that were not granted, and tools that were.

use serde_json::json;
use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::{Passed, Refused, Trap};

rows! {
    34 check_with_outbox: Attack::check("outbox-in-check")
        => Refused("`skink:hook/outbox`, which belongs to the phase transform");
    34 check_with_outbox_asked_for: Attack::check("outbox-in-check").ask("outbox", json!(true))
        => Refused("`skink:hook/outbox`, which belongs to the phase transform");
    34 check_tampers_via_tool: Attack::check("tamper").ask("tools", json!(["touch"])).tool("touch", "/usr/bin/touch")
        => Passed, |seen| {
            let runs = seen.report["tools"][0]["runs"].as_array().unwrap();
            assert_eq!(runs.len(), 9, "{runs:?}");
        };
    35 tool_not_granted: Attack::check("tools-list").ask("tools", json!(["bash"])).granted(&json!({"results": true}))
        => Refused("bash");
    35 tool_not_asked_for: Attack::check("tools-list").granted(&json!({"results": true, "tools": ["touch"]}))
            .tool("touch", "/usr/bin/touch")
        => Passed, |seen| assert_eq!(seen.log(), ["that is all"]);
    35 tool_asked_for: Attack::check("tools-list").ask("tools", json!(["touch"])).tool("touch", "/usr/bin/touch")
        => Passed, |seen| assert_eq!(seen.log(), ["touch", "that is all"]);
    35 tool_forged: Attack::check("tool-forged").tool("touch", "/usr/bin/touch")
        => Trap("handle index 1");
    35 tool_that_the_policy_does_not_describe: Attack::check("tools-list").ask("tools", json!(["rm"]))
            .granted(&json!({"results": true})).tool("touch", "/usr/bin/touch")
        => Refused("rm");
}
