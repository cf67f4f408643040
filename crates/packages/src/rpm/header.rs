//! One header: an index of tags, and the data that they point to.
//!
//! Format: eight bytes of magic, the number of index entries and the bytes of data, the entries (tag, type, offset, count) and the
//! data, all of big endian (`lib/header.c` of rpm). An entry's data begin where the ones before it have ended, or later: so no byte
//! is read twice, however many entries there are. What is made of a value takes more memory than the value itself (an empty string
//! of one byte some fifty), so the number of values is bounded too.

use crate::{Bounds, PackageError};
use std::io::Read;
use std::ops::Range;
use std::slice::ChunksExact;

pub(super) const MAGIC: [u8; 4] = [0x8e, 0xad, 0xe8, 1];

/// Bytes of the introduction: magic, four reserved, number of entries, bytes of data.
pub(crate) const INTRODUCTION: usize = 16;

/// Bytes of an index entry.
pub(crate) const ENTRY: usize = 16;

/// The most index entries; rpm's own bound.
const ENTRIES: u32 = 0xffff;

/// Bytes that hardly any header has more of.
const USUAL: u64 = 1 << 20;

/// A header may have a string for each so many bytes of its bound, and a number. Of a file there are some seven strings in 140 bytes.
const BYTES_OF_STRING: u64 = 16;
const BYTES_OF_NUMBER: u64 = 4;

/// A parsed header.
#[derive(Debug)]
pub(crate) struct Header {
    /// By their tags, each of which comes once.
    entries: Vec<Entry>,
    guesses: Guesses,
    /// The index, and the data behind it.
    bytes: Vec<u8>,
    /// Bytes of all of it, with introduction and index.
    size: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u32,
    /// The form as it is written.
    code: u32,
    form: Form,
    count: usize,
    /// Within index and data.
    place: Range<usize>,
}

/// How the data of an entry are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Null,
    /// Numbers of so many bytes.
    Number(usize),
    /// One string.
    Text,
    Binary,
    /// Several strings, one after the other.
    Texts,
}

impl Form {
    fn of(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::Null,
            1 | 2 => Self::Number(1),
            3 => Self::Number(2),
            4 => Self::Number(4),
            5 => Self::Number(8),
            6 => Self::Text,
            7 => Self::Binary,
            // Translations are strings whose languages are named by the tag HEADERI18NTABLE.
            8 | 9 => Self::Texts,
            _ => return None,
        })
    }

    /// Where the data end that begin there.
    fn end(self, data: &[u8], start: usize, count: usize) -> Option<usize> {
        let end = match self {
            Self::Null => start,
            Self::Number(bytes) => start.checked_add(count.checked_mul(bytes)?)?,
            Self::Binary => start.checked_add(count)?,
            Self::Text if count != 1 => return None,
            Self::Text | Self::Texts => {
                let mut end = start;
                for _ in 0..count {
                    end += length(data.get(end..)?)? + 1;
                }
                end
            }
        };
        (end <= data.len()).then_some(end)
    }
}

/// Where the last tag of each lowest byte is, which mostly is the only one. To read a package, some hundred and fifty tags are looked
/// up, of which many are not there.
#[derive(Debug)]
struct Guesses([u16; 1 << u8::BITS]);

impl Guesses {
    /// The place of no entry: there are `ENTRIES` at most.
    const NONE: u16 = u16::MAX;

    fn of(entries: &[Entry]) -> Self {
        let mut guesses = [Self::NONE; _];
        for (entry, place) in entries.iter().zip(0..) {
            if let Some(guess) = guesses.get_mut(Self::byte(entry.tag)) {
                *guess = place;
            }
        }
        Self(guesses)
    }

    /// Where a tag is, if it is there and no later one has the same byte.
    fn place(&self, tag: u32) -> usize {
        self.0.get(Self::byte(tag)).copied().unwrap_or(Self::NONE).into()
    }

    fn byte(tag: u32) -> usize {
        let [.., byte] = tag.to_be_bytes();
        byte.into()
    }
}

