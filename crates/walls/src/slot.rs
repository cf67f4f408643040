//! Uids for children, one each, taken and given back.
//!
//! Invariant: no two live children of one process have the same uid, nor have children of two processes of
//! one pid namespace.

use crate::WallsError;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many children may live at once: the bits of [`TAKEN`].
pub(crate) const MAX: u32 = 64;

/// First of the uids that children get: `0x6000_0000` to `0x6fff_ffff`, beyond what user databases hand out.
pub(crate) const FIRST_UID: u32 = 0x6000_0000;

/// The bits of a uid that tell children apart: 22 of the parent's pid, 6 of the slot.
pub(crate) const UID_MASK: u32 = 0x0fff_ffff;

static TAKEN: AtomicU64 = AtomicU64::new(0);

/// One taken uid; given back when dropped.
#[derive(Debug)]
pub struct Slot(u32);

impl Slot {
    /// Takes a uid.
    ///
    /// # Errors
    /// All are taken.
    pub fn take() -> Result<Self, WallsError> {
        let mut taken = TAKEN.load(Ordering::Relaxed);
        loop {
            let free = taken.trailing_ones();
            if free >= MAX {
                return Err(WallsError::TooMany);
            }
            match TAKEN.compare_exchange_weak(taken, taken | 1 << free, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Ok(Self(free)),
                Err(now) => taken = now,
            }
        }
    }

    /// The uid, which is the gid too.
    pub fn uid(&self) -> u32 {
        FIRST_UID | (((std::process::id() << 6) | self.0) & UID_MASK)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        TAKEN.fetch_and(!(1 << self.0), Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn live_children_never_share_a_uid_and_the_last_is_refused() {
        let slots: Vec<Slot> = (0..MAX).map(|_| Slot::take().unwrap()).collect();
        let uids: BTreeSet<u32> = slots.iter().map(Slot::uid).collect();
        assert_eq!(uids.len(), slots.len());
        assert!(uids.iter().all(|uid| uid & !UID_MASK == FIRST_UID));
        assert!(matches!(Slot::take(), Err(WallsError::TooMany)));
        let freed = slots.get(7).unwrap().uid();
        drop(slots.into_iter().nth(7));
        assert_eq!(Slot::take().unwrap().uid() & !63, freed & !63);
    }
}
