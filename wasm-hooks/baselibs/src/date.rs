//! The minute of a build, as a release.

use alloc::format;
use alloc::string::String;

/// Year, month, day, hour and minute of a time in seconds since 1970, in UTC: twelve digits.
pub(crate) fn minute(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}{:02}{:02}", rest / 3_600, rest % 3_600 / 60)
}

/// Year, month and day of a number of days since 1970. Years begin with March here, so that what is longer in leap years stands at
/// their end.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era.saturating_mul(400).saturating_add(year + next), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes() {
        for (seconds, minute_) in [
            (0, "197001010000"),
            (951_782_340, "200002282359"),
            (951_782_400, "200002290000"),
            (951_868_800, "200003010000"),
            (1_704_067_199, "202312312359"),
            (1_704_067_200, "202401010000"),
            (4_107_542_400, "210003010000"),
        ] {
            assert_eq!(minute(seconds), minute_, "{seconds}");
        }
        minute(u64::MAX);
    }
}
