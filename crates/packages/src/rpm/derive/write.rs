//! Writing a header: tags and their data, framed as rpm wants it.
//!
//! The first entry frames all others: its data are a copy of itself, with the length of the index as a negative offset, behind the data
//! of the others.

use super::super::header::{ENTRY, INTRODUCTION, MAGIC};
use std::collections::BTreeMap;

/// Tags with what they say.
#[derive(Debug, Clone, Default)]
pub(super) struct Tags(BTreeMap<u32, Value>);

/// The data of one tag, as they are written.
#[derive(Debug, Clone)]
struct Value {
    form: u32,
    count: usize,
    bytes: Vec<u8>,
}

const INT16: u32 = 3;
const INT32: u32 = 4;
const INT64: u32 = 5;
const STRING: u32 = 6;
const BINARY: u32 = 7;
const STRING_ARRAY: u32 = 8;
const TRANSLATED: u32 = 9;

impl Tags {
    fn set(&mut self, tag: u32, form: u32, count: usize, bytes: Vec<u8>) {
        if count > 0 {
            self.0.insert(tag, Value { form, count, bytes });
        }
    }

    /// As it stands in another header.
    pub(super) fn raw(&mut self, tag: u32, form: u32, count: usize, bytes: &[u8]) {
        self.set(tag, form, count, bytes.to_vec());
    }

    pub(super) fn remove(&mut self, tag: u32) {
        self.0.remove(&tag);
    }

    pub(super) fn text(&mut self, tag: u32, text: &str) {
        self.set(tag, STRING, 1, strings([text]));
    }

    pub(super) fn translated(&mut self, tag: u32, text: &str) {
        self.set(tag, TRANSLATED, 1, strings([text]));
    }

    pub(super) fn texts<'a>(&mut self, tag: u32, texts: impl IntoIterator<Item = &'a str, IntoIter: Clone>) {
        let texts = texts.into_iter();
        self.set(tag, STRING_ARRAY, texts.clone().count(), strings(texts));
    }

    pub(super) fn binary(&mut self, tag: u32, bytes: &[u8]) {
        self.set(tag, BINARY, bytes.len(), bytes.to_vec());
    }

    pub(super) fn shorts(&mut self, tag: u32, numbers: impl IntoIterator<Item = u16>) {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u16::to_be_bytes).collect();
        self.set(tag, INT16, bytes.len() / 2, bytes);
    }

    pub(super) fn words(&mut self, tag: u32, numbers: impl IntoIterator<Item = u32>) {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_be_bytes).collect();
        self.set(tag, INT32, bytes.len() / 4, bytes);
    }

    pub(super) fn longs(&mut self, tag: u32, numbers: impl IntoIterator<Item = u64>) {
        let bytes: Vec<u8> = numbers.into_iter().flat_map(u64::to_be_bytes).collect();
        self.set(tag, INT64, bytes.len() / 8, bytes);
    }

    /// The whole header, with `region` as the tag that frames it; none where it is larger than a header can be.
    pub(super) fn written(&self, region: u32) -> Option<Vec<u8>> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, value) in &self.0 {
            let alignment = match value.form {
                INT16 => 2,
                INT32 => 4,
                INT64 => 8,
                _ => 1,
            };
            data.resize(data.len().next_multiple_of(alignment), 0);
            push_entry(&mut index, [*tag, value.form, offset(data.len())?, offset(value.count)?]);
            data.extend_from_slice(&value.bytes);
        }
        let entries = self.0.len() + 1;
        let length = u32::try_from(entries * ENTRY).ok()?;
        let mut frame = Vec::new();
        push_entry(&mut frame, [region, BINARY, offset(data.len())?, length_of_entry()]);
        push_entry(&mut data, [region, BINARY, length.wrapping_neg(), length_of_entry()]);
        let mut header = Vec::with_capacity(INTRODUCTION + frame.len() + index.len() + data.len());
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&[0; 4]);
        header.extend_from_slice(&u32::try_from(entries).ok()?.to_be_bytes());
        header.extend_from_slice(&offset(data.len())?.to_be_bytes());
        header.append(&mut frame);
        header.append(&mut index);
        header.append(&mut data);
        Some(header)
    }
}

fn length_of_entry() -> u32 {
    ENTRY as u32
}

/// Offsets and counts are signed in rpm.
fn offset(number: usize) -> Option<u32> {
    i32::try_from(number).ok().map(i32::cast_unsigned)
}

fn push_entry(to: &mut Vec<u8>, entry: [u32; 4]) {
    entry.iter().for_each(|word| to.extend_from_slice(&word.to_be_bytes()));
}

/// Strings one after the other, each with its end.
fn strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        // A string ends at its first zero, wherever that stands.
        bytes.extend(text.bytes().filter(|byte| *byte != 0));
        bytes.push(0);
    }
    bytes
}
