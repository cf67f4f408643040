//! Limits, as people write them, and which values make sense.

use crate::reader::{Table, by_grammar};
use crate::{At, Place};
use skink_job::{ByteCount, Limits, Millis};
use std::fmt::Display;
use std::ops::RangeInclusive;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;
const DAY: u64 = 24 * 3_600_000;

/// Where a limit was set.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) key: &'static str,
    pub(crate) place: Place,
}

/// Reads the keys of a table of limits over `limits`.
pub(crate) fn read(table: &Table<'_>, limits: &mut Limits, set: &mut Vec<Set>) {
    // No `..`: a new limit must be read here or this does not compile.
    let Limits {
        memory,
        wall_time,
        handles,
        log_bytes,
        output_bytes,
        output_files,
        tool_time,
        scratch_bytes,
    } = limits;
    bytes(table, "memory", memory, 64 * KIB..=64 * GIB, set);
    time(table, "wall-time", wall_time, set);
    number(table, "handles", handles, 8..=1_000_000, set);
    bytes(table, "log-bytes", log_bytes, KIB..=GIB, set);
    bytes(table, "output-bytes", output_bytes, KIB..=TIB, set);
    number(table, "output-files", output_files, 1..=1_000_000, set);
    time(table, "tool-time", tool_time, set);
    bytes(table, "scratch-bytes", scratch_bytes, MIB..=16 * TIB, set);
}

/// The smaller of each.
pub(crate) fn stricter(a: &Limits, b: &Limits) -> Limits {
    Limits {
        memory: a.memory.min(b.memory),
        wall_time: a.wall_time.min(b.wall_time),
        handles: a.handles.min(b.handles),
        log_bytes: a.log_bytes.min(b.log_bytes),
        output_bytes: a.output_bytes.min(b.output_bytes),
        output_files: a.output_files.min(b.output_files),
        tool_time: a.tool_time.min(b.tool_time),
        scratch_bytes: a.scratch_bytes.min(b.scratch_bytes),
    }
}

/// Each limit by its key, for people.
pub(crate) fn shown(limits: &Limits) -> [(&'static str, String); 8] {
    [
        ("memory", limits.memory.to_string()),
        ("wall-time", limits.wall_time.to_string()),
        ("handles", limits.handles.to_string()),
        ("log-bytes", limits.log_bytes.to_string()),
        ("output-bytes", limits.output_bytes.to_string()),
        ("output-files", limits.output_files.to_string()),
        ("tool-time", limits.tool_time.to_string()),
        ("scratch-bytes", limits.scratch_bytes.to_string()),
    ]
}

fn bytes(
    table: &Table<'_>,
    key: &'static str,
    limit: &mut ByteCount,
    sane: RangeInclusive<u64>,
    set: &mut Vec<Set>,
) {
    if let Some(found) = table.parsed(key, by_grammar::<ByteCount>) {
        check(table, key, &found, ByteCount(*sane.start()), ByteCount(*sane.end()));
        *limit = found.value;
        set.push(Set { key, place: found.place });
    }
}

fn time(table: &Table<'_>, key: &'static str, limit: &mut Millis, set: &mut Vec<Set>) {
    if let Some(found) = table.parsed(key, by_grammar::<Millis>) {
        check(table, key, &found, Millis(10), Millis(DAY));
        *limit = found.value;
        set.push(Set { key, place: found.place });
    }
}

fn number(
    table: &Table<'_>,
    key: &'static str,
    limit: &mut u32,
    sane: RangeInclusive<u64>,
    set: &mut Vec<Set>,
) {
    if let Some(found) = table.count(key) {
        check(table, key, &found, *sane.start(), *sane.end());
        *limit = u32::try_from(found.value).unwrap_or(u32::MAX);
        set.push(Set { key, place: found.place });
    }
}

fn check<T: Ord + Display>(table: &Table<'_>, key: &str, found: &At<T>, least: T, most: T) {
    if found.value < least || found.value > most {
        let message = format!("`{key}` is {}; it must be from {least} to {most}", found.value);
        table.report(&found.place, message);
    }
}
