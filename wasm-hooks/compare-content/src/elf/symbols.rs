//! Symbols of an object: relocations count them, and a linker puts the program together by them.
//!
//! Names of source files are left out: of what a compiler writes between two steps they are made up anew each time.

use super::header::{Form, Header};
use super::{File, Found, STRINGS, SYMBOLS};
use crate::numbers::slice;
use crate::{Elf, Section};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

/// `st_info`: the name of a source file.
const SOURCE: u64 = 4;

struct Table<'a> {
    form: Form,
    symbols: &'a [u8],
    names: &'a [u8],
}

#[derive(Debug, PartialEq, Eq)]
struct Symbol<'a> {
    name: &'a [u8],
    value: u64,
    size: u64,
    info: u64,
    other: u64,
    section: u64,
}

/// What differs first.
pub(super) fn first(
    old: File<'_>,
    new: File<'_>,
    old_header: &Header,
    new_header: &Header,
) -> Result<Option<Found>, String> {
    let (theirs, ours) = (table(old, old_header)?, table(new, new_header)?);
    let (mut at, step) = (0, theirs.step());
    // Many symbols may have one long name.
    let mut left = (old.0.len() as u64).saturating_mul(8);
    loop {
        let (their, our) = (theirs.symbol(at), ours.symbol(at));
        if their != our {
            let name = |symbol: &Option<Symbol<'_>>| {
                symbol.as_ref().map_or_else(String::new, |symbol| symbol.shown())
            };
            let found = Found::new("symbols", &name(&their), &name(&our), "its symbols differ");
            return Ok(Some(found));
        }
        let Some(symbol) = their else { return Ok(None) };
        left = left.checked_sub(symbol.name.len() as u64 + 1).ok_or("its symbols have too long names")?;
        at += step;
    }
}

fn table<'a>(file: File<'a>, header: &Header) -> Result<Table<'a>, String> {
    let (bytes, Elf { sections, .. }) = file;
    let mut tables = sections.iter().zip(1..).filter(|(one, _)| one.kind == SYMBOLS);
    let Some((found, number)) = tables.next() else {
        return Ok(Table { form: header.form, symbols: &[], names: &[] });
    };
    if tables.next().is_some() {
        return Err("it has more than one table of symbols".to_owned());
    }
    let content = |section: &Section| slice(bytes, section.offset, section.size);
    // The empty first section is not among them.
    let linked = header.section(bytes, number).and_then(|[link, ..]| link.checked_sub(1));
    let names = linked.and_then(|at| sections.get(usize::try_from(at).ok()?));
    let names = names.filter(|section| section.kind == STRINGS).and_then(content);
    let lost = || "its symbols are nowhere".to_owned();
    let (symbols, names) = (content(found).ok_or_else(lost)?, names.ok_or_else(lost)?);
    let table = Table { form: header.form, symbols, names };
    // A rest that is no symbol, or a name that is nowhere, would go unseen.
    if !(symbols.len() as u64).is_multiple_of(table.step()) {
        return Err("its symbols do not hold together".to_owned());
    }
    Ok(table)
}

impl<'a> Table<'a> {
    fn step(&self) -> u64 {
        if self.form.is_64 { 24 } else { 16 }
    }

    fn symbol(&self, at: u64) -> Option<Symbol<'a>> {
        let field = |begin: u64, len| self.form.number(self.symbols, at + begin, len);
        let [value, size, info, other, section] = if self.form.is_64 {
            [field(8, 8)?, field(16, 8)?, field(4, 1)?, field(5, 1)?, field(6, 2)?]
        } else {
            [field(4, 4)?, field(8, 4)?, field(12, 1)?, field(13, 1)?, field(14, 2)?]
        };
        let name = if info & 0xf == SOURCE { &[][..] } else { self.name(field(0, 4)?) };
        Some(Symbol { name, value, size, info, other, section })
    }

    fn name(&self, at: u64) -> &'a [u8] {
        let rest = usize::try_from(at).ok().and_then(|at| self.names.get(at..)).unwrap_or_default();
        rest.get(..memchr::memchr(0, rest).unwrap_or(rest.len())).unwrap_or_default()
    }
}

impl Symbol<'_> {
    fn shown(&self) -> String {
        let Self { name, value, size, info, other, section } = self;
        let name = String::from_utf8_lossy(name);
        format!(
            "{name}: value {value:#x}, size {size:#x}, info {info:#x}, other {other:#x}, section {section}"
        )
    }
}
