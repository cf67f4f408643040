//! What was found, bounded: a log may hold the same warning ten thousand times, and ten thousand others.
//!
//! Of each severity no more is kept than is told in the end, so that an error in the last line has its place
//! behind any number of warnings.

use super::message::{Kind, Message};
use super::place::Place;
use super::rules;
use super::settings::Settings;
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use skink_sdk::{Finding, Level, Severity, Verdict};

/// Notes that are kept of one message.
const MAX_NOTES: usize = 16;

/// One message, however often it was said.
#[derive(Debug)]
struct Entry {
    severity: Severity,
    message: Message,
    function: Option<String>,
    notes: Vec<String>,
    times: u64,
}

impl Entry {
    fn is(&self, other: &Message) -> bool {
        let Message { place, code, text, .. } = &self.message;
        *place == other.place && *code == other.code && *text == other.text
    }
}

/// FNV-1a. Whoever finds two messages of one hash gains nothing: what is the same is compared.
fn hash(message: &Message) -> u64 {
    let place = message.place.as_ref();
    let numbers = [place.and_then(|place| place.line), place.and_then(|place| place.column)];
    let file = place.map_or("", |place| place.file.as_str());
    let numbers = numbers.into_iter().flat_map(|number| number.unwrap_or_default().to_le_bytes());
    let texts = [file, &message.code, &message.text].into_iter().flat_map(str::bytes);
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    texts.chain(numbers).fold(0xcbf2_9ce4_8422_2325, mix)
}

#[derive(Debug)]
pub(crate) struct Collection<'s> {
    settings: &'s Settings,
    /// Whether the build went on to its good end in spite of all errors.
    succeeded: bool,
    entries: Vec<Entry>,
    /// By the hash of place, code and text; of two messages of one hash, the later one.
    known: BTreeMap<u64, usize>,
    /// The entry that notes belong to.
    last: Option<usize>,
    tally: Tally,
    left_out: u64,
}

/// Messages by severity: those that are kept, each counted once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) infos: usize,
}

impl Tally {
    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
        }
    }
}

impl<'s> Collection<'s> {
    pub(crate) fn new(settings: &'s Settings, succeeded: bool) -> Self {
        let (entries, known) = (Vec::new(), BTreeMap::new());
        Self { settings, succeeded, entries, known, last: None, tally: Tally::default(), left_out: 0 }
    }

    /// Adds a message, if it is told at all.
    pub(crate) fn add(&mut self, message: Message, function: Option<String>) {
        self.last = None;
        let Some(severity) = self.level(&message).severity() else { return };
        let hash = hash(&message);
        let same = self.known.get(&hash).and_then(|at| self.entries.get_mut(*at));
        if let Some(entry) = same.filter(|entry| entry.is(&message)) {
            // Its notes are known as well.
            entry.times = entry.times.saturating_add(1);
            return;
        }
        let kept = self.tally.of(severity);
        if *kept >= self.settings.maximum {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        *kept = kept.saturating_add(1);
        self.last = Some(self.entries.len());
        self.known.insert(hash, self.entries.len());
        self.entries.push(Entry { severity, message, function, notes: Vec::new(), times: 1 });
    }

    /// Adds a note to the last message.
    pub(crate) fn note(&mut self, file: Option<&str>, line: Option<u32>, text: &str) {
        let Some(entry) = self.last.and_then(|at| self.entries.get_mut(at)) else { return };
        if entry.notes.len() < MAX_NOTES {
            entry.notes.push(match (file, line) {
                (Some(file), Some(line)) => format!("{file}:{line}: {text}"),
                (Some(file), None) => format!("{file}: {text}"),
                (None, _) => text.to_owned(),
            });
        }
    }

    /// Says where the last message points to, if that is not known.
    pub(crate) fn locate(&mut self, place: Place) {
        if let Some(entry) = self.last.and_then(|at| self.entries.get_mut(at)) {
            entry.message.place.get_or_insert(place);
        }
    }

    fn level(&self, message: &Message) -> Level {
        if let Some(level) = self.settings.levels.get(&message.code) {
            return *level;
        }
        match message.kind {
            // The recipe made nothing of it.
            Kind::Error | Kind::Consequence if self.succeeded => Level::Warning,
            Kind::Consequence if self.tally.errors > 0 => Level::Info,
            Kind::Error | Kind::Consequence => Level::Error,
            Kind::Warning => match rules::level(&message.code) {
                Some(level) => level,
                None if message.of_compiler => self.settings.warnings,
                None => Level::Warning,
            },
        }
    }

    /// How many messages there are of each severity.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// What the messages mean for the build.
    pub(crate) fn verdict(&self) -> Verdict {
        let Tally { errors, warnings, .. } = self.tally;
        if self.settings.fail_on.fails(errors, warnings) {
            Verdict::Fail(format!("the build's log tells of {errors} errors and {warnings} warnings"))
        } else {
            Verdict::Pass
        }
    }

    /// The findings, errors first, each severity in the order of the log; and how many messages are left out.
    pub(crate) fn findings(self) -> (Vec<Finding>, u64) {
        let mut entries = self.entries;
        entries.sort_by_key(|entry| match entry.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        });
        let beyond = entries.len().saturating_sub(self.settings.maximum);
        entries.truncate(self.settings.maximum);
        let left_out = self.left_out.saturating_add(u64::try_from(beyond).unwrap_or(u64::MAX));
        (entries.into_iter().map(finding).collect(), left_out)
    }
}

fn finding(entry: Entry) -> Finding {
    let Entry { severity, message, function, notes, times } = entry;
    let mut help: Vec<&str> = notes.iter().map(String::as_str).collect();
    help.extend(rules::advice(&message.code));
    let help = (!help.is_empty()).then(|| help.join("\n"));
    let mut finding = Finding::new(severity, message.code, message.text);
    finding.help = help;
    let column = message.place.as_ref().and_then(|place| place.column);
    if let Some(place) = message.place {
        finding.file = Some(place.file);
        finding.line = place.line;
    }
    let times = (times > 1).then(|| times.to_string());
    let extra = [
        ("column", column.map(|column| column.to_string())),
        ("function", function),
        ("flag", message.flag),
        ("times", times),
    ];
    finding.extra = extra.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    finding
}

#[cfg(test)]
mod tests;
