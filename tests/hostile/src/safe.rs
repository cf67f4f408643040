//! Whether what the product prints is harmless.
//!
//! Written down a second time on purpose: the product's own table of dangerous characters is what is tested.

use serde_json::Value;

/// Characters that change how a terminal, or the text around them, is shown.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Fails if `text` holds a control character other than a line feed, or a character that turns or hides text; or
/// words of a program that died.
pub fn assert_harmless(what: &str, text: &str) {
    for (number, line) in text.split('\n').enumerate() {
        if let Some(c) = line.chars().find(|c| is_dangerous(*c)) {
            panic!("{what}, line {}: {c:?} came through in {line:?}", number + 1);
        }
    }
    for word in ["panicked", "RUST_BACKTRACE", "stack overflow", "core dumped", "unreachable code"] {
        assert!(!text.contains(word), "{what}: {word:?} in\n{text}");
    }
}

/// Fails if a text in `value` is not harmless, once JSON's own escapes are taken off.
pub(crate) fn assert_values_harmless(value: &Value) {
    match value {
        Value::String(text) => {
            let bad = text.chars().find(|c| *c != '\n' && is_dangerous(*c));
            assert!(bad.is_none(), "a value of the report holds {bad:?}: {text:?}");
        }
        Value::Array(items) => items.iter().for_each(assert_values_harmless),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            assert!(!key.chars().any(is_dangerous), "a key of the report: {key:?}");
            assert_values_harmless(value);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
