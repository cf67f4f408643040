//! What people read: a section a hook, as rustc shows diagnostics, and the summary table.

mod detail;
#[cfg(test)]
mod golden;
mod shown;

use crate::decide::Effect;
use crate::report::{HookReport, Report};
use anstyle::{AnsiColor, Style};
use detail::{closest, details, steps};
pub use shown::Shown;
use skink_job::{
    CrashReport, Finding, Frame, HookName, HostEffect, Millis, Outcome, Phase, PlanEdit, SafeText, Severity,
};
use skink_obs::{ColorWhen, Verbosity};

/// One line in parts, each with its look. Texts in it are escaped or our own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<(Look, String)>);

/// How a part of a line looks on a terminal with colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As it is.
    Plain,
    /// Bold.
    Strong,
    /// Faint.
    Faint,
    /// Red and bold.
    Bad,
    /// Yellow and bold.
    Careful,
    /// Green and bold.
    Good,
    /// Blue and bold.
    Note,
    /// Red: what was there before.
    Old,
    /// Green: what is there now.
    New,
}

impl Line {
    /// A line without colours.
    pub fn plain(text: &str) -> Self {
        Self(vec![(Look::Plain, text.to_owned())])
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, look: Look, text: impl Into<String>) -> Self {
        self.0.push((look, text.into()));
        self
    }

    /// The text, with escape sequences for the looks if `color`.
    pub fn text(&self, color: bool) -> String {
        let part = |(look, text): &(Look, String)| {
            let style = if color { look.style() } else { Style::new() };
            format!("{style}{text}{style:#}")
        };
        self.0.iter().map(part).collect::<String>().trim_end().to_owned()
    }
}

impl Look {
    fn style(self) -> Style {
        let bold = |color: AnsiColor| color.on_default().bold();
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Bad => bold(AnsiColor::Red),
            Self::Careful => bold(AnsiColor::Yellow),
            Self::Good => bold(AnsiColor::Green),
            Self::Note => bold(AnsiColor::Blue),
            Self::Old => AnsiColor::Red.on_default(),
            Self::New => AnsiColor::Green.on_default(),
        }
    }
}

