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

/// The least that makes sense of each limit.
pub(crate) const LEAST: Limits = Limits {
    memory: ByteCount(64 * KIB),
    wall_time: Millis(10),
    handles: 8,
    log_bytes: ByteCount(KIB),
    output_bytes: ByteCount(KIB),
    output_files: 1,
    tool_time: Millis(10),
    tool_memory: ByteCount(16 * MIB),
    tool_processes: 1,
    scratch_bytes: ByteCount(MIB),
};

/// The most that a policy can say of each limit. Whoever starts the processes of a call lets them have as much, so
/// that no limit is taken here that is cut there.
pub const MOST: Limits = Limits {
    memory: ByteCount(64 * GIB),
    wall_time: Millis(DAY),
    handles: 1_000_000,
    log_bytes: ByteCount(GIB),
    output_bytes: ByteCount(TIB),
    output_files: 1_000_000,
    tool_time: Millis(DAY),
    tool_memory: ByteCount(TIB),
    tool_processes: 65_536,
    scratch_bytes: ByteCount(16 * TIB),
};

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
        tool_memory,
        tool_processes,
        scratch_bytes,
    } = limits;
    bytes(table, "memory", memory, LEAST.memory..=MOST.memory, set);
    time(table, "wall-time", wall_time, LEAST.wall_time..=MOST.wall_time, set);
    number(table, "handles", handles, LEAST.handles..=MOST.handles, set);
    bytes(table, "log-bytes", log_bytes, LEAST.log_bytes..=MOST.log_bytes, set);
    bytes(table, "output-bytes", output_bytes, LEAST.output_bytes..=MOST.output_bytes, set);
    number(table, "output-files", output_files, LEAST.output_files..=MOST.output_files, set);
    time(table, "tool-time", tool_time, LEAST.tool_time..=MOST.tool_time, set);
    bytes(table, "tool-memory", tool_memory, LEAST.tool_memory..=MOST.tool_memory, set);
    number(table, "tool-processes", tool_processes, LEAST.tool_processes..=MOST.tool_processes, set);
    bytes(table, "scratch-bytes", scratch_bytes, LEAST.scratch_bytes..=MOST.scratch_bytes, set);
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
        tool_memory: a.tool_memory.min(b.tool_memory),
        tool_processes: a.tool_processes.min(b.tool_processes),
        scratch_bytes: a.scratch_bytes.min(b.scratch_bytes),
    }
}

pub(crate) fn bytes(
    table: &Table<'_>,
    key: &'static str,
    limit: &mut ByteCount,
    sane: RangeInclusive<ByteCount>,
    set: &mut Vec<Set>,
) {
    if let Some(found) = table.parsed(key, by_grammar::<ByteCount>) {
        check(table, key, &found, *sane.start(), *sane.end());
        *limit = found.value;
        set.push(Set { key, place: found.place });
    }
}

pub(crate) fn time(
    table: &Table<'_>,
    key: &'static str,
    limit: &mut Millis,
    sane: RangeInclusive<Millis>,
    set: &mut Vec<Set>,
) {
    if let Some(found) = table.parsed(key, by_grammar::<Millis>) {
        check(table, key, &found, *sane.start(), *sane.end());
        *limit = found.value;
        set.push(Set { key, place: found.place });
    }
}

fn number(
    table: &Table<'_>,
    key: &'static str,
    limit: &mut u32,
    sane: RangeInclusive<u32>,
    set: &mut Vec<Set>,
) {
    if let Some(found) = table.count(key) {
        check(table, key, &found, u64::from(*sane.start()), u64::from(*sane.end()));
        *limit = u32::try_from(found.value).unwrap_or(u32::MAX);
        set.push(Set { key, place: found.place });
    }
}

pub(crate) fn check<T: Ord + Display>(table: &Table<'_>, key: &str, found: &At<T>, least: T, most: T) {
    if found.value < least || found.value > most {
        let message = format!("`{key}` is {}; it must be from {least} to {most}", found.value);
        table.report(&found.place, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decision, Policy};
    use skink_job::{Amount, Digest, Grants};

    fn lines(limits: &Limits) -> [String; 10] {
        limits.each().map(|(key, limit)| match limit {
            Amount::Bytes(bytes) => format!("{key} = \"{}B\"", bytes.0),
            Amount::Time(time) => format!("{key} = \"{}ms\"", time.0),
            Amount::Count(count) => format!("{key} = {count}"),
        })
    }

    fn read_back(lines: &[String]) -> Option<Limits> {
        let digest = Digest::from_bytes([1; 32]);
        let text = format!(
            "schema = 1\n[limits]\n{}\n[[allow]]\nmodule = \"m\"\nsha256 = [\"{digest}\"]\nprojects = [\"**\"]\n",
            lines.join("\n")
        );
        match Policy::parse(text, "policy.toml").ok()?.admit(None, &digest, &Grants::default()) {
            Decision::Allowed(allowed) => Some(allowed.limits),
            Decision::Refused { .. } => None,
        }
    }

    #[test]
    fn the_ends_of_each_range_are_taken_and_nothing_beyond() {
        let beyond = |limits: &Limits, step: i64| Limits {
            memory: ByteCount(limits.memory.0.saturating_add_signed(step)),
            wall_time: Millis(limits.wall_time.0.saturating_add_signed(step)),
            handles: limits.handles.saturating_add_signed(step.try_into().unwrap()),
            log_bytes: ByteCount(limits.log_bytes.0.saturating_add_signed(step)),
            output_bytes: ByteCount(limits.output_bytes.0.saturating_add_signed(step)),
            output_files: limits.output_files.saturating_add_signed(step.try_into().unwrap()),
            tool_time: Millis(limits.tool_time.0.saturating_add_signed(step)),
            tool_memory: ByteCount(limits.tool_memory.0.saturating_add_signed(step)),
            tool_processes: limits.tool_processes.saturating_add_signed(step.try_into().unwrap()),
            scratch_bytes: ByteCount(limits.scratch_bytes.0.saturating_add_signed(step)),
        };
        for (end, step) in [(LEAST, -1), (MOST, 1)] {
            assert_eq!(read_back(&lines(&end)), Some(end));
            for line in lines(&beyond(&end, step)) {
                assert_eq!(read_back(std::slice::from_ref(&line)), None, "{line}");
            }
        }
    }
}
