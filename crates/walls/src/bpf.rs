//! Writes seccomp filters as short programs for the kernel's BPF machine.
//!
//! The kernel checks and compiles a filter when it is installed, and tries every call's number on it, so its length is
//! paid for by each child. Here the number is looked for by halving, not by comparing it with one after the other, and
//! neighbours with one answer are one. Invariant: the answer depends on the architecture, the call's number and its
//! arguments alone, and what is not named gets the answer for all others.

use libc::{c_int, c_long};
use seccompiler::{BpfProgram, sock_filter};
use std::collections::BTreeMap;

/// What a filter answers to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The kernel goes on with the call.
    Allow,
    /// The call fails with this.
    Errno(c_int),
    /// Allowed if all of these hold; else it fails with `EPERM`.
    If(Vec<OneOf>),
}

/// A condition: the bits of an argument that count are one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OneOf {
    /// Which argument, from 0 to 5.
    pub(crate) argument: u32,
    /// The bits that count.
    pub(crate) mask: Mask,
    /// What they may be; at least one.
    pub(crate) values: Vec<u32>,
}

/// The bits of an argument that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mask {
    /// All 64. The upper half must be zero.
    Whole,
    /// These of the lower half.
    Bits(u32),
}

/// A filter: an answer for some calls, and one for all others.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) calls: BTreeMap<c_long, Answer>,
    pub(crate) otherwise: Answer,
}

/// The architecture of this program, as `linux/audit.h` numbers them.
pub(crate) const ARCHITECTURE: u32 = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7 };
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the seccomp filters know x86_64 and aarch64 only");

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

/// Load a word of `struct seccomp_data`; and with a constant; jump if equal, if not less; return.
const LOAD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_NOT_LESS: u16 = 0x35;
const RETURN: u16 = 0x06;

impl Filter {
    /// The program. `None` if it would be too long for its jumps, or a call or condition is impossible.
    pub(crate) fn assemble(&self) -> Option<BpfProgram> {
        let mut writer = Writer { lines: Vec::with_capacity(256) };
        writer.search(&self.ranges()?)?;
        writer.load(NUMBER);
        writer.answer(libc::SECCOMP_RET_KILL_PROCESS);
        writer.jump(JUMP_EQUAL, ARCHITECTURE, writer.here(1)?, writer.here(0)?)?;
        writer.load(ARCH);
        writer.lines.reverse();
        Some(writer.lines)
    }

    /// Where the answer changes: the first number of each range, in order, from 0 on.
    fn ranges(&self) -> Option<Vec<(u32, &Answer)>> {
        let mut ranges = vec![(0, &self.otherwise)];
        for (call, answer) in &self.calls {
            let call = u32::try_from(*call).ok()?;
            change(&mut ranges, call, answer);
            change(&mut ranges, call.checked_add(1)?, &self.otherwise);
        }
        Some(ranges)
    }
}

fn change<'a>(ranges: &mut Vec<(u32, &'a Answer)>, first: u32, answer: &'a Answer) {
    ranges.pop_if(|last| last.0 == first);
    if ranges.last().is_none_or(|last| last.1 != answer) {
        ranges.push((first, answer));
    }
}

/// Writes a program from its end to its beginning, for jumps lead forward only: a place that is jumped to is known.
struct Writer {
    /// In reverse order.
    lines: BpfProgram,
}

/// A line that is written already, counted from the program's end.
#[derive(Clone, Copy)]
struct Place(usize);

impl Writer {
    /// Finds the range that the loaded number is in, and answers.
    fn search(&mut self, ranges: &[(u32, &Answer)]) -> Option<Place> {
        let (lower, upper) = ranges.split_at(ranges.len() / 2);
        let [(first, answer), ..] = upper else { return None };
        if lower.is_empty() {
            return self.reply(answer);
        }
        let (upper, lower) = (self.search(upper)?, self.search(lower)?);
        self.jump(JUMP_NOT_LESS, *first, upper, lower)
    }

    fn reply(&mut self, answer: &Answer) -> Option<Place> {
        let errno = |errno: c_int| libc::SECCOMP_RET_ERRNO | errno.cast_unsigned();
        match answer {
            Answer::Allow => self.end(libc::SECCOMP_RET_ALLOW),
            Answer::Errno(number) => self.end(errno(*number)),
            Answer::If(conditions) => {
                let no = self.end(errno(libc::EPERM))?;
                let yes = self.end(libc::SECCOMP_RET_ALLOW)?;
                conditions.iter().rev().try_fold(yes, |yes, condition| self.condition(condition, yes, no))
            }
        }
    }

    fn condition(&mut self, condition: &OneOf, yes: Place, no: Place) -> Option<Place> {
        // Both architectures are little endian: the lower half comes first.
        let lower = ARGUMENTS + 8 * condition.argument;
        let (last, others) = condition.values.split_last()?;
        let mut place = self.jump(JUMP_EQUAL, *last, yes, no)?;
        for value in others {
            place = self.jump(JUMP_EQUAL, *value, yes, place)?;
        }
        if let Mask::Bits(bits) = condition.mask {
            self.line(AND, bits);
        }
        self.load(lower);
        if condition.mask == Mask::Whole {
            self.jump(JUMP_EQUAL, 0, self.here(0)?, no)?;
            self.load(lower + 4);
        }
        self.here(0)
    }

