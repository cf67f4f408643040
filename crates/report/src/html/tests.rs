use super::*;

#[test]
fn style_and_script_can_be_in_a_page() {
    for text in [STYLE, SCRIPT] {
        // What the page is given is what the policy's digest is of.
        assert_eq!(SafeText::block(text).as_str(), text);
        assert!(!text.contains("</"), "it would end there");
        for loads in ["url(", "@import", "http", "innerHTML", "eval("] {
            assert!(!text.contains(loads), "{loads}");
        }
    }
}
