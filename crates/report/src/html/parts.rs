//! The small parts that all sections are made of.

use crate::{Effect, HookReport};
use maud::{Markup, html};
use skink_job::{Outcome, Severity};

/// Shapes, drawn once and used by name: a state is never told by colour alone.
pub(crate) fn symbols() -> Markup {
    html! {
        svg.symbols width="0" height="0" aria-hidden="true" {
            symbol #shape-bad viewBox="0 0 16 16" {
                path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" {}
                path.cut d="M5.5 5.5l5 5m0-5l-5 5" {}
            }
            symbol #shape-careful viewBox="0 0 16 16" {
                path d="M8 1.2L15.4 14.6H.6z" {}
                path.cut d="M8 6v4m0 1.9v.3" {}
            }
            symbol #shape-note viewBox="0 0 16 16" {
                circle cx="8" cy="8" r="7.2" {}
                path.cut d="M8 7.4v4m0-6.8v.3" {}
            }
            symbol #shape-good viewBox="0 0 16 16" {
                circle cx="8" cy="8" r="7.2" {}
                path.cut d="M4.6 8.4l2.4 2.4 4.4-5" {}
            }
            symbol #shape-none viewBox="0 0 16 16" {
                circle.hollow cx="8" cy="8" r="6" {}
                path.hollow d="M5 8h6" {}
            }
        }
    }
}

/// How something stands, by word, shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Bad,
    Careful,
    Note,
    Good,
    None,
}

impl Look {
    /// Its class, and the name of its shape.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Careful => "careful",
            Self::Note => "note",
            Self::Good => "good",
            Self::None => "none",
        }
    }

    pub(super) const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Careful,
            Severity::Info => Self::Note,
        }
    }

    /// How a call stands to the build.
    pub(super) fn of_call(hook: &HookReport) -> Self {
        match (hook.effect(), &hook.outcome) {
            (Effect::Failure, _) => Self::Bad,
            (Effect::Warning, _) => Self::Careful,
            (Effect::Unchanged, _) => Self::Note,
            (Effect::None, Outcome::Skipped { .. }) => Self::None,
            (Effect::None, _) => Self::Good,
        }
    }
}

/// The shape alone, for beside a word.
pub(crate) fn shape(look: Look) -> Markup {
    html! { svg.shape.(look.class()) aria-hidden="true" { use href={ "#shape-" (look.class()) }; } }
}

/// Shape and word.
pub(crate) fn badge(look: Look, word: &str) -> Markup {
    html! { span.badge.(look.class()) { (shape(look)) (word) } }
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", grouped(number))
}

/// A number as people read it: `5,000`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let comma = |(at, digit): (usize, char)| {
        let comma = (at > 0 && at % 3 == first).then_some(',');
        comma.into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(comma).collect()
}

/// A share of a whole in percent, for the attributes of a drawing.
#[expect(clippy::cast_precision_loss, reason = "it is drawn, not counted")]
pub(super) fn percent(part: u64, whole: u64) -> String {
    let share = part as f64 * 100.0 / whole.max(1) as f64;
    format!("{:.3}%", share.clamp(0.0, 100.0))
}

/// The id of a hook call's card.
pub(super) fn call_id(index: usize) -> String {
    format!("call-{}", index + 1)
}

/// A link to a hook call's card.
pub(super) fn call_link(index: usize, hook: &HookReport) -> Markup {
    html! { a href={ "#" (call_id(index)) } { (hook.name) } }
}

/// The first digits of a sha256; all of them are its title.
pub(super) fn digest(sha256: &str) -> Markup {
    let short: String = sha256.chars().take(12).collect();
    html! { @if !short.is_empty() { code.digest title={ "sha256 " (sha256) } { (short) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_and_for_drawings() {
        let rows = [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")];
        for (number, want) in rows {
            assert_eq!(grouped(number), want);
        }
        assert_eq!((count(1, "finding"), count(2, "finding")), ("1 finding".into(), "2 findings".into()));
        let rows = [(0, 0, "0.000%"), (1, 3, "33.333%"), (5, 3, "100.000%"), (u64::MAX, 1, "100.000%")];
        for (part, whole, want) in rows {
            assert_eq!(percent(part, whole), want);
        }
    }
}
