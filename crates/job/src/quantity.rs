//! Byte counts and durations as people write them in a policy.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Why a quantity was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{raw:?} is no {what}; write a whole number and a unit, such as {example}")]
pub struct QuantityError {
    raw: String,
    what: &'static str,
    example: &'static str,
}

/// A number of bytes: `512`, `64KiB`, `256MiB`, `2GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteCount(pub u64);

/// A duration in whole milliseconds: `250ms`, `30s`, `5min`, `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

const BYTE_UNITS: [(&str, u64); 5] =
    [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1), ("", 1)];
const TIME_UNITS: [(&str, u64); 4] = [("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000)];

fn parse(raw: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = raw.split_at_checked(digits)?;
    let factor = units.iter().find(|(name, _)| *name == unit.trim_start()).map(|(_, factor)| *factor)?;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

impl FromStr for ByteCount {
    type Err = QuantityError;
    fn from_str(raw: &str) -> Result<Self, QuantityError> {
        parse(raw, &BYTE_UNITS).map(Self).ok_or_else(|| QuantityError {
            raw: raw.to_owned(),
            what: "number of bytes",
            example: "\"64KiB\" or \"256MiB\"",
        })
    }
}

impl FromStr for Millis {
    type Err = QuantityError;
    fn from_str(raw: &str) -> Result<Self, QuantityError> {
        parse(raw, &TIME_UNITS).map(Self).ok_or_else(|| QuantityError {
            raw: raw.to_owned(),
            what: "duration",
            example: "\"500ms\", \"30s\" or \"5min\"",
        })
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = BYTE_UNITS.iter().find(|(_, factor)| self.0 >= *factor).unwrap_or(&("B", 1));
        let unit = if unit.is_empty() { "B" } else { unit };
        if self.0.is_multiple_of(*factor) {
            write!(f, "{} {unit}", self.0 / factor)
        } else {
            let tenths = u128::from(self.0) * 10 / u128::from(*factor);
            write!(f, "{}.{} {unit}", tenths / 10, tenths % 10)
        }
    }
}

/// Two units, the smaller one only if there is any of it.
fn parts(f: &mut fmt::Formatter<'_>, large: (u64, &str), small: (u64, &str)) -> fmt::Result {
    write!(f, "{} {}", large.0, large.1)?;
    if small.0 > 0 { write!(f, " {} {}", small.0, small.1) } else { Ok(()) }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ms if ms < 1000 => write!(f, "{ms} ms"),
            ms if ms < 60_000 => write!(f, "{}.{} s", ms / 1000, ms % 1000 / 100),
            ms if ms < 3_600_000 => parts(f, (ms / 60_000, "min"), (ms % 60_000 / 1000, "s")),
            ms => parts(f, (ms / 3_600_000, "h"), (ms % 3_600_000 / 60_000, "min")),
        }
    }
}

impl From<Millis> for Duration {
    fn from(value: Millis) -> Duration {
        Duration::from_millis(value.0)
    }
}

impl From<Duration> for Millis {
    fn from(value: Duration) -> Millis {
        Millis(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_durations_as_people_write_them() {
        let bytes = [("512", Some(512)), ("64KiB", Some(65536)), ("1 GiB", Some(1 << 30)), ("1GB", None)];
        for (raw, want) in bytes {
            assert_eq!(raw.parse().ok(), want.map(ByteCount), "{raw}");
        }
        let times =
            [("250ms", Some(250)), ("2min", Some(120_000)), ("5", None), ("-1s", None), ("1e3s", None)];
        for (raw, want) in times {
            assert_eq!(raw.parse().ok(), want.map(Millis), "{raw}");
        }
        assert!("99999999999999999999GiB".parse::<ByteCount>().is_err());
    }

    #[test]
    fn shown_with_a_unit() {
        assert_eq!(ByteCount(1536).to_string(), "1.5 KiB");
        assert_eq!(ByteCount(0).to_string(), "0 B");
        assert_eq!(ByteCount(256 << 20).to_string(), "256 MiB");
        assert_eq!(Millis(1234).to_string(), "1.2 s");
        assert_eq!(Millis(61_000).to_string(), "1 min 1 s");
        assert_eq!(Millis(300_000).to_string(), "5 min");
        assert_eq!(Millis(86_400_000).to_string(), "24 h");
        assert_eq!(Millis(5_400_000).to_string(), "1 h 30 min");
    }
}
