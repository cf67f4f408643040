//! What a job, a plan, a finding and an outcome are.
//!
//! Pure data: no I/O, no clock, no process. Every other crate speaks these types, so that a name, a digest or
//! a byte count is parsed once, at the edge, and is right ever after.

mod allocate;
mod arg_pattern;
mod effect;
mod facts;
mod finding;
mod grant;
mod limit;
mod names;
mod outcome;
mod phase;
mod place_pattern;
mod plan;
mod quantity;
mod report_formats;
mod text;

pub use allocate::{AllocateLimits, Allocation, Answer, NamedFacts, OnBroken};
pub use arg_pattern::{ArgPattern, ArgPatternError};
pub use effect::{ForeignArch, HostEffect};
pub use facts::{BuildEnd, Facts, TreeRole};
pub use finding::{Finding, Severity};
pub use grant::{EffectGrants, Grants, PlanGrants};
pub use limit::{Amount, LimitKind, Limits, Usage, Use};
pub use names::{Digest, FileName, HookName, NameError, RelPath, ToolName, ToolRootName};
pub use outcome::{CrashReport, Frame, Outcome};
pub use phase::{OnProblem, Phase, Stage, When};
pub use place_pattern::PlacePattern;
pub use plan::{PlanEdit, PlanInput};
pub use quantity::{ByteCount, Millis, QuantityError};
pub use report_formats::{FormatError, ReportFormats};
pub use text::SafeText;