/// Whether standard output shows colours: as was said by [`set_colors`], else by `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`
/// and `TERM`, and whether it is a terminal.
pub fn has_colors() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Sets when this process shows colours.
pub fn set_colors(when: ColorWhen) {
    let choice = match when {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::Always,
        ColorWhen::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// The line of a call that begins: a hook that says nothing is seen to be at work.
pub fn begun(hook: &HookName, phase: Phase) -> Line {
    Line::default().with(Look::Faint, format!("hook {hook}: started ({phase})"))
}

/// The section of one hook call: a rule, its findings, what it logged, its verdict. Where little is to be shown,
/// there is none of a call with which all is well.
pub fn section(hook: &HookReport, verbosity: Verbosity) -> Vec<Line> {
    let is_well = matches!(hook.outcome, Outcome::Passed | Outcome::Skipped { .. });
    let shown = if is_well { Shown::Passed } else { Shown::NotPassed };
    if !shown.at(verbosity) {
        return Vec::new();
    }
    let mut lines = vec![heading(hook)];
    let faint = |text: String| Line::default().with(Look::Faint, text);
    lines.extend(hook.log.iter().map(|text| faint(format!("  | {text}"))));
    let mut told = None;
    for one in &hook.findings {
        // Rules explain themselves in the same words each time.
        let help = one.help.as_ref().filter(|help| told.replace(*help) != Some(*help));
        lines.extend(finding(one, help));
    }
    lines.extend(
        hook.denied
            .iter()
            .map(|text| Line::default().with(Look::Careful, "denied").with(Look::Plain, format!(": {text}"))),
    );
    if let Outcome::Trap { report } = &hook.outcome {
        lines.extend(crash(report));
    }
    lines.extend(hook.plan.iter().map(|edit| Line::plain(&format!("  plan: {}", planned(edit)))));
    lines.extend(hook.effects.iter().map(|effect| Line::plain(&format!("  effect: {}", effected(effect)))));
    for file in hook.outputs.iter().chain(&hook.attachments) {
        lines.push(Line::plain(&format!("  + {} ({})", file.name, skink_job::ByteCount(file.bytes))));
    }
    if Shown::Details.at(verbosity) {
        lines.extend(details(hook));
    }
    lines.push(verdict(hook));
    lines
}

/// An edit of the plan in words.
fn planned(edit: &PlanEdit) -> SafeText {
    SafeText::from(match edit {
        PlanEdit::AddPackage { name } => format!("install {name}"),
        PlanEdit::RemovePackage { name } => format!("do not install {name}"),
        PlanEdit::SetMacro { name, body } => format!("%{name} is {body}"),
        PlanEdit::AddOption { name, value: None } => format!("--{name}"),
        PlanEdit::AddOption { name, value: Some(value) } => format!("--{name} {value}"),
        PlanEdit::Delegate { tool, .. } => format!("{tool} builds in place of build"),
    })
}

/// An effect on the host in words.
fn effected(effect: &HostEffect) -> SafeText {
    match effect {
        HostEffect::Emulate { arch, interpreter } => format!("{arch} emulated by {interpreter}").into(),
        HostEffect::Unmount { place, kind, lazily } => {
            let lazily = if *lazily { ", lazily" } else { "" };
            format!("{place} ({kind}) unmounted{lazily}").into()
        }
    }
}

/// The parts that are known.
fn joined(parts: &[&str], with: &str) -> String {
    let known: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    known.join(with)
}

fn heading(hook: &HookReport) -> Line {
    let module = &hook.module;
    let name = if module.name.as_str() == hook.name.as_str() { "" } else { module.name.as_str() };
    let layer = format!("{} layer", hook.layer);
    let phase = hook.phase.map_or("not admitted", Phase::as_str);
    let about = joined(&[phase, &layer, module.sha256.get(..12).unwrap_or_default()], ", ");
    let what = format!(" {} ", joined(&[name, module.version.as_str(), &format!("({about})")], " "));
    let title = format!("hook {}", hook.name);
    let fill = 78_usize.saturating_sub(title.len() + what.chars().count() + 3);
    Line::default()
        .with(Look::Plain, "── ")
        .with(Look::Strong, title)
        .with(Look::Faint, what + &"─".repeat(fill))
}

/// One finding, as rustc shows a diagnostic, with this help.
fn finding(finding: &Finding, help: Option<&SafeText>) -> Vec<Line> {
    let look = match finding.severity {
        Severity::Error => Look::Bad,
        Severity::Warning => Look::Careful,
        Severity::Info => Look::Note,
    };
    let head = Line::default()
        .with(look, format!("{}[{}]", finding.severity, finding.code))
        .with(Look::Strong, format!(": {}", finding.message));
    let mut lines = vec![head];
    let line = finding.line.map(|line| line.to_string());
    let place: Vec<&str> = [finding.package.as_ref(), finding.file.as_ref()]
        .into_iter()
        .flatten()
        .map(SafeText::as_str)
        .collect();
    if !place.is_empty() {
        let place = place.into_iter().chain(line.as_deref()).collect::<Vec<_>>().join(":");
        lines.push(Line::default().with(Look::Note, "  --> ").with(Look::Plain, place));
    }
    let help = help.into_iter().flat_map(SafeText::lines);
    lines.extend(help.enumerate().map(|(i, text)| {
        let lead = if i == 0 { "   = help: " } else { "           " };
        Line::default().with(Look::Note, lead).with(Look::Plain, text)
    }));
    lines
}

fn crash(report: &CrashReport) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut list = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            lines.push(Line::plain(&format!("  {title}:")));
            lines.extend(items.iter().map(|item| Line::plain(&format!("    {item}"))));
        }
    };
    list("frames, innermost first", frames(&report.frames));
    list("last host calls", report.host_calls.iter().map(ToString::to_string).collect());
    lines
}

/// How many of the same frames in a row are shown.
const SAME: usize = 2;

/// One line a frame; a recursion is not told step by step.
fn frames(frames: &[Frame]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut index = 0;
    for same in frames.chunk_by(|a, b| a.function == b.function && a.offset == b.offset) {
        let shown = if same.len() > SAME + 1 { SAME } else { same.len() };
        for (i, frame) in same.iter().take(shown).enumerate() {
            let place = frame.offset.map(|offset| format!(" at {offset:#x}")).unwrap_or_default();
            lines.push(format!("{}: {}{place}", index + i, frame.function));
        }
        if shown < same.len() {
            lines.push(format!("… {} more of the same", same.len() - shown));
        }
        index += same.len();
    }
    lines
}

/// The time of a call; none of one that was never made.
fn time(hook: &HookReport) -> Option<Millis> {
    let was_made = hook.phase.is_some() && !matches!(hook.outcome, Outcome::Skipped { .. });
    was_made.then_some(Millis(hook.usage.wall_time))
}

