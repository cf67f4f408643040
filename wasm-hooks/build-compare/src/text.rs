//! Texts as people are shown them, and where two of them begin to differ.

use alloc::borrow::Cow;
use alloc::string::String;

/// The most characters of a value that are shown.
const SHOWN: usize = 200;

/// What stands in a text for bytes that are no UTF-8. Other bytes may have stood there in the other build.
const REPLACED: char = '\u{fffd}';

/// Whether nobody can tell what one of these texts was.
pub(crate) fn are_unclear<'t>(texts: impl IntoIterator<Item = &'t str>) -> bool {
    texts.into_iter().any(|text| text.contains(REPLACED))
}

/// A text in one line, cut where it is long; what cannot be printed is escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut line = String::new();
    for (place, character) in text.chars().enumerate() {
        if place >= SHOWN {
            line.push('…');
            break;
        }
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// The first line in which two texts differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: usize,
    /// None where the text has ended.
    pub(crate) old: Option<&'a str>,
    pub(crate) new: Option<&'a str>,
}

/// Compares texts by lines, each as it is once its side's function has seen it. The end of the last line counts.
pub(crate) fn first_difference<'a>(
    (old, trim_old): (&'a str, impl Fn(&'a str) -> Cow<'a, str>),
    (new, trim_new): (&'a str, impl Fn(&'a str) -> Cow<'a, str>),
) -> Option<Line<'a>> {
    let (mut olds, mut news) = (old.split('\n'), new.split('\n'));
    for number in 1.. {
        let (old, new) = (olds.next(), news.next());
        match (old, new) {
            (None, None) => return None,
            (Some(a), Some(b)) if a == b && trim_old(a) == trim_new(b) => {}
            (Some(a), Some(b)) if trim_old(a) == trim_new(b) => {}
            (_, _) => return Some(Line { number, old, new }),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_line() {
        let long = "ä".repeat(300);
        let rows = [
            ("plain", "plain".to_owned()),
            ("a\nb\t\u{1b}[0m", "a\\nb\\t\\u{1b}[0m".to_owned()),
            (long.as_str(), ["ä".repeat(200).as_str(), "…"].concat()),
        ];
        for (text, want) in rows {
            assert_eq!(shown(text), want);
        }
    }

    #[test]
    fn the_first_line_that_differs() {
        type Row<'a> = (&'a str, &'a str, Option<(usize, Option<&'a str>, Option<&'a str>)>);
        let rows: [Row<'_>; 7] = [
            ("", "", None),
            ("a\nb", "a\nb", None),
            ("a\nb1", "a\nb2", None),
            ("a\nx", "a\ny", Some((2, Some("x"), Some("y")))),
            ("a\n", "a", Some((2, Some(""), None))),
            ("a", "a\nmore", Some((2, None, Some("more")))),
            ("b2", "b1", Some((1, Some("b2"), Some("b1")))),
        ];
        let trim = |text: &'static str, is: &'static str| -> Cow<'static, str> {
            if text == is { "b".into() } else { text.into() }
        };
        for (old, new, want) in rows {
            let found = first_difference((old, |line| trim(line, "b1")), (new, |line| trim(line, "b2")));
            assert_eq!(found.map(|line| (line.number, line.old, line.new)), want, "{old:?} {new:?}");
        }
    }
}