impl Header {
    /// Reads one from where it begins; `part` is how errors call it.
    pub(crate) fn read(
        from: &mut impl Read,
        bounds: &Bounds,
        part: &'static str,
    ) -> Result<Self, PackageError> {
        let mut introduction = [0; INTRODUCTION];
        from.read_exact(&mut introduction).map_err(PackageError::reading(part))?;
        if !introduction.starts_with(&MAGIC) {
            return Err(PackageError::corrupt(format!("{part} does not begin as one")));
        }
        let [_, _, entries, data] = words(&introduction);
        PackageError::within("the number of tags", entries.into(), ENTRIES.into())?;
        let size = u64::from(entries) * ENTRY as u64 + u64::from(data);
        PackageError::within("a header", size, bounds.header_bytes.into())?;
        // What it claims is believed as far as headers mostly are, so that it is read at once.
        let mut bytes = Vec::with_capacity(size.min(USUAL) as usize);
        from.take(size).read_to_end(&mut bytes).map_err(PackageError::Io)?;
        if bytes.len() as u64 != size {
            return Err(PackageError::Truncated(part));
        }
        let entries = index(&bytes, entries as usize, part)?;
        within(&entries, bounds)?;
        let guesses = Guesses::of(&entries);
        Ok(Self { entries, guesses, bytes, size: size + INTRODUCTION as u64 })
    }

    /// Bytes that it took in the package.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Whether it has a tag.
    pub(crate) fn has(&self, tag: u32) -> bool {
        self.entry(tag).is_some()
    }

    /// Its tags, in their order.
    pub(crate) fn tags(&self) -> impl Iterator<Item = u32> {
        self.entries.iter().map(|entry| entry.tag)
    }

    /// How many values a tag has; binary data are one.
    pub(crate) fn count(&self, tag: u32) -> usize {
        self.entry(tag).map_or(0, |entry| match entry.form {
            Form::Null => 0,
            Form::Binary => 1,
            Form::Number(_) | Form::Text | Form::Texts => entry.count,
        })
    }

    /// The tags that have more values than so many, and how many.
    pub(crate) fn longer(&self, most: u64) -> impl Iterator<Item = (u32, u64)> {
        let counts = self.entries.iter().map(|entry| (entry.tag, entry.count as u64));
        counts.filter(move |(_, count)| *count > most)
    }

    /// The strings of a tag, be it one or several; none where it has no such tag.
    pub(crate) fn texts(&self, tag: u32) -> Result<Texts<'_>, PackageError> {
        let Some(entry) = self.entry(tag) else { return Ok(Texts::default()) };
        self.texts_of(entry)
    }

    fn texts_of(&self, entry: &Entry) -> Result<Texts<'_>, PackageError> {
        match entry.form {
            Form::Text | Form::Texts => Ok(Texts { count: entry.count, rest: self.bytes(entry) }),
            Form::Null | Form::Number(_) | Form::Binary => Err(unexpected(entry.tag, entry.form, "text")),
        }
    }

    /// The first string of a tag.
    pub(crate) fn text(&self, tag: u32) -> Result<Option<&[u8]>, PackageError> {
        Ok(self.texts(tag)?.next())
    }

    /// The numbers of a tag, of whatever size.
    pub(crate) fn numbers(&self, tag: u32) -> Result<Numbers<'_>, PackageError> {
        self.entry(tag).map_or(Ok(Numbers([].chunks_exact(1))), |entry| self.numbers_of(entry))
    }

    fn numbers_of(&self, entry: &Entry) -> Result<Numbers<'_>, PackageError> {
        match entry.form {
            Form::Number(size) => Ok(Numbers(self.bytes(entry).chunks_exact(size))),
            Form::Null | Form::Text | Form::Texts | Form::Binary => {
                Err(unexpected(entry.tag, entry.form, "numbers"))
            }
        }
    }

    /// Numbers that fit into 32 bits.
    pub(crate) fn words(&self, tag: u32) -> Result<Words<'_>, PackageError> {
        let Some(entry) = self.entry(tag) else { return Ok(Words(Numbers([].chunks_exact(1)))) };
        let numbers = self.numbers_of(entry)?;
        let is_large = |number| u32::try_from(number).is_err();
        if entry.form == Form::Number(8) && numbers.clone().any(is_large) {
            return Err(PackageError::corrupt(format!("a number of tag {tag} is too large")));
        }
        Ok(Words(numbers))
    }

    /// The value of a tag of any form, as text: numbers in decimal, binary data in hexadecimal digits.
    pub(crate) fn shown(&self, tag: u32) -> Vec<String> {
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        match entry.form {
            Form::Null => Vec::new(),
            Form::Binary => vec![hex::encode(self.bytes(entry))],
            Form::Number(_) => {
                let numbers =
                    self.numbers_of(entry).map(|all| all.map(|number| number.to_string()).collect());
                numbers.unwrap_or_default()
            }
            Form::Text | Form::Texts => {
                self.texts_of(entry).map(|all| all.map(text).collect()).unwrap_or_default()
            }
        }
    }

    /// A tag as it is written: the code of its form, how many values, their bytes.
    pub(crate) fn raw(&self, tag: u32) -> Option<(u32, usize, &[u8])> {
        self.entry(tag).map(|entry| (entry.code, entry.count, self.bytes(entry)))
    }

    fn entry(&self, tag: u32) -> Option<&Entry> {
        let guess = self.entries.get(self.guesses.place(tag))?;
        if guess.tag == tag {
            return Some(guess);
        }
        let place = self.entries.binary_search_by_key(&tag, |entry| entry.tag).ok()?;
        self.entries.get(place)
    }

    fn bytes(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.place.clone()).unwrap_or_default()
    }
}

