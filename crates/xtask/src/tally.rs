//! Counting tests: what libtest prints, and the lines that we print; and what is to be seen again at the end.

use std::fmt;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Passed.
    pub(crate) passed: u64,
    /// Failed, with those that could not be run.
    pub(crate) failed: u64,
    /// Left out by `#[ignore]`.
    pub(crate) ignored: u64,
}

impl Tally {
    /// Takes in one line of a test's output.
    pub(crate) fn read(&mut self, line: &str) {
        let Some(counts) = line.trim_start().strip_prefix("test result: ") else { return };
        for count in counts.split([';', '.']) {
            let mut words = count.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    /// Adds another tally.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    /// Whether something was run, and nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.passed > 0 && self.failed == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, ", {} skipped", self.ignored)?;
        }
        Ok(())
    }
}

/// What is told of failures, in the order in which it was.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    lines: Vec<String>,
    /// Whether libtest is telling of them.
    is_telling: bool,
}

impl Failures {
    /// The most lines that are seen again.
    const MOST: usize = 200;

    /// Says a line, now and again at the end.
    pub(crate) fn say(&mut self, line: String) {
        println!("{line}");
        self.lines.push(line);
    }

    /// Takes in one line of a test's output.
    pub(crate) fn read(&mut self, line: &str) {
        self.is_telling |= line == "failures:";
        if self.is_telling {
            self.lines.push(line.to_owned());
        }
        self.is_telling &= !line.starts_with("test result: ");
    }

    /// Says all of it again, so that nobody has to look for it in what a long run printed.
    pub(crate) fn repeat(&self) {
        if self.lines.is_empty() {
            return;
        }
        println!("\n== what failed, once more");
        let left_out = self.lines.len().saturating_sub(Self::MOST);
        if left_out > 0 {
            println!("({left_out} lines are above)");
        }
        self.lines.iter().skip(left_out).for_each(|line| println!("{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libtest_prints_of_failures() {
        let mut failures = Failures::default();
        let said = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nwhy\n\n\
            failures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n\nrunning 0 tests\n";
        said.lines().for_each(|line| failures.read(line));
        let want = "failures:\n\n---- b stdout ----\nwhy\n\nfailures:\n    b\n\n\
            test result: FAILED. 1 passed; 1 failed; 0 ignored";
        assert_eq!(failures.lines.join("\n"), want);
    }

    #[test]
    fn what_libtest_prints() {
        let rows = [
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.01s",
                (3, 0, 1),
            ),
            (
                "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
                (2, 4, 0),
            ),
            ("test a::b ... ok", (0, 0, 0)),
            ("3 passed; 1 failed", (0, 0, 0)),
        ];
        for (line, (passed, failed, ignored)) in rows {
            let mut tally = Tally::default();
            tally.read(line);
            assert_eq!(tally, Tally { passed, failed, ignored }, "{line}");
        }
    }

    #[test]
    fn nothing_run_is_not_good() {
        let rows = [((0, 0), false), ((1, 0), true), ((5, 1), false)];
        for ((passed, failed), good) in rows {
            assert_eq!(Tally { passed, failed, ignored: 0 }.is_good(), good);
        }
    }

    #[test]
    fn the_line_that_ci_reads() {
        assert_eq!(Tally { passed: 2, failed: 0, ignored: 0 }.to_string(), "2 passed, 0 failed");
        assert_eq!(Tally { passed: 2, failed: 1, ignored: 3 }.to_string(), "2 passed, 1 failed, 3 skipped");
    }
}
