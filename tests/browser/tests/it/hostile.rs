//! Text that would do something in a page stays text.

use serde_json::{Value, json};
use skink_job::SafeText;
use skink_tests_browser::{Browser, Reports, page_of, rich};
use skink_tests_hostile::Attack;

/// What a page must not obey: elements, the end of an attribute, of a script and of a style, an entity, a URL, a
/// comment, escape sequences, a turned direction, a line of the log.
const EVIL: &str = "</script></style><script>pwned(1)</script><img src=x onerror=pwned(2)>\"' onfocus=pwned(3) autofocus x='\
    <a href=javascript:pwned(4)>&lt;b&gt;&#60;--> <!-- {{7*7}} \x1b[2J\x1b]52;c;aGk=\x07 \u{202e}gnp.exe\u{2066} \u{200b}\r\n[host] evil passed\t.";

/// What lets one see that something was obeyed.
const HARM: &str = "return {
    scripts: document.scripts.length,
    elements: document.querySelectorAll('img, iframe, object, embed, form, base, link, frame, audio, video, template').length,
    styles: document.querySelectorAll('style').length,
    handlers: [...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()).filter(name => name.startsWith('on') || name === 'style' || name === 'autofocus'),
    links: [...document.querySelectorAll('[href], [src], [action]')].map(one => one.getAttribute('href') || '').filter(href => !/^#[a-z0-9-]+$/.test(href)),
    ids: [...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map(one => one.id)).size,
    characters: [...document.documentElement.outerHTML].filter(c => /[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]/.test(c)).length
}";

/// Everything that can be read: texts, and titles.
const TEXTS: &str = "return [document.title, document.body.textContent,
    ...[...document.querySelectorAll('[title], [aria-label]')].flatMap(one => [one.title, one.getAttribute('aria-label') || ''])].join('\\n')";

/// Keys whose texts are words of our own or digests, or that the page does not show.
const KEPT: [&str; 13] = [
    "name_of_hook",
    "phase",
    "outcome",
    "on_failure",
    "on_limit",
    "severity",
    "edit",
    "kind",
    "build",
    "grants",
    "host_arch",
    "sources",
    "layer_of_hook",
];

/// Puts evil into every free text, each with its place, and tells all of them.
fn poison(value: &mut Value, at: &str, is_hook: bool, told: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            *text = format!("{EVIL} {at} .");
            told.push(text.clone());
        }
        Value::Array(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                poison(item, &format!("{at}/{number}"), at == "/hooks", told);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut() {
                // The name of a hook has a grammar of its own, and no report that breaks it is read.
                if !KEPT.contains(&key.as_str()) && !(is_hook && key == "name") {
                    poison(field, &format!("{at}/{key}"), false, told);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn assert_nothing_obeyed(browser: &Browser) {
    assert!(!browser.is_asked(), "a window was opened");
    let harm = json!({ "scripts": 1, "elements": 0, "styles": 1, "handlers": [], "links": [], "ids": 0, "characters": 0 });
    assert_eq!(browser.ask(HARM), harm);
    // `pwned` is nowhere defined: had it been called, there would be an error.
    assert_eq!(browser.complaints(), Vec::<String>::new());
    // Nothing was asked for, not even in vain.
    assert_eq!(browser.number("return performance.getEntriesByType('resource').length"), 0);
}

#[test]
fn every_text_of_a_report_stays_text() {
    let mut report = rich();
    let mut told = Vec::new();
    poison(&mut report, "", false, &mut told);
    assert!(told.len() > 80, "{} texts", told.len());
    let (_reports, page) = page_of("poisoned", &report);
    let browser = Browser::open(&page);
    let texts = browser.text(TEXTS);
    for text in told {
        let (block, line) = (SafeText::block(&text), SafeText::line(&text));
        let is_there = texts.contains(block.as_str()) || texts.contains(line.as_str());
        assert!(is_there, "it is not in the page as it was given: {text:?}");
    }
    browser.fill("#by-text", "<img");
    browser.click("#list li .code");
    assert_nothing_obeyed(&browser);
}

#[test]
fn what_a_hostile_guest_says_stays_text() {
    let html = r"</script><img src=x onerror=pwned(1)>\22onfocus=pwned(2)";
    let rows = [
        ("guest", Attack::check("escape-inject").ask("attachments", json!(["log.txt"])), "[2J"),
        ("frames", Attack::check("escape-in-frames"), "[2J"),
    ];
    for (name, attack, also) in rows {
        let _ = html;
        let reports = Reports::new(name);
        let page = reports.attack(&attack);
        let browser = Browser::open(&page);
        let texts = browser.text(TEXTS);
        assert!(
            texts.contains("\\u{1b}[2J") && texts.contains("[host] evil passed"),
            "{name} {also}: {texts}"
        );
        let lines = browser.ask(
            "return document.body.innerText.split('\\n').filter(line => line.startsWith('[host] evil'))",
        );
        // In the log of the hook a line of its own may begin so: it is inside the hook's own frame.
        let in_log = browser.number("return [...document.querySelectorAll('.log')].map(log => log.innerText).join('\\n').split('\\n').filter(line => line.startsWith('[host] evil')).length");
        assert!(lines.as_array().unwrap().len() as u64 >= in_log);
        assert_nothing_obeyed(&browser);
    }
}
