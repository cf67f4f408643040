//! Text that would do something where it is shown. `Attack::ends` looks at every character that comes out.

use serde_json::json;
use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::{Failed, Passed, Trap};
use std::fs;
use std::path::Path;

rows! {
    24 escape_inject: Attack::check("escape-inject").ask("attachments", json!(["log.txt"]))
        => Failed("\\u{1b}[2J"), |seen| {
            let shown = "\\u{1b}[2J\\u{1b}]52;c;aGk=\\u{7}\\u{d}X\\u{202e}gnp\\u{2066}\\n[host] evil passed\\n\
                         \\u{9b}31m\\u{200b}\\u{2028}\\u{e0041}\\u{7f}\\u{8}";
            let finding = &seen.report["findings"][0];
            for key in ["code", "message", "package", "file"] {
                assert_eq!(finding[key], shown, "{key}");
            }
            assert_eq!(finding["help"], shown.replace("\\n", "\n"));
            assert!(seen.text.lines().any(|line| line == format!("error[{shown}]: {shown}")), "{}", seen.text);
            // A log line's feeds become lines of the hook, each behind the hook's own mark.
            assert!(seen.log().contains(&"[host] evil passed"), "{:?}", seen.log());
            assert!(seen.text.lines().any(|line| line == "  | [host] evil passed"), "{}", seen.text);
            assert!(seen.denied().len() >= 2, "{:?}", seen.denied());
        };
    24 escape_in_frames: Attack::check("escape-in-frames")
        => Trap("unreachable"), |seen| {
            let frame = seen.report["report"]["frames"][0]["function"].as_str().unwrap();
            assert_eq!(frame, "\\u{1b}[2J\\n[host] evil passed\\u{202e}\\u{d}");
            let calls = seen.report["report"]["host_calls"].to_string();
            assert!(calls.contains("[host] evil passed"), "{calls}");
        };
    24 escape_in_names_of_results: Attack::check("list-names").plant(plant)
        => Passed, |seen| {
            let shown = "\\u{1b}[2J\\u{202e}gnp.exe\\n[host] evil passed";
            assert!(seen.log().iter().any(|line| line.starts_with("\\u{1b}[2J")), "{:?}", seen.log());
            assert!(!seen.text.contains("\n[host]"), "{} {shown}", seen.text);
        };
}

/// Names that a build can give to files.
fn plant(results: &Path) {
    fs::write(results.join("\u{1b}[2J\u{202e}gnp.exe\n[host] evil passed"), "").unwrap();
    fs::write(results.join("plain"), "").unwrap();
}
