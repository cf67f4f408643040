//! The filters of the findings.

use serde_json::json;
use skink_tests_browser::{Browser, Reports, many, page_of, rich};

/// The messages that are to be seen.
const SEEN: &str = "return [...document.querySelectorAll('#list li')].filter(li => li.checkVisibility())
    .map(li => li.querySelector('.message').textContent)";

fn shown(browser: &Browser) -> String {
    browser.text("return document.querySelector('#shown').textContent")
}

fn choose(browser: &Browser, select: &str, option: &str) {
    browser.click(&format!("{select} option[value='{option}']"));
}

#[test]
fn each_filter_leaves_what_it_should_and_says_how_many() {
    let (_reports, page) = page_of("filters", &rich());
    let browser = Browser::open(&page);
    assert_eq!((shown(&browser).as_str(), browser.ask(SEEN).as_array().unwrap().len()), ("7 findings", 7));
    type Act = fn(&Browser);
    let rows: [(&str, Act, &str, &[&str]); 8] = [
        (
            "severity",
            |b| ["error", "warning"].iter().for_each(|s| b.click(&format!("input[value={s}]"))),
            "1 of 7 findings",
            &["Put it into /usr/share."],
        ),
        (
            "hook",
            |b| choose(b, "#by-hook", "abi-check"),
            "1 of 7 findings",
            &["libhello.so.1 became libhello.so.2"],
        ),
        ("package", |b| choose(b, "#by-package", "0"), "1 of 7 findings", &["reponse should be response"]),
        ("text of a rule", |b| b.fill("#by-text", "DUPLICATE"), "1 of 7 findings", &["NEWS is ChangeLog."]),
        (
            "text of a file and a package",
            |b| b.fill("#by-text", "lang /usr/lib"),
            "1 of 7 findings",
            &["Put it into /usr/share."],
        ),
        (
            "text of an extra",
            |b| b.fill("#by-text", "0755"),
            "1 of 7 findings",
            &["There is no manual page."],
        ),
        ("nothing", |b| b.fill("#by-text", "no such words"), "0 of 7 findings", &[]),
        (
            "all at once",
            |b| {
                b.click("input[value=info]");
                b.fill("#by-text", "/usr/bin");
                choose(b, "#by-hook", "rpmlint");
            },
            "3 of 7 findings",
            &[
                "The package holds no binaries.",
                "It calls setuid without setgroups.",
                "There is no manual page.",
            ],
        ),
    ];
    for (what, act, count, seen) in rows {
        act(&browser);
        assert_eq!(browser.ask(SEEN), json!(seen), "{what}");
        assert_eq!(shown(&browser), count, "{what}");
        let empty = browser.ask("return document.querySelector('#nothing').checkVisibility()");
        assert_eq!(empty, json!(seen.is_empty()), "{what}");
        let headings = browser.number("return [...document.querySelectorAll('#list h3, #list h4')].filter(h => h.checkVisibility()).length");
        assert_eq!(headings == 0, seen.is_empty(), "{what}: a heading without a finding");
        browser.click("#reset");
        assert_eq!(shown(&browser), "7 findings", "{what}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn thousands_of_findings_are_filtered_too_and_beyond_them_the_gravest_are_there() {
    let (_reports, page) = page_of("many", &many(5000));
    let browser = Browser::open(&page);
    assert_eq!(shown(&browser), "5,000 findings");
    browser.fill("#by-text", "number #77.");
    assert_eq!(
        (shown(&browser).as_str(), browser.ask(SEEN)),
        ("1 of 5,000 findings", json!(["It is number #77."]))
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());

    let (_reports, page) = page_of("too-many", &many(40_000));
    let browser = Browser::open(&page);
    assert_eq!(shown(&browser), "10,000 findings");
    let grave = "return document.querySelectorAll('#list li[data-severity=error]').length";
    assert_eq!(browser.number(grave), 10_000);
    let said = browser.text("return document.querySelector('#findings .hint').textContent");
    assert!(said.contains("10,000 of 40,000"), "{said}");
}

#[test]
fn a_real_run_of_rpmlint_can_be_filtered() {
    let reports = Reports::new("rpmlint");
    let page = reports.rpmlint();
    let found = reports.json()["hooks"][0]["findings"].as_array().unwrap().clone();
    assert!(found.len() > 2, "{found:?}");
    let browser = Browser::open(&page);
    let code = found[0]["code"].as_str().unwrap();
    let of_code = found.iter().filter(|finding| finding["code"] == code).count();
    browser.fill("#by-text", code);
    assert_eq!(browser.ask(SEEN).as_array().unwrap().len(), of_code);
    let runs = browser.number("return document.querySelectorAll('#timeline .runs .row').length");
    assert!(runs > 0, "rpmlint itself is in the timeline");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
