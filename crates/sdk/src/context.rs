//! What all contexts with tools share.

use crate::{CheckContext, Failure, PreChrootContext, Tool, TransformContext};
use alloc::format;

/// Adds `tool` to a context.
macro_rules! with_tools {
    ($($context:ident),+) => {$(
        impl $context {
            /// The tool of that name.
            ///
            /// # Errors
            /// `not-found` where it is not granted, or not there on this machine.
            pub fn tool(&self, name: &str) -> Result<Tool, Failure> {
                self.tools().into_iter().find(|tool| tool.name() == name).ok_or_else(|| {
                    Failure::NotFound(format!(
                        "the tool {name} is not here; the policy must define it and grant it to this module"
                    ))
                })
            }
        }
    )+};
}

with_tools!(PreChrootContext, TransformContext, CheckContext);
