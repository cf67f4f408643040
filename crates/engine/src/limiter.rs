//! How much memory one guest may have.
//!
//! Invariant: the *sum* over all linear memories and tables of a store stays at or below the limit. A limit
//! per memory would let a component take it once for each memory it declares.

use skink_job::ByteCount;
use std::fmt;
use wasmtime::ResourceLimiter;

/// Core instances in one store. A component of componentize-py has about 70.
pub const MAX_INSTANCES: usize = 500;

/// Linear memories in one store.
pub const MAX_MEMORIES: usize = 64;

/// Tables in one store.
pub const MAX_TABLES: usize = 256;

/// Bytes that one table element is counted as: a pointer, and as much again for what the engine keeps of it.
pub const TABLE_ELEMENT: u64 = 16;

/// What was asked for when the limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A linear memory.
    Memory,
    /// A table.
    Table,
}

/// A request that the limiter refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial {
    /// For which kind of thing.
    pub asked: Asked,
    /// The sum there would have been, in bytes.
    pub wanted: u64,
    /// The limit, in bytes.
    pub limit: u64,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.asked {
            Asked::Memory => "memory",
            Asked::Table => "a table",
        };
        let (limit, wanted) = (ByteCount(self.limit), ByteCount(self.wanted));
        write!(f, "the limit is {limit} for all memories and tables; with more for {what} it were {wanted}")
    }
}

/// Counts the memories and tables of one store. Used for one store only.
#[derive(Debug)]
pub struct Limiter {
    limit: u64,
    used: u64,
    denied: Option<Denial>,
}

impl Limiter {
    /// A limiter that allows `limit` bytes in all.
    pub fn new(limit: ByteCount) -> Self {
        Self { limit: limit.0, used: 0, denied: None }
    }

    /// The most that was used at once, in bytes. Memories and tables of a store never shrink, so this is also
    /// what is used now.
    pub fn peak(&self) -> u64 {
        self.used
    }

    /// The first request that was refused. A guest is told of it by a failed `grow` and may go on; where its
    /// call then ends in a trap, the limit is the reason.
    pub fn denied(&self) -> Option<Denial> {
        self.denied
    }

    /// What a growth asks for beyond the thing's own maximum is refused without being counted: that is the
    /// guest's own rule, no limit of ours. A growth that fails later is not given back: wasmtime also reports
    /// failures of growths that were never counted, and giving those back would let a guest lower the sum.
    fn grow(&mut self, asked: Asked, from: u64, to: u64, maximum: Option<u64>) -> bool {
        if maximum.is_some_and(|maximum| to > maximum) {
            return false;
        }
        let wanted = self.used.saturating_add(to.saturating_sub(from));
        if wanted > self.limit {
            self.denied.get_or_insert(Denial { asked, wanted, limit: self.limit });
            return false;
        }
        self.used = wanted;
        true
    }
}

fn bytes(count: usize, each: u64) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(each)
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let maximum = maximum.map(|maximum| bytes(maximum, 1));
        Ok(self.grow(Asked::Memory, bytes(current, 1), bytes(desired, 1), maximum))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let maximum = maximum.map(|maximum| bytes(maximum, TABLE_ELEMENT));
        let (current, desired) = (bytes(current, TABLE_ELEMENT), bytes(desired, TABLE_ELEMENT));
        Ok(self.grow(Asked::Table, current, desired, maximum))
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_TABLES
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 64 << 10;

    #[test]
    fn the_sum_is_limited_and_not_each_memory() {
        let mut limiter = Limiter::new(ByteCount(4 * PAGE as u64));
        assert!(limiter.memory_growing(0, 2 * PAGE, None).unwrap());
        assert!(limiter.memory_growing(0, PAGE, None).unwrap());
        assert!(!limiter.memory_growing(PAGE, 3 * PAGE, None).unwrap());
        assert!(limiter.memory_growing(PAGE, 2 * PAGE, None).unwrap());
        assert_eq!(limiter.peak(), 4 * PAGE as u64);
        let denied = limiter.denied().unwrap();
        assert_eq!((denied.asked, denied.wanted), (Asked::Memory, 5 * PAGE as u64));
    }

    #[test]
    fn tables_count_in_bytes() {
        let mut limiter = Limiter::new(ByteCount(PAGE as u64));
        assert!(limiter.table_growing(0, PAGE / 16, None).unwrap());
        assert!(!limiter.table_growing(PAGE / 16, PAGE / 16 + 1, None).unwrap());
        assert_eq!(limiter.denied().unwrap().asked, Asked::Table);
        assert!(!Limiter::new(ByteCount(u64::MAX - 1)).table_growing(0, usize::MAX, None).unwrap());
    }

    #[test]
    fn the_guests_own_maximum_is_no_limit_of_ours() {
        let mut limiter = Limiter::new(ByteCount(4 * PAGE as u64));
        assert!(!limiter.memory_growing(PAGE, 3 * PAGE, Some(2 * PAGE)).unwrap());
        assert_eq!((limiter.peak(), limiter.denied()), (0, None));
    }

    #[test]
    fn a_reported_failure_lowers_nothing() {
        let mut limiter = Limiter::new(ByteCount(4 * PAGE as u64));
        assert!(limiter.memory_growing(0, 4 * PAGE, None).unwrap());
        limiter.memory_grow_failed(wasmtime::Error::msg("never counted")).unwrap();
        assert!(!limiter.memory_growing(0, PAGE, None).unwrap());
    }
}
