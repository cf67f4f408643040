//! How it looks: colours, widths, paper. The pictures are left for people to look at.

use serde_json::{Value, json};
use skink_tests_browser::{Browser, Scheme, many, page_of, rich};
use skink_tests_hostile::told;

/// Reports that look different, by name.
fn kinds() -> Vec<(&'static str, Value)> {
    let mut none = rich();
    for key in ["hooks", "plan", "notes", "results"] {
        none[key] = json!([]);
    }
    none["exit_code"] = json!(0);
    none.as_object_mut().unwrap().remove("why");
    none["steps"].as_array_mut().unwrap().truncate(6);
    let mut refused = none.clone();
    refused["hooks"] = json!([rich()["hooks"][1]]);
    let hook = refused["hooks"][0].as_object_mut().unwrap();
    hook.remove("phase");
    for (key, value) in [
        ("outcome", json!("refused")),
        ("steps", json!([])),
        ("outputs", json!([])),
        ("rule", json!("")),
        ("reason", json!("the module imports wasi:http: there is no network in a hook.\nRemove the import.")),
    ] {
        hook.insert(key.to_owned(), value);
    }
    refused["exit_code"] = json!(1);
    refused["why"] = json!("hook checksums refused: the module imports wasi:http");
    refused.as_object_mut().unwrap().remove("build_exit_code");
    vec![("rich", rich()), ("none", none), ("refused", refused), ("many", many(300)), ("wide", wide())]
}

/// With words that nothing breaks.
fn wide() -> Value {
    let mut report = rich();
    let word = "x".repeat(400);
    report["why"] = json!(word);
    report["job"]["package"] = json!(word);
    report["notes"] = json!([word]);
    report["results"] = json!([{ "name": word, "bytes": u64::MAX }]);
    report["millis"] = json!(u64::MAX);
    for hook in report["hooks"].as_array_mut().unwrap() {
        hook["log"] = json!([word]);
        hook["denied"] = json!([word]);
        hook["rule"] = json!(word);
        hook["module"]["name"] = json!(word);
        hook["name"] = json!("n".repeat(63));
        hook["usage"]["memory"] = json!(u64::MAX);
        for finding in hook["findings"].as_array_mut().unwrap() {
            for key in ["code", "message", "package", "file", "help"] {
                finding[key] = json!(word);
            }
            finding["extra"] = json!([[word, word]]);
        }
    }
    report["steps"][0]["name"] = json!(word);
    report["hooks"][2]["tools"][0]["runs"][0]["args"] = json!(word);
    report["hooks"][3]["report"]["frames"][0]["function"] = json!(word);
    report
}

#[test]
fn it_fits_a_phone_and_a_screen_in_both_sets_of_colours() {
    let pictures = told("SKINK_TEST_DIR").join("pictures");
    std::fs::create_dir_all(&pictures).unwrap();
    for (name, report) in kinds() {
        let (_reports, page) = page_of(name, &report);
        let browser = Browser::open(&page);
        let mut grounds = Vec::new();
        for (width, scheme) in
            [(1280, Scheme::Light), (1280, Scheme::Dark), (360, Scheme::Light), (360, Scheme::Dark)]
        {
            let what = format!("{name} {width} {}", scheme.name());
            browser.look(width, scheme);
            // Folded parts too.
            browser.ask("document.querySelectorAll('details').forEach(one => one.open = true)");
            let across = browser.number("return document.documentElement.scrollWidth");
            assert!(across <= u64::from(width), "{what}: {across} pixels across");
            let seen = browser.ask(include_str!("contrast.js"));
            assert_eq!(seen["bad"], json!([]), "{what}: too little contrast");
            assert!(seen["texts"].as_u64().unwrap() > 20, "{what}: {seen}");
            let (ground, ink) = (seen["ground"].as_f64().unwrap(), seen["ink"].as_f64().unwrap());
            assert_eq!(ground > ink, scheme == Scheme::Light, "{what}: {seen}");
            grounds.push(ground);
            browser.picture(&pictures.join(format!("{name}-{width}-{}.png", scheme.name())));
        }
        assert!(
            grounds[0] > 0.8 && grounds[1] < 0.05,
            "{name}: the colours do not follow the reader: {grounds:?}"
        );
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn on_paper_there_are_no_controls_and_dark_ink() {
    let (_reports, page) = page_of("paper", &rich());
    let browser = Browser::open(&page);
    browser.media("print", Scheme::Dark);
    for control in ["#filters", "nav"] {
        let there = browser.ask(&format!("return document.querySelector('{control}').checkVisibility()"));
        assert_eq!(there, json!(false), "{control}");
    }
    let seen = browser.ask(include_str!("contrast.js"));
    assert_eq!((&seen["bad"], seen["ground"].as_f64()), (&json!([]), Some(1.0)), "{seen}");
    browser.ask("window.dispatchEvent(new Event('beforeprint'))");
    assert_eq!(browser.number("return document.querySelectorAll('details:not([open])').length"), 0);
    browser.ask("window.dispatchEvent(new Event('afterprint'))");
    assert!(browser.number("return document.querySelectorAll('details:not([open])').length") > 0);
}
