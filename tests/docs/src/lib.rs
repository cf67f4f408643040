//! What the tests of the documents share: reading pages, running their blocks, finding their links, and making the
//! reference of the interface.
//!
//! Invariant: a fenced block of a page is run or compared, or says in the page why it is not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "what fails here is a test that fails"
)]

mod block;
mod link;
mod page;
mod session;
mod wit;

pub use block::{Block, Use};
pub use link::{Link, anchors, links};
pub use page::{Page, book, checkout, pages, updating};
pub use session::{Place, Ran};
pub use wit::reference;
