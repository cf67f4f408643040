//! Following the timeline: by keys, and by clicks.

use serde_json::{Value, json};
use skink_tests_browser::{Browser, page_of, rich};
use thirtyfour::Key;

/// The text of what has the focus, or its id.
const FOCUS: &str = "const at = document.activeElement;
    return at.id.startsWith('call-') ? at.id : (at.querySelector('.name') || at).textContent.trim().split(/\\s/)[0]";

#[test]
fn every_step_and_call_is_there_in_order_and_side_by_side() {
    let (_reports, page) = page_of("steps", &rich());
    let browser = Browser::open(&page);
    let steps = browser.ask("return [...document.querySelectorAll('.steps > li')].map(li => li.querySelector('.name').textContent.trim())");
    assert_eq!(
        steps,
        json!([
            "layers",
            "admit",
            "inputs",
            "pre-chroot",
            "plan",
            "build",
            "snapshot",
            "transform",
            "check",
            "decide",
            "hand-back",
            "cleanup"
        ])
    );
    let bars = browser.ask("return [...document.querySelectorAll('#timeline a.row')].map(row => {
        const bar = row.querySelector('.bar').getBoundingClientRect(), track = row.querySelector('.track').getBoundingClientRect();
        return [row.hash, bar.left - track.left, bar.right - track.left, track.width] })");
    let at = |row: usize, column: usize| bars[row][column].as_f64().unwrap();
    let names: Vec<&str> = bars.as_array().unwrap().iter().map(|bar| bar[0].as_str().unwrap()).collect();
    assert_eq!(names, ["#call-1", "#call-2", "#call-3", "#call-4"]);
    // The two checks ran side by side, and the second ended first.
    assert!(at(3, 1) < at(2, 2) && at(3, 2) < at(2, 2), "{bars}");
    for row in 0..4 {
        assert!(at(row, 1) >= -2.0 && at(row, 2) <= at(row, 3) + 2.0, "a bar leaves its track: {bars}");
    }
}

#[test]
fn it_can_be_followed_by_keys() {
    let (_reports, page) = page_of("keys", &rich());
    let browser = Browser::open(&page);
    browser.press(Key::Tab);
    assert_eq!(
        browser.text("return document.activeElement.className"),
        "skip",
        "the first stop leads past the top"
    );
    let within = "return document.activeElement.closest('#timeline') !== null";
    let mut stops = 0;
    while browser.ask(within) != json!(true) {
        let outline = browser.text("return getComputedStyle(document.activeElement).outlineStyle");
        assert_ne!(outline, "none", "stop {stops}: the focus cannot be seen");
        browser.press(Key::Tab);
        stops += 1;
        assert!(stops < 40, "the keys do not lead to the timeline");
    }
    let rows = [
        (None, "pre-chroot"),
        (Some(Key::Down), "build-setup"),
        (Some(Key::Down), "transform"),
        (Some(Key::End), "abi-check"),
        (Some(Key::Down), "abi-check"),
        (Some(Key::Up), "rpmlint"),
        (Some(Key::Home), "pre-chroot"),
        // It folds, and its call is passed over.
        (Some(Key::Enter), "pre-chroot"),
        (Some(Key::Down), "transform"),
        (Some(Key::Down), "checksums"),
        (Some(Key::Enter), "call-2"),
    ];
    for (number, (key, want)) in rows.into_iter().enumerate() {
        if let Some(key) = key {
            browser.press(key);
        }
        assert_eq!(browser.text(FOCUS), want, "row {number}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn it_can_be_followed_by_clicks() {
    let (_reports, page) = page_of("clicks", &rich());
    let browser = Browser::open(&page);
    browser.click("#when-call-3");
    assert_eq!(browser.text("return location.hash"), "#call-3");
    let seen = browser.ask("const top = document.querySelector('#call-3').getBoundingClientRect().top; return top >= 0 && top < innerHeight");
    assert_eq!(seen, json!(true));
    browser.click("#call-3 .meta a");
    assert_eq!(browser.text("return location.hash"), "#when-call-3");
    // A rule's help, and a call, from a finding.
    browser.click("#list li .code");
    let rule = browser.text("return document.querySelector(location.hash).textContent");
    assert!(rule.contains("spelling-error"), "{rule}");
}

/// A tool that built in place of `build` is told with the call that wanted it, which had ended by then.
#[test]
fn what_ran_after_its_call_is_not_drawn_in_it() {
    let rows = |name: &str, more: Option<Value>| {
        let mut report = rich();
        let hooks = report["hooks"].as_array_mut().unwrap();
        let tool = hooks.iter_mut().find_map(|hook| hook["tools"].get_mut(0)).unwrap();
        tool["runs"].as_array_mut().unwrap().extend(more);
        let (_reports, page) = page_of(name, &report);
        let browser = Browser::open(&page);
        let drawn = browser.number("return document.querySelectorAll('#timeline .runs .row').length");
        (drawn, browser.text("return document.querySelector('#calls').textContent").contains("built-later"))
    };
    let later = json!({ "args": "built-later", "end": "exit code 0", "start": 500_000, "millis": 9 });
    let (drawn, _) = rows("runs", None);
    assert_eq!(rows("later-run", Some(later)), (drawn, true));
}
