//! Reads TOML tables and keeps track of which keys were read.
//!
//! Invariant: a table is only handed out inside a closure, after which every key of it that nobody asked for
//! is reported. So a key can not be accepted and then have no effect because someone forgot to read it.

use crate::source::Source;
use crate::words::{Word, did_you_mean, quoted, shown};
use crate::{At, Place, Problem, Problems};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The largest text of a file, in bytes.
pub const MAX_TEXT: usize = 1 << 20;

/// Parses `bytes` and hands the top table to `read`. All problems of the file come back together.
pub(crate) fn read_file<T>(
    bytes: &[u8],
    file: &str,
    kind: &'static str,
    read: impl FnOnce(&Table<'_>) -> T,
) -> Result<T, Problems> {
    let text = match checked_text(bytes) {
        Ok(text) => text,
        Err((good, message)) => {
            let source = Source::new(file, good);
            return Err(Problem::at(&Place::new(&source, good.len()..good.len()), message).into());
        }
    };
    read_part(&Source::new(file, text), 0..text.len(), text, kind, read)
}

/// The same for a part of a text: `part` is how the bytes in `span` are to be read, and has as many.
pub(crate) fn read_part<T>(
    source: &Arc<Source>,
    span: Range<usize>,
    part: &str,
    kind: &'static str,
    read: impl FnOnce(&Table<'_>) -> T,
) -> Result<T, Problems> {
    let reader = Reader { source: Arc::clone(source), start: span.start, problems: RefCell::default() };
    let (top, errors) = DeTable::parse_recoverable(part);
    if !errors.is_empty() {
        // What a broken text still holds would only give misleading problems.
        for error in errors {
            let place = reader.place(error.span().unwrap_or_default());
            reader.report(&place, format!("this is no valid TOML: {}", error.message()));
        }
        return Err(reader.problems.into_inner().or(()).err().unwrap_or_default());
    }
    let place = reader.place(0..0);
    let value = Table::new(&reader, top.get_ref(), place, kind).scope(read);
    reader.problems.into_inner().or(value)
}

fn checked_text(bytes: &[u8]) -> Result<&str, (&str, String)> {
    if bytes.len() > MAX_TEXT {
        return Err(("", format!("the file has {} bytes, at most {MAX_TEXT} are read", bytes.len())));
    }
    str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        (str::from_utf8(good).unwrap_or_default(), "the text is not UTF-8 from here on".to_owned())
    })
}

pub(crate) struct Reader {
    source: Arc<Source>,
    /// Where in it the text begins that is read.
    start: usize,
    problems: RefCell<Problems>,
}

impl Reader {
    fn place(&self, span: Range<usize>) -> Place {
        let shifted = |offset: usize| offset.saturating_add(self.start);
        Place::new(&self.source, shifted(span.start)..shifted(span.end))
    }

    fn report(&self, place: &Place, message: impl AsRef<str>) {
        self.problems.borrow_mut().add(|| Problem::at(place, message));
    }

    fn report_helped(&self, place: &Place, message: impl AsRef<str>, help: impl FnOnce() -> String) {
        self.problems.borrow_mut().add(|| Problem::at(place, message).help(help()));
    }
}

/// One table of the file. `kind` names its sort in messages, such as `[[allow]]`.
pub(crate) struct Table<'r> {
    reader: &'r Reader,
    table: &'r DeTable<'r>,
    /// The table's header, or its name where it has no header.
    pub(crate) place: Place,
    kind: &'static str,
    /// What stands for `NAME` in the kind.
    name: Option<&'r str>,
    asked: RefCell<Vec<&'static str>>,
    given_up: Cell<bool>,
}

impl<'r> Table<'r> {
    fn new(reader: &'r Reader, table: &'r DeTable<'r>, place: Place, kind: &'static str) -> Self {
        Self { reader, table, place, kind, name: None, asked: RefCell::default(), given_up: Cell::default() }
    }

    /// What messages call it, such as `[hooks.rpmlint]`.
    fn title(&self) -> String {
        match self.name {
            Some(name) => self.kind.replace("NAME", &shown(name)),
            None => self.kind.to_owned(),
        }
    }