    /// Where the program ends with this answer.
    fn end(&mut self, answer: u32) -> Option<Place> {
        let known = self.lines.iter().position(|line| line.code == RETURN && line.k == answer);
        known.map(Place).or_else(|| {
            self.answer(answer);
            self.here(0)
        })
    }

    fn answer(&mut self, answer: u32) {
        self.line(RETURN, answer);
    }

    fn load(&mut self, offset: u32) {
        self.line(LOAD, offset);
    }

    fn line(&mut self, code: u16, k: u32) {
        self.lines.push(sock_filter { code, jt: 0, jf: 0, k });
    }

    /// The line that was written last, or so many lines after it.
    fn here(&self, after: usize) -> Option<Place> {
        self.lines.len().checked_sub(1 + after).map(Place)
    }

    /// Jumps to one place if the comparison holds, and to the other if not.
    fn jump(&mut self, code: u16, k: u32, yes: Place, no: Place) -> Option<Place> {
        let last = self.here(0)?;
        let over = |place: Place| u8::try_from(last.0 - place.0).ok();
        self.lines.push(sock_filter { code, jt: over(yes)?, jf: over(no)?, k });
        self.here(0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
    pub(crate) const DENY: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();

    /// Runs a filter as the kernel would; only the instructions that are written here.
    pub(crate) fn run(program: &[sock_filter], call: c_long, args: &[u64]) -> u32 {
        run_as(ARCHITECTURE, program, call, args)
    }

    fn run_as(arch: u32, program: &[sock_filter], call: c_long, args: &[u64]) -> u32 {
        let mut data = [0; 16];
        data[..2].copy_from_slice(&[u32::try_from(call).unwrap(), arch]);
        for (at, arg) in args.iter().enumerate() {
            data[4 + 2 * at] = u32::try_from(arg & 0xffff_ffff).unwrap();
            data[5 + 2 * at] = u32::try_from(arg >> 32).unwrap();
        }
        let (mut at, mut accumulator) = (0, 0_u32);
        loop {
            let op = &program[at];
            let jump = |holds: bool| usize::from(if holds { op.jt } else { op.jf });
            at += 1;
            match op.code {
                LOAD => accumulator = data[usize::try_from(op.k).unwrap() / 4],
                AND => accumulator &= op.k,
                JUMP_EQUAL => at += jump(accumulator == op.k),
                JUMP_NOT_LESS => at += jump(accumulator >= op.k),
                RETURN => return op.k,
                code => panic!("instruction {code:#x}"),
            }
        }
    }

    /// What a filter means, without a machine.
    pub(crate) fn meaning(filter: &Filter, call: c_long, args: &[u64]) -> u32 {
        let holds = |one: &OneOf| {
            let argument = args[usize::try_from(one.argument).unwrap()];
            let bits = match one.mask {
                Mask::Whole => u64::MAX,
                Mask::Bits(bits) => bits.into(),
            };
            one.values.iter().any(|value| u64::from(*value) == argument & bits)
        };
        match filter.calls.get(&call).unwrap_or(&filter.otherwise) {
            Answer::Allow => ALLOW,
            Answer::Errno(errno) => libc::SECCOMP_RET_ERRNO | errno.cast_unsigned(),
            Answer::If(conditions) if conditions.iter().all(holds) => ALLOW,
            Answer::If(_) => DENY,
        }
    }

    fn filter(calls: impl IntoIterator<Item = (c_long, Answer)>) -> Filter {
        Filter { calls: calls.into_iter().collect(), otherwise: Answer::Errno(libc::EPERM) }
    }

    #[test]
    fn calls_of_a_foreign_architecture_kill() {
        let program = filter([(0, Answer::Allow)]).assemble().unwrap();
        assert_eq!(run(&program, 0, &[]), ALLOW);
        for foreign in [0, ARCHITECTURE - 1, ARCHITECTURE + 1, 0x4000_0003, 0x4000_0028] {
            assert_eq!(run_as(foreign, &program, 0, &[]), libc::SECCOMP_RET_KILL_PROCESS, "{foreign:#x}");
        }
    }

    #[test]
    fn neighbours_with_one_answer_are_one() {
        let rows: [(&[c_long], usize); 5] =
            [(&[], 1), (&[0], 2), (&[1], 3), (&[0, 1, 2, 3], 2), (&[5, 6, 7, 9, 10], 5)];
        for (calls, ranges) in rows {
            let filter = filter(calls.iter().map(|call| (*call, Answer::Allow)));
            assert_eq!(filter.ranges().unwrap().len(), ranges, "{calls:?}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_none() {
        let one = |values| Answer::If(vec![OneOf { argument: 0, mask: Mask::Whole, values }]);
        let rows = [
            ("a number", [(7, Answer::Allow)].into(), true),
            ("too small a number", BTreeMap::from([(-1, Answer::Allow)]), false),
            ("too large a number", [(1 << 32, Answer::Allow)].into(), false),
            ("a number after which there is none", [(0xffff_ffff, Answer::Allow)].into(), false),
            ("a value", [(7, one(vec![1]))].into(), true),
            ("no value", [(7, one(vec![]))].into(), false),
            ("too many values", [(7, one((0..300).collect()))].into(), false),
            ("too many calls", (0..300).map(|call| (2 * call, Answer::Allow)).collect(), false),
        ];
        for (what, calls, want) in rows {
            assert_eq!(filter(calls).assemble().is_some(), want, "{what}");
        }
    }
}
