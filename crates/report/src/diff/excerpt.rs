//! The one stretch in which two texts differ, so that it can be shown among what they have in common.

use super::Difference;

/// One side of a difference: what both have before, what only this one has, what both have after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// As on the other side.
    pub before: String,
    /// Not as on the other side.
    pub own: String,
    /// As on the other side.
    pub after: String,
}

/// Less in common than this would only make a text harder to read.
const LEAST: usize = 3;

/// Both sides of a difference, as far as they are told.
pub fn excerpts(difference: &Difference) -> (Option<Excerpt>, Option<Excerpt>) {
    let whole = |text: &str| Excerpt { own: text.to_owned(), ..Excerpt::default() };
    match (&difference.old, &difference.new) {
        (Some(old), Some(new)) => {
            let (old, new) = split(old.as_str(), new.as_str());
            (Some(old), Some(new))
        }
        (old, new) => {
            let alone = |text: &Option<skink_job::SafeText>| text.as_ref().map(|text| whole(text.as_str()));
            (alone(old), alone(new))
        }
    }
}

/// Characters, not bytes, are in common.
fn split(old: &str, new: &str) -> (Excerpt, Excerpt) {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (before, after) = if before + after < LEAST { (0, 0) } else { (before, after) };
    let cut = |text: &[char]| {
        let own = text.len() - before - after;
        let part = |skip: usize, take: usize| text.iter().skip(skip).take(take).collect::<String>();
        Excerpt { before: part(0, before), own: part(before, own), after: part(before + own, after) }
    };
    (cut(&old), cut(&new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stretch_that_differs() {
        let rows = [
            (
                "built on Monday",
                "built on Tuesday",
                ["built on ", "Mon", "day"],
                ["built on ", "Tues", "day"],
            ),
            ("aaaa", "aaaaaa", ["aaaa", "", ""], ["aaaa", "aa", ""]),
            ("same", "same", ["same", "", ""], ["same", "", ""]),
            ("", "new", ["", "", ""], ["", "new", ""]),
            ("abc", "abd", ["", "abc", ""], ["", "abd", ""]),
            ("größer 1", "größer 2", ["größer ", "1", ""], ["größer ", "2", ""]),
            ("äöüx", "äöüy", ["äöü", "x", ""], ["äöü", "y", ""]),
        ];
        let shown = |excerpt: Excerpt| [excerpt.before, excerpt.own, excerpt.after];
        for (old, new, of_old, of_new) in rows {
            let (one, other) = split(old, new);
            assert_eq!(
                (shown(one), shown(other)),
                (of_old.map(str::to_owned), of_new.map(str::to_owned)),
                "{old}"
            );
        }
    }
}
