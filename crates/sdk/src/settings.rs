//! Settings as a type of the hook's own.

use crate::{Failure, Job};
use alloc::format;
use serde::de::DeserializeOwned;

impl Job {
    /// The hook's settings. The host has checked them against the schema of the manifest; a type that does not
    /// agree with that schema fails here.
    ///
    /// # Errors
    /// `invalid` where the settings do not fit the type.
    pub fn parse_settings<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.settings())
            .map_err(|e| Failure::Invalid(format!("the hook's settings: {e}")))
    }
}
