//! What the browser tests share: a real Chromium, and reports to look at.
//!
//! Every test has a browser of its own with a fresh profile and no network. It is driven over WebDriver, and every
//! process of it ends with the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is only used by tests")]
#![allow(clippy::indexing_slicing, reason = "it is only used by tests")]

mod browser;
mod driver;
mod reports;

pub use browser::{Browser, Scheme};
pub use reports::{Reports, many, page_of, rich};
