//! What differs, on a terminal: the answer, then a section for each package in which something differs, then the rest of
//! the packages, and the whole in numbers.

use skink_job::SafeText;
use skink_obs::Verbosity;
use skink_report::{Diff, Difference, Excerpt, Group, HookReport, PackageDiff, State, Verdict, excerpts};
use skink_worker::Line;
use skink_worker::render::{self, Look};

/// The columns of a rule.
const WIDTH: usize = 78;

/// All that is shown. The quiet one is the answer alone; the verbose one has the packages that were skipped, and the call.
pub(super) fn shown(diff: &Diff, call: &HookReport, verbosity: Verbosity) -> Vec<Line> {
    let mut lines = vec![answer(diff)];
    if verbosity == Verbosity::Quiet {
        return lines;
    }
    diff.found.groups().iter().for_each(|group| lines.extend(section(group)));
    lines.extend(rest(diff, verbosity == Verbosity::Verbose));
    lines.push(Line::default().with(Look::Strong, diff.found.numbers()));
    if verbosity == Verbosity::Verbose {
        // What it found was told above.
        let call = HookReport { findings: Vec::new(), ..call.clone() };
        lines.extend(render::section(&call, verbosity));
    }
    lines
}

/// Whether they differ, in one line.
pub(super) fn answer(diff: &Diff) -> Line {
    let look = match diff.found.verdict {
        Verdict::Unchanged => Look::Good,
        Verdict::Changed => Look::Careful,
    };
    let why = if diff.found.why.is_empty() { String::new() } else { format!(": {}", diff.found.why) };
    let names = format!("{} and {} ", diff.old, diff.new);
    Line::default().with(Look::Plain, names).with(look, diff.answer()).with(Look::Plain, why)
}

fn look(state: State) -> Look {
    match state {
        State::Changed => Look::Careful,
        State::Added => Look::New,
        State::Removed => Look::Old,
        State::Skipped | State::Same => Look::Faint,
    }
}

/// One package: a rule, its files, what differs.
fn section(group: &Group<'_>) -> Vec<Line> {
    let mut lines = vec![Line::default(), heading(group)];
    let faint = |text: String| Line::default().with(Look::Faint, text);
    if let Some(package) = group.package {
        lines.extend(
            Some(package.files()).filter(|files| !files.is_empty()).map(|files| faint(format!("  {files}"))),
        );
        lines.extend(package.why.iter().map(|why| faint(format!("  {why}"))));
    }
    group.differences.iter().for_each(|difference| lines.extend(one(difference)));
    lines
}

fn heading(group: &Group<'_>) -> Line {
    let name = group.name.clone().unwrap_or_else(|| "the whole build".to_owned());
    let state = group.package.map_or(State::Changed, |package| package.state);
    let number = match group.differences.len() {
        0 => String::new(),
        1 => ", 1 difference".to_owned(),
        more => format!(", {more} differences"),
    };
    let taken = 3 + name.chars().count() + 1 + state.as_str().len() + number.len() + 1;
    Line::default()
        .with(Look::Plain, "── ")
        .with(Look::Strong, name)
        .with(Look::Plain, " ")
        .with(look(state), state.as_str())
        .with(Look::Faint, format!("{number} {}", "─".repeat(WIDTH.saturating_sub(taken))))
}

/// One difference: where, then how it was and is; in words where there is neither.
fn one(difference: &Difference) -> Vec<Line> {
    let (code, words) = (difference.code.as_str(), difference.words());
    let place = difference.place();
    let (old, new) = excerpts(difference);
    let has_excerpt = old.is_some() || new.is_some();
    let title = if place.is_empty() { words.to_owned() } else { place };
    let is_told = has_excerpt || title == words;
    let rule = if title == code { String::new() } else { format!(" [{code}]") };
    let mut lines = vec![Line::default().with(Look::Strong, format!("  {title}")).with(Look::Faint, rule)];
    lines.extend((!is_told).then(|| Line::plain(&format!("    {words}"))));
    lines.extend(old.map(|old| side("-", (Look::Old, Look::Bad), old)));
    lines.extend(new.map(|new| side("+", (Look::New, Look::Good), new)));
    lines
}

/// One side of an excerpt. What it has in common with the other has the first look, what only it has the second.
fn side(sign: &str, (common, own): (Look, Look), excerpt: Excerpt) -> Line {
    let begin = Line::default().with(common, format!("    {sign} "));
    let parts = [(common, excerpt.before), (own, excerpt.own), (common, excerpt.after)];
    let told = parts.into_iter().filter(|(_, text)| !text.is_empty());
    told.fold(begin, |line, (look, text)| line.with(look, text))
}

/// The packages without a section, one line each.
fn rest(diff: &Diff, with_skipped: bool) -> Vec<Line> {
    let is_shown = |package: &&PackageDiff| match package.state {
        State::Same => true,
        State::Skipped => with_skipped,
        State::Changed | State::Added | State::Removed => false,
    };
    let mut packages: Vec<&PackageDiff> = diff.found.packages.iter().filter(is_shown).collect();
    packages.sort_by_key(|package| std::cmp::Reverse(package.state));
    let widest = packages.iter().map(|package| package.full_name().chars().count()).max().unwrap_or(0);
    let line = |package: &PackageDiff| {
        let why = package.why.as_ref().map(SafeText::as_str).unwrap_or_default();
        let text = format!("{:8} {:widest$}  {why}", package.state.as_str(), package.full_name());
        Line::default().with(look(package.state), text)
    };
    let mut lines = vec![Line::default()];
    lines.extend(packages.into_iter().map(line));
    if lines.len() > 1 {
        lines.push(Line::default());
    }
    lines
}

#[cfg(test)]
mod golden;
