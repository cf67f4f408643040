//! Closed sets of words, and the nearest right word for a mistyped one.

use skink_job::{OnBroken, OnProblem, Phase, SafeText, Stage, When};

/// A closed set of words.
pub(crate) trait Word: Copy + 'static {
    fn all() -> &'static [Self];
    fn word(self) -> &'static str;
}

macro_rules! word {
    ($($name:ident),+) => { $(impl Word for $name {
        fn all() -> &'static [Self] { Self::ALL }
        fn word(self) -> &'static str { self.as_str() }
    })+ };
}
word!(OnBroken, OnProblem, Phase, Stage, When);

/// The candidate that `raw` was most likely meant to be: at most a third of it is mistyped.
pub(crate) fn nearest<'a>(raw: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if raw.len() > 64 {
        return None;
    }
    let scored = candidates.map(|candidate| (strsim::damerau_levenshtein(raw, candidate), candidate));
    let (distance, best) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= (best.len() / 3).max(1)).then_some(best)
}

/// "did you mean …?" where a candidate is near, else `otherwise`.
pub(crate) fn did_you_mean<'a>(
    raw: &str,
    candidates: impl Iterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(raw, candidates).map_or_else(otherwise, |right| format!("did you mean `{right}`?"))
}

/// Words for a message: `` `one`, `two` ``.
pub(crate) fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Text of a file inside a message: escaped and short.
pub(crate) fn shown(raw: &str) -> String {
    SafeText::line(raw).truncated(80).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        let words = ["module", "when", "on-failure"];
        let rows = [
            ("modul", Some("module")),
            ("moduel", Some("module")),
            ("on_failure", Some("on-failure")),
            ("wen", Some("when")),
            ("colour", None),
            ("", None),
        ];
        for (raw, want) in rows {
            assert_eq!(nearest(raw, words.into_iter()), want, "{raw}");
        }
        assert_eq!(nearest(&"module".repeat(20), words.into_iter()), None);
    }
}