fn verdict(hook: &HookReport) -> Line {
    let mut text = time(hook).map(|time| format!(" ({time})")).unwrap_or_default();
    let detail = hook.outcome.detail();
    if !detail.is_empty() {
        let detail = detail.lines().collect::<Vec<_>>().join(" / ");
        text = format!(": {detail}{text}");
    }
    if hook.effect() == Effect::Warning {
        let key = if matches!(hook.outcome, Outcome::Limit { .. }) { "on-limit" } else { "on-failure" };
        text.push_str(&format!(" [the build goes on: {key} = \"warn\"]"));
    }
    Line::default()
        .with(Look::Plain, format!("{} ", hook.name))
        .with(outcome_look(hook), hook.outcome.word())
        .with(Look::Plain, text)
}

fn outcome_look(hook: &HookReport) -> Look {
    match (hook.effect(), &hook.outcome) {
        (Effect::Failure, _) => Look::Bad,
        (Effect::Warning, _) => Look::Careful,
        (Effect::Unchanged, _) => Look::Note,
        (Effect::None, Outcome::Skipped { .. }) => Look::Faint,
        (Effect::None, _) => Look::Good,
    }
}

/// The table at the end of the log.
pub fn summary(report: &Report, verbosity: Verbosity) -> Vec<Line> {
    let mut lines = table(report);
    if Shown::Details.at(verbosity) {
        lines.extend(steps(&report.steps).map(|text| Line::default().with(Look::Faint, text.trim_start())));
    }
    lines.extend(report.notes.iter().map(|note| Line::plain(&format!("note: {note}"))));
    let why = report.why.iter().map(|why| format!(", because of {why}")).collect::<String>();
    lines.push(match report.exit_code {
        0 => Line::default().with(Look::Good, "succeeded").with(Look::Plain, why),
        2 => Line::default().with(Look::Note, "unchanged").with(Look::Plain, why),
        code => {
            Line::default().with(Look::Bad, "failed").with(Look::Plain, format!(" (exit code {code}){why}"))
        }
    });
    lines
}

fn table(report: &Report) -> Vec<Line> {
    let mut rows: Vec<[String; 6]> =
        vec![["hook", "phase", "outcome", "time", "findings", "closest limit"].map(str::to_owned)];
    rows.extend(report.hooks.iter().map(row));
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut lines = vec![Line::default().with(Look::Strong, "── hooks ").with(Look::Faint, "─".repeat(69))];
    let looks = std::iter::once(Look::Faint).chain(report.hooks.iter().map(outcome_look));
    for (row, look) in rows.iter().zip(looks) {
        let line =
            row.iter().zip(&widths).enumerate().fold(Line::default(), |line, (column, (cell, width))| {
                let look = if column == 2 || look == Look::Faint { look } else { Look::Plain };
                line.with(look, format!("{cell:width$}")).with(Look::Plain, "  ")
            });
        lines.push(line);
    }
    lines
}

/// A cell of the table in which there is nothing to tell.
const NONE: &str = "—";

