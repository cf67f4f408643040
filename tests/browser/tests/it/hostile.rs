//! Text that would do something in a page stays text.

use serde_json::{Value, json};
use skink_job::SafeText;
use skink_tests_browser::{Browser, Reports, page_of, rich};
use skink_tests_hostile::{Attack, ComponentText};

/// What a page must not obey: ends of a script, of a style, of an attribute and of a comment, elements, entities, a
/// URL, escape sequences, a turned direction, characters without width, a line of the log.
const EVIL: &str = concat!(
    "</script></style><script>pwned(1)</script><img src=x onerror=pwned(2)>\"' onfocus=pwned(3) autofocus x='",
    "<a href=javascript:pwned(4)>&lt;b&gt;&#60;--> <!-- {{7*7}} \x1b[2J\x1b]52;c;aGk=\x07 ",
    "\u{202e}gnp.exe\u{2066} \u{200b}\r\n[host] evil passed\t.",
);

/// Everything that can be read: texts, and titles.
const TEXTS: &str = "
    const said = (one) => [one.title, one.getAttribute('aria-label') || ''];
    const titles = [...document.querySelectorAll('[title], [aria-label]')].flatMap(said);
    return [document.title, document.body.textContent, ...titles].join('\\n');";

/// Keys whose texts have a grammar of their own, and those that the page does not show.
const KEPT: [&str; 10] = [
    "phase",
    "outcome",
    "on_failure",
    "on_limit",
    "severity",
    "edit",
    "build",
    "grants",
    "host_arch",
    "sources",
];

/// Puts evil into every free text, each with its place, and tells all of them.
fn poison(value: &mut Value, at: &str, told: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            *text = format!("{EVIL} {at} .");
            told.push(text.clone());
        }
        Value::Array(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                poison(item, &format!("{at}/{number}"), told);
            }
        }
        Value::Object(fields) => {
            // No report is read in which the name of a hook is none; the steps of a call are drawn, not named.
            let is_hook = fields.contains_key("on_limit");
            for (key, field) in fields.iter_mut() {
                // The plan is shown as its hooks made it.
                let is_known = is_hook && (key == "name" || key == "steps");
                let is_plan = at.is_empty() && key == "plan";
                if !is_known && !is_plan && !KEPT.contains(&key.as_str()) {
                    poison(field, &format!("{at}/{key}"), told);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn assert_nothing_obeyed(browser: &Browser) {
    assert!(!browser.is_asked(), "a window was opened");
    let none = json!({
        "scripts": 1, "styles": 1, "elements": 0, "attributes": [], "links": [], "sameIds": 0, "characters": 0,
        "asked": 0
    });
    assert_eq!(browser.ask(include_str!("harm.js")), none);
    // `pwned` is nowhere defined: had it been called, there would be an error. Nor was anything blocked.
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn every_text_of_a_report_stays_text() {
    let mut report = rich();
    let mut told = Vec::new();
    poison(&mut report, "", &mut told);
    assert!(told.len() > 80, "{} texts", told.len());
    let (_reports, page) = page_of("poisoned", &report);
    let browser = Browser::open(&page);
    let texts = browser.text(TEXTS);
    for text in told {
        let is_there = texts.contains(SafeText::block(&text).as_str());
        assert!(is_there, "it is not in the page as it was given: {text:?}");
    }
    browser.fill("#by-text", "<img");
    browser.click("#list li .code");
    assert_nothing_obeyed(&browser);
}

#[test]
fn what_a_hostile_guest_says_stays_text() {
    let html = "</script><img src=x onerror=pwned(1)>[host] evil passed";
    let module = |name| Attack::module(ComponentText::named(name).with("[host] evil passed", html).build());
    let rows = [
        // A finding, a reason, lines of the log, requests without a grant.
        ("guest", module("escape-inject").ask("attachments", json!(["log.txt"])), 8),
        // Frames of a crash, and calls to the host.
        ("frames", module("escape-in-frames"), 2),
    ];
    for (name, attack, most) in rows {
        let reports = Reports::new(name);
        let page = reports.attack(&attack);
        let browser = Browser::open(&page);
        let texts = browser.text(TEXTS);
        assert!(texts.contains("\\u{1b}[2J"), "{name}: {texts}");
        assert!(texts.matches(html).count() >= most, "{name}: {texts}");
        assert_nothing_obeyed(&browser);
    }
}
