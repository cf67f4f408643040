//! A module's bytes: what they are called, what they say of themselves, what they need.
//!
//! Three steps, none of which runs guest code:
//!
//! - the worker seals the bytes and names them by their digest ([`Sealed`]);
//! - the walled compiler process reads and validates them (`inspect`, feature of the same name);
//! - the worker judges what came back ([`check`]): a manifest that fits the exports, the imports and the grants
//!   it asks for.

mod check;
#[cfg(feature = "inspect")]
mod inspect;
mod interface;
mod manifest;
mod pack;
mod refusal;
#[cfg(feature = "parent")]
mod sealed;
#[cfg(feature = "parent")]
mod settings;

pub use check::check;
#[cfg(feature = "inspect")]
pub use inspect::{FEATURES, InspectError, inspect};
pub use interface::importable;
pub use manifest::{MANIFEST_SECTION, MAX_MANIFEST, Manifest, Replaces};
pub use pack::{PackError, pack};
pub use refusal::Refusal;
#[cfg(feature = "parent")]
pub use sealed::{SealError, Sealed};
#[cfg(feature = "parent")]
pub use settings::settings_fit;

/// The version of the package `skink:hook` that this build speaks.
pub const WIT_VERSION: &str = "0.1.0";

/// The largest module, in bytes. An interpreter for Python in a component has 18 MB.
pub const MAX_MODULE: usize = 64 << 20;