fn row(hook: &HookReport) -> [String; 6] {
    let counts = Severity::ALL.iter().map(|severity| hook.count(*severity)).collect::<Vec<_>>();
    let findings = match counts.as_slice() {
        [0, 0, 0] => NONE.to_owned(),
        [errors, warnings, infos] => format!("{errors} E {warnings} W {infos} I"),
        _ => String::new(),
    };
    let time = time(hook).map_or_else(|| NONE.to_owned(), |time| time.to_string());
    let phase = hook.phase.map_or(NONE, Phase::as_str).to_owned();
    let closest = closest(&hook.usage, &hook.limits);
    [hook.name.to_string(), phase, hook.outcome.word().to_owned(), time, findings, closest]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Step;
    use skink_job::LimitKind;

    #[test]
    fn a_plan_is_told_in_words_and_a_limit_by_its_own_key() {
        let mut hook =
            crate::sample::hook("h", Outcome::Limit { kind: LimitKind::Memory, detail: "m".into() });
        hook.on_limit = skink_job::OnProblem::Warn;
        hook.plan = vec![
            PlanEdit::AddPackage { name: "jq\x1b".into() },
            PlanEdit::SetMacro { name: "_with".into(), body: "1".into() },
            PlanEdit::AddOption { name: "debuginfo".into(), value: None },
        ];
        let lines: Vec<String> =
            section(&hook, Verbosity::Normal).iter().map(|line| line.text(false)).collect();
        let want = [
            "  plan: install jq\\u{1b}",
            "  plan: %_with is 1",
            "  plan: --debuginfo",
            "h limit: memory: m (0 ms) [the build goes on: on-limit = \"warn\"]",
        ];
        assert_eq!(lines.get(1..).unwrap(), want);
    }

    #[test]
    fn quiet_and_verbose_change_what_is_shown() {
        use Verbosity::{Normal, Quiet, Verbose};
        let why = || SafeText::from("why");
        let details =
            ["granted: `sources`, `tools` of \"rpmlint\"", "memory: 2 MiB of 256 MiB", "steps: call 7 ms"];
        // Outcome, how much is asked for, whether there is a section, whether it has details.
        let rows = [
            (Outcome::Passed, Quiet, false, false),
            (Outcome::Skipped { reason: why() }, Quiet, false, false),
            (Outcome::Failed { reason: why() }, Quiet, true, false),
            (Outcome::Unchanged { reason: why() }, Quiet, true, false),
            (Outcome::Refused { reason: why() }, Quiet, true, false),
            (Outcome::Limit { kind: LimitKind::Memory, detail: why() }, Quiet, true, false),
            (Outcome::Trap { report: CrashReport::default() }, Quiet, true, false),
            (Outcome::Crashed { detail: why() }, Quiet, true, false),
            (Outcome::HostError { detail: why() }, Quiet, true, false),
            (Outcome::Passed, Normal, true, false),
            (Outcome::Failed { reason: why() }, Normal, true, false),
            (Outcome::Passed, Verbose, true, true),
            (Outcome::Failed { reason: why() }, Verbose, true, true),
        ];
        for (outcome, verbosity, is_there, is_detailed) in rows {
            let what = format!("{outcome:?} {verbosity:?}");
            let mut hook = crate::sample::hook("h", outcome);
            hook.grants.sources = true;
            hook.grants.tools.insert("rpmlint".parse().unwrap());
            hook.usage.memory = 2 << 20;
            hook.steps.push(Step { name: "call".into(), start: 0, millis: 7 });
            hook.findings.push(with_help("help"));
            let lines: Vec<String> = section(&hook, verbosity).iter().map(|line| line.text(false)).collect();
            assert_eq!(lines.contains(&"info[x]: m".to_owned()), is_there, "{what}: {lines:?}");
            for detail in details {
                assert_eq!(lines.contains(&format!("  {detail}")), is_detailed, "{what}: {lines:?}");
            }
            let mut report = Report::new(skink_job::Facts::default(), std::time::UNIX_EPOCH);
            report.hooks.push(hook);
            report.steps.push(Step { name: "admit".into(), start: 0, millis: 9 });
            let lines: Vec<String> =
                summary(&report, verbosity).iter().map(|line| line.text(false)).collect();
            assert!(lines.iter().any(|line| line.starts_with("h     check")), "{what}: {lines:?}");
            assert_eq!(lines.contains(&"steps: admit 9 ms".to_owned()), is_detailed, "{what}: {lines:?}");
        }
    }

    #[test]
    fn the_same_help_is_shown_once() {
        let mut hook = crate::sample::hook("h", Outcome::Passed);
        hook.findings = ["a", "a", "b", "a"].map(with_help).to_vec();
        let lines: Vec<String> =
            section(&hook, Verbosity::Normal).iter().map(|line| line.text(false)).collect();
        let shown: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("   = help: ")).collect();
        assert_eq!(shown, ["a", "b", "a"]);
    }

    fn with_help(help: &str) -> Finding {
        Finding {
            severity: Severity::Info,
            code: "x".into(),
            message: "m".into(),
            package: None,
            file: None,
            line: None,
            help: Some(help.into()),
            extra: Vec::new(),
        }
    }

    #[test]
    fn hostile_findings_stay_on_their_lines() {
        let hostile = Finding {
            severity: Severity::Error,
            code: "x\n[host] ok".into(),
            message: "\x1b[2J\u{202e}evil\r".into(),
            package: Some("a.rpm".into()),
            file: Some("/usr/bin/x".into()),
            line: Some(3),
            help: Some(SafeText::block("one\ntwo\x07")),
            extra: Vec::new(),
        };
        let shown: Vec<String> =
            finding(&hostile, hostile.help.as_ref()).iter().map(|line| line.text(false)).collect();
        let want = [
            "error[x\\n[host] ok]: \\u{1b}[2J\\u{202e}evil\\u{d}",
            "  --> a.rpm:/usr/bin/x:3",
            "   = help: one",
            "           two\\u{7}",
        ];
        assert_eq!(shown, want);
    }
}
