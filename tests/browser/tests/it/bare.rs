//! Without JavaScript: everything can be read.

use serde_json::json;
use skink_tests_browser::{Browser, page_of, rich};

#[test]
fn the_page_can_be_read_without_scripts() {
    let (_reports, page) = page_of("bare", &rich());
    let browser = Browser::open_without_scripts(&page);
    let visible = |css: &str| {
        browser.number(&format!(
            "return [...document.querySelectorAll({})].filter(one => one.checkVisibility()).length",
            json!(css)
        ))
    };
    // What only the script can serve is not offered.
    assert_eq!(visible("#filters"), 0);
    assert_eq!((visible("#list li"), visible(".steps > li"), visible("#timeline a.row")), (7, 12, 4));
    assert_eq!((visible("#calls article"), visible("#artefacts tbody tr"), visible("#plan li")), (4, 4, 5));
    browser.click("#when-call-4");
    assert_eq!(browser.text("return location.hash"), "#call-4");
    // What is folded opens by itself.
    assert_eq!(visible("#call-1 .grants"), 0);
    browser.click("#call-1 > details > summary");
    assert_eq!(visible("#call-1 .grants"), 1);
}