/// The strings of a tag, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts<'a> {
    count: usize,
    rest: &'a [u8],
}

impl<'a> Iterator for Texts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        self.count = self.count.checked_sub(1)?;
        let (text, after) = self.rest.split_at_checked(length(self.rest)?)?;
        self.rest = after.get(1..).unwrap_or_default();
        Some(text)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Texts<'_> {}

/// The numbers of a tag, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a>(ChunksExact<'a, u8>);

impl Iterator for Numbers<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        Some(match *self.0.next()? {
            [a, b, c, d] => u32::from_be_bytes([a, b, c, d]).into(),
            ref bytes => bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Numbers<'_> {}

/// The numbers of a tag, of which each fits into 32 bits.
#[derive(Debug, Clone)]
pub(crate) struct Words<'a>(Numbers<'a>);

impl Iterator for Words<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0.next().map(|number| number as u32)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Words<'_> {}

/// How long the string is that begins there. Of a file most are empty, and nothing is to be searched.
fn length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() == Some(&0) { Some(0) } else { memchr::memchr(0, bytes) }
}

/// Bytes as text.
pub(super) fn text(bytes: &[u8]) -> String {
    // Nearly all is UTF-8, which is found out sooner so.
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_owned)
}

fn unexpected(tag: u32, form: Form, wanted: &str) -> PackageError {
    PackageError::corrupt(format!("tag {tag} is {form:?}, and should be {wanted}"))
}

/// Four numbers.
fn words(bytes: &[u8; 16]) -> [u32; 4] {
    let mut words = bytes.as_chunks().0.iter().copied().map(u32::from_be_bytes);
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// That there are not too many values.
fn within(entries: &[Entry], bounds: &Bounds) -> Result<(), PackageError> {
    let count = |is_counted: fn(Form) -> bool| {
        let counts = entries.iter().filter(|entry| is_counted(entry.form)).map(|entry| entry.count as u64);
        counts.fold(0, u64::saturating_add)
    };
    let strings = count(|form| matches!(form, Form::Text | Form::Texts));
    let numbers = count(|form| matches!(form, Form::Number(_)));
    let bytes = u64::from(bounds.header_bytes);
    PackageError::within("the number of strings in a header", strings, bytes / BYTES_OF_STRING)?;
    PackageError::within("the number of numbers in a header", numbers, bytes / BYTES_OF_NUMBER)
}

/// The entries, of which there are so many, each with its place behind them.
fn index(bytes: &[u8], count: usize, part: &'static str) -> Result<Vec<Entry>, PackageError> {
    let mut entries = Vec::with_capacity(count);
    let data = count * ENTRY;
    let mut end = data;
    let corrupt = |tag: u32, why: &str| PackageError::corrupt(format!("in {part}, tag {tag} {why}"));
    for (place, entry) in bytes.as_chunks::<ENTRY>().0.iter().take(count).enumerate() {
        let [tag, code, offset, count] = words(entry);
        // The first entry may frame the others: its data are at the end, and are a copy of itself.
        let frames =
            place == 0 && (tag == super::tag::HEADERSIGNATURES || tag == super::tag::HEADERIMMUTABLE);
        let form = Form::of(code).ok_or_else(|| corrupt(tag, "is of no known form"))?;
        let (start, count) = (data + offset as usize, count as usize);
        if start < end {
            return Err(corrupt(tag, "has data that another tag has too"));
        }
        let stop = form.end(bytes, start, count);
        let stop = stop.ok_or_else(|| corrupt(tag, "reaches over the end of the data"))?;
        if !frames {
            end = stop;
        }
        entries.push(Entry { tag, code, form, count, place: start..stop });
    }
    entries.sort_by_key(|entry| entry.tag);
    match entries.array_windows().find(|[one, next]| one.tag == next.tag) {
        Some([twice, _]) => Err(corrupt(twice.tag, "is there twice")),
        None => Ok(entries),
    }
}
