//! How an edit of the plan stands in a frame.
//!
//! In reports an edit is tagged by a key of its own, and such an encoding can only be read back from formats
//! that describe themselves. Frames do not, so they carry the variant's number.

use serde::{Deserialize, Serialize};
use skink_job::{PlanEdit, PlanInput};

/// The same as [`PlanEdit`]; the compiler checks that.
#[derive(Serialize, Deserialize)]
#[serde(remote = "PlanEdit")]
pub(crate) enum PlanEditFrame {
    AddPackage {
        name: String,
    },
    RemovePackage {
        name: String,
    },
    SetMacro {
        name: String,
        body: String,
    },
    AddOption {
        name: String,
        value: Option<String>,
    },
    Delegate {
        tool: String,
        args: Vec<String>,
        #[serde(with = "whole")]
        inputs: Vec<PlanInput>,
    },
}

/// Inputs with their content.
mod whole {
    use serde::{Deserialize, Deserializer, Serializer};
    use skink_job::PlanInput;

    pub(super) fn serialize<S: Serializer>(inputs: &[PlanInput], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(inputs.iter().map(|input| (&input.name, &input.content)))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<PlanInput>, D::Error> {
        let inputs = Vec::<(String, Vec<u8>)>::deserialize(from)?.into_iter();
        Ok(inputs.map(|(name, content)| PlanInput { name, content }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FromRunner;

    #[test]
    fn every_edit_can_be_read_back() {
        let name = || "tree".to_owned();
        let edits = [
            PlanEdit::AddPackage { name: name() },
            PlanEdit::RemovePackage { name: name() },
            PlanEdit::SetMacro { name: name(), body: "1".to_owned() },
            PlanEdit::AddOption { name: name(), value: None },
            PlanEdit::AddOption { name: name(), value: Some("2".to_owned()) },
            PlanEdit::Delegate {
                tool: name(),
                args: vec!["-x".to_owned()],
                inputs: vec![PlanInput { name: name(), content: vec![0, 255] }],
            },
        ];
        for edit in edits {
            let bytes = postcard::to_stdvec(&FromRunner::Plan(edit.clone())).unwrap();
            let read: FromRunner = postcard::from_bytes(&bytes).unwrap();
            assert!(matches!(read, FromRunner::Plan(read) if read == edit));
        }
    }
}
