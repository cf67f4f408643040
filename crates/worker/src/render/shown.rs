//! What is shown from which verbosity on: the one table behind `--hook-quiet`, `--hook-verbose`, `-q` and `-v`.

use skink_obs::Verbosity;

/// Something that may be shown or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The table at the end, its notes, and how the job ended.
    Summary,
    /// Everything of a hook that did not pass.
    NotPassed,
    /// Everything of a hook that passed or was skipped.
    Passed,
    /// That a hook begins, how far it is, and the line on a terminal.
    Progress,
    /// Advice, and that all is well where nothing else was asked.
    Hints,
    /// Grants, limits, tools and steps of each hook, and the steps of the job.
    Details,
}

impl Shown {
    /// Each, with what it is in the manual, and the least verbosity that shows it.
    pub const TABLE: [(Self, &'static str, Verbosity); 6] = [
        (Self::Summary, "the table of hooks, notes, and how the job ended", Verbosity::Quiet),
        (Self::NotPassed, "each hook that did not pass", Verbosity::Quiet),
        (Self::Passed, "each hook that passed or was skipped", Verbosity::Normal),
        (Self::Progress, "that a hook begins, and how far it is", Verbosity::Normal),
        (Self::Hints, "advice, and that all is well", Verbosity::Normal),
        (Self::Details, "grants, limits, tools and steps", Verbosity::Verbose),
    ];

    /// Whether it is shown.
    pub fn at(self, verbosity: Verbosity) -> bool {
        Self::TABLE.iter().any(|(shown, _, least)| *shown == self && *least <= verbosity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verbosity_shows_more_than_the_one_before() {
        use Verbosity::{Normal, Quiet, Verbose};
        let count = |verbosity| Shown::TABLE.iter().filter(|(shown, ..)| shown.at(verbosity)).count();
        assert_eq!([count(Quiet), count(Normal), count(Verbose)], [2, 5, 6]);
    }

    #[test]
    fn the_manual_has_the_table() {
        let page = include_str!("../../../../docs/src/build.md");
        for (_, what, least) in Shown::TABLE {
            let mark = |verbosity| if least <= verbosity { "yes" } else { "" };
            let marks = [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose].map(mark);
            let row = format!("| {what} | {} |", marks.join(" | "));
            assert!(page.contains(&row), "docs/src/build.md needs the row:\n{row}");
        }
    }
}