    fn scope<T>(self, read: impl FnOnce(&Self) -> T) -> T {
        let value = read(&self);
        if self.given_up.get() {
            return value;
        }
        let title = self.title();
        let asked = self.asked.into_inner();
        for (key, _) in in_order(self.table) {
            if !asked.contains(&key.get_ref().as_ref()) {
                let name = key.get_ref();
                let known = || format!("known keys: {}", quoted(asked.iter().copied()));
                let help = || did_you_mean(name, asked.iter().copied(), known);
                let message = format!("unknown key `{}` in {title}", shown(name));
                self.reader.report_helped(&self.reader.place(key.span()), message, help);
            }
        }
        value
    }

    /// Does not look at the keys that were not read: a problem was reported that makes them meaningless.
    pub(crate) fn give_up(&self) {
        self.given_up.set(true);
    }

    /// Reports a problem at a place of this file.
    pub(crate) fn report(&self, place: &Place, message: impl AsRef<str>) {
        self.reader.report(place, message);
    }

    /// Reports a problem with what to do about it.
    pub(crate) fn report_helped(
        &self,
        place: &Place,
        message: impl AsRef<str>,
        help: impl FnOnce() -> String,
    ) {
        self.reader.report_helped(place, message, help);
    }

    /// The place of a key that was found.
    pub(crate) fn key_place(&self, key: &str) -> Option<Place> {
        self.table.get_key_value(key).map(|(key, _)| self.reader.place(key.span()))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn is_empty_list(&self, key: &str) -> bool {
        let list = self.table.get(key).and_then(|value| value.get_ref().as_array());
        list.is_some_and(|list| list.is_empty())
    }

    fn value(&self, key: &'static str) -> Option<&'r Spanned<DeValue<'r>>> {
        self.asked.borrow_mut().push(key);
        #[cfg(test)]
        crate::tests::keys::asked(self.kind, key);
        self.table.get(key)
    }

    fn at<T>(&self, value: T, span: Range<usize>) -> At<T> {
        At { value, place: self.reader.place(span) }
    }

    fn wrong(&self, key: &str, wanted: &str, found: &Spanned<DeValue<'_>>) {
        let message = format!("`{key}` must be {wanted}, not {}", sort_of(found.get_ref()));
        self.reader.report(&self.reader.place(found.span()), message);
    }

    /// Reports `key` as missing unless it is there (and then perhaps wrong, which was reported).
    pub(crate) fn missing(&self, key: &str, example: &str) {
        if !self.has(key) {
            let message = format!("{} needs the key `{key}`", self.title());
            self.report_helped(&self.place, message, || format!("such as: {example}"));
        }
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<At<&'r str>> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, "a text", value);
        }
        Some(self.at(text?, value.span()))
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, "true or false", value);
        }
        flag
    }

    pub(crate) fn count(&self, key: &'static str) -> Option<At<u64>> {
        let value = self.value(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong(key, "a whole number", value);
            return None;
        };
        let count = u64::from_str_radix(integer.as_str(), integer.radix());
        if count.is_err() {
            let place = self.reader.place(value.span());
            self.report(&place, format!("`{key}` is negative or too large"));
        }
        Some(self.at(count.ok()?, value.span()))
    }

    /// A text that `parse` understands; otherwise its message is the problem.
    pub(crate) fn parsed<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<At<T>> {
        self.understand(self.text(key)?, &parse)
    }

    fn understand<T>(&self, text: At<&str>, parse: &impl Fn(&str) -> Result<T, String>) -> Option<At<T>> {
        match parse(text.value) {
            Ok(value) => Some(text.map(|_| value)),
            Err(message) => {
                self.report(&text.place, message);
                None
            }
        }
    }

    /// One word of a closed set.
    pub(crate) fn word<T: Word>(&self, key: &'static str) -> Option<At<T>> {
        self.understand_word(key, self.text(key)?)
    }

    fn understand_word<T: Word>(&self, key: &str, text: At<&str>) -> Option<At<T>> {
        let found = T::all().iter().copied().find(|word| word.word() == text.value);
        if found.is_none() {
            let words = || T::all().iter().map(|word| word.word());
            let help = || did_you_mean(text.value, words(), || format!("one of {}", quoted(words())));
            self.report_helped(&text.place, format!("`{}` is no value of `{key}`", shown(text.value)), help);
        }
        found.map(|word| text.map(|_| word))
    }

    /// A list of words.
    pub(crate) fn words<T: Word>(&self, key: &'static str) -> Option<Vec<At<T>>> {
        let texts = self.texts(key)?;
        Some(texts.into_iter().filter_map(|text| self.understand_word(key, text)).collect())
    }

    /// A list of texts.
    fn texts(&self, key: &'static str) -> Option<Vec<At<&'r str>>> {
        let value = self.value(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, "a list of texts, such as [\"one\", \"two\"]", value);
            return None;
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(self.at(text, item.span())),
                None => self.wrong(&format!("{key}[{}]", texts.len()), "a text", item),
            }
        }
        Some(texts)
    }

    /// A list of texts that `parse` understands. Items that it does not are reported and left out.
    pub(crate) fn list<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<At<T>>> {
        let texts = self.texts(key)?;
        Some(texts.into_iter().filter_map(|text| self.understand(text, &parse)).collect())
    }

    fn sub(&self, key: &str, kind: &'static str, value: &'r Spanned<DeValue<'r>>) -> Option<Table<'r>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, "a table", value);
            return None;
        };
        let place = self.reader.place(value.span());
        Some(Table::new(self.reader, table, place, kind))
    }

    /// A sub-table.
    pub(crate) fn table<T>(
        &self,
        key: &'static str,
        kind: &'static str,
        read: impl FnOnce(&Table<'r>) -> T,
    ) -> Option<T> {
        let value = self.value(key)?;
        Some(self.sub(key, kind, value)?.scope(read))
    }

    /// The tables of an array such as `[[allow]]`, in the file's order.
    pub(crate) fn tables(&self, key: &'static str, kind: &'static str, mut read: impl FnMut(&Table<'r>)) {
        let Some(value) = self.value(key) else { return };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(key, &format!("a list of tables, each below {kind}"), value);
            return;
        };
        for item in array.iter() {
            if let Some(table) = self.sub(key, kind, item) {
                table.scope(&mut read);
            }
        }
    }

    /// The tables below a key whose own keys are names, in the file's order.
    pub(crate) fn named_tables(
        &self,
        key: &'static str,
        kind: &'static str,
        mut read: impl FnMut(At<&'r str>, &Table<'r>),
    ) {
        let Some(value) = self.value(key) else { return };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(key, &format!("a table of tables, each below {kind}"), value);
            return;
        };
        for (name, value) in in_order(table) {
            if let Some(mut table) = self.sub(name.get_ref(), kind, value) {
                table.name = Some(name.get_ref().as_ref());
                let name = self.at(name.get_ref().as_ref(), name.span());
                table.scope(|table| read(name, table));
            }
        }
    }

    /// The texts of this table, all of whose keys are names, in the file's order.
    pub(crate) fn named_texts(&self, mut read: impl FnMut(At<&'r str>, At<&'r str>)) {
        self.give_up(); // every key is read here
        for (name, value) in in_order(self.table) {
            let name = self.at(name.get_ref().as_ref(), name.span());
            match value.get_ref().as_str() {
                Some(text) => read(name, self.at(text, value.span())),
                None => self.wrong(&shown(name.value), "a text", value),
            }
        }
    }

    /// A free table, as JSON.
    pub(crate) fn json(&self, key: &'static str) -> Option<serde_json::Value> {
        let value = self.value(key)?;
        if !value.get_ref().is_table() {
            self.wrong(key, "a table", value);
            return None;
        }
        match crate::json::from_toml(value) {
            Ok(json) => Some(json),
            Err((span, message)) => {
                self.report(&self.reader.place(span), message);
                None
            }
        }
    }
}

/// The keys of a table in the order in which they stand in the file.
fn in_order<'r>(
    table: &'r DeTable<'r>,
) -> Vec<(&'r Spanned<toml::de::DeString<'r>>, &'r Spanned<DeValue<'r>>)> {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    keys
}

fn sort_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `parse` by the type's own grammar.
pub(crate) fn by_grammar<T: FromStr<Err: Display>>(raw: &str) -> Result<T, String> {
    raw.parse().map_err(|error: T::Err| error.to_string())
}
