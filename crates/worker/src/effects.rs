//! Effects that hooks ask for: each request against the grant and what this machine can do, and what it takes to have
//! them while the build runs. The worker decides; the runner only carries.
//!
//! Invariant: nothing is done to the host before every pre-chroot hook has ended; what a hook asked for counts if it
//! passed. What could outlive this process is in the journal before it is done.

use crate::journal::{Journal, Undo};
use crate::{WorkerError, fault};
use skink_effects::{Emulator, Interpreter, InterpreterError, MachineTable, Registration};
use skink_job::{EffectGrants, ForeignArch, HostEffect, SafeText};
use skink_protocol::{EffectInfo, EffectRequest, FailureKind, Reply};
use std::fmt::Display;
use std::path::Path;

/// The most effects that one call may have at a time.
const MAX_EFFECTS: usize = 100;

type Failure = (FailureKind, String);

/// Whether anything can be emulated in a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Emulation {
    /// In its build, if this machine can.
    InBuild,
    /// There is no build, so this machine needs nothing for it but the emulator.
    InTrial,
    /// Not in this job, and why.
    Never(String),
}

/// The effects that one call asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    made: Vec<(u32, HostEffect)>,
    last: u32,
}

impl Asked {
    /// Answers one request.
    pub(crate) fn request(
        &mut self,
        request: &EffectRequest,
        grants: &EffectGrants,
        emulation: &Emulation,
    ) -> Result<Reply, Failure> {
        match request {
            EffectRequest::Emulate { arch } => {
                let Some(effect) = emulate(arch, grants, emulation)? else {
                    return Ok(Reply::InEffect(None));
                };
                if self.made.len() >= MAX_EFFECTS {
                    return Err((FailureKind::Limit, format!("a call may have {MAX_EFFECTS} effects")));
                }
                self.last += 1;
                let info = EffectInfo { effect: self.last, what: described(&effect) };
                self.made.push((self.last, effect));
                Ok(Reply::InEffect(Some(info)))
            }
            EffectRequest::Mounts | EffectRequest::Unmount { .. } => {
                Err((FailureKind::Denied, "mounts belong to the phase cleanup".to_owned()))
            }
            EffectRequest::Undo { effect } => {
                let before = self.made.len();
                self.made.retain(|(number, _)| number != effect);
                if self.made.len() < before {
                    Ok(Reply::Done)
                } else {
                    Err((FailureKind::NotFound, "that effect is undone already".to_owned()))
                }
            }
        }
    }

    /// What is left of them when the call has ended.
    pub(crate) fn into_effects(self) -> Vec<HostEffect> {
        self.made.into_iter().map(|(_, effect)| effect).collect()
    }
}

/// An effect in words.
pub(crate) fn described(effect: &HostEffect) -> String {
    match effect {
        HostEffect::Emulate { arch, interpreter } => format!("{arch} by {interpreter}"),
        HostEffect::Unmount { place, .. } => format!("{place} unmounted"),
    }
}

/// The emulation of an architecture; `None` where this machine runs it by itself.
fn emulate(arch: &str, grants: &EffectGrants, emulation: &Emulation) -> Result<Option<HostEffect>, Failure> {
    if skink_obs::runs_here(arch) {
        return Ok(None);
    }
    let Some(known) = ForeignArch::from_word(arch) else {
        let known: Vec<&str> = ForeignArch::ALL.iter().map(|arch| arch.as_str()).collect();
        let (arch, known) = (SafeText::line(arch).truncated(80), known.join(", "));
        let why = format!("\"{arch}\" is no architecture that can be emulated; those are {known}");
        return Err((FailureKind::Invalid, why));
    };
    // Without a policy, `skink hook run` grants what a manifest requests, a `*` among it; no policy has one.
    if !grants.binfmt.iter().any(|granted| granted == known.as_str() || granted == "*") {
        return Err((FailureKind::Denied, format!("no grant to have {known} emulated")));
    }
    let cannot = |why: &dyn Display| (FailureKind::Other, format!("{known} cannot be emulated: {why}"));
    if let Emulation::Never(why) = emulation {
        return Err(cannot(why));
    }
    let interpreter = interpreter(known).map_err(|error| {
        let is_missing = matches!(error, InterpreterError::Missing { .. });
        (if is_missing { FailureKind::NotFound } else { FailureKind::Other }, error.to_string())
    })?;
    if *emulation == Emulation::InBuild {
        Way::of_this_machine().map_err(|error| cannot(&error))?;
    }
    let interpreter = interpreter.path().display().to_string();
    Ok(Some(HostEffect::Emulate { arch: known, interpreter }))
}

fn interpreter(arch: ForeignArch) -> Result<Interpreter, InterpreterError> {
    Interpreter::find(&Emulator::of(arch), Path::new("/"))
}

/// How programs of other architectures are made to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The build has a user namespace, with a table of its own.
    OwnTable,
    /// The machine's table has an entry for as long as a job needs it.
    Machine,
}

impl Way {
    fn of_this_machine() -> Result<Self, skink_effects::BinfmtError> {
        if !fault::pretends(fault::ONE_TABLE) && skink_obs::has_own_table() {
            return Ok(Self::OwnTable);
        }
        MachineTable::is_usable().map(|()| Self::Machine)
    }
}

/// What is done to the host while a build runs.
#[derive(Debug, Default)]
pub(crate) struct InEffect {
    /// For the build's own table.
    pub(crate) registrations: Vec<Registration>,
    /// The folder of device nodes in the build root.
    pub(crate) nodes: String,
    /// What is in the machine's table, by its number in the journal.
    machine: Vec<u64>,
}

impl InEffect {
    /// Does what the hooks of a job asked for, as far as that is done before the build starts.
    pub(crate) fn begin(
        effects: &[HostEffect],
        job: &str,
        root: &Path,
        journal: &Journal,
    ) -> Result<Self, WorkerError> {
        let mut registrations: Vec<Registration> = Vec::new();
        for effect in effects {
            let HostEffect::Emulate { arch, .. } = effect else { continue };
            let registration = Emulator::of(*arch).registration(&interpreter(*arch)?);
            if !registrations.contains(&registration) {
                registrations.push(registration);
            }
        }
        if registrations.is_empty() {
            return Ok(Self::default());
        }
        match Way::of_this_machine()? {
            Way::OwnTable => {
                let nodes = format!(".build{}{job}", crate::root::STAGED_PREFIX);
                journal.intend(&[Undo::RemoveStaged { root: root.to_owned(), name: nodes.clone() }])?;
                fault::point("effect-intended");
                Ok(Self { registrations, nodes, machine: Vec::new() })
            }
            Way::Machine => {
                let undo = |one: &Registration| Undo::ReleaseBinfmt {
                    entry: one.entry().to_owned(),
                    holder: job.to_owned(),
                };
                let undos: Vec<Undo> = registrations.iter().map(undo).collect();
                let machine = journal.intend(&undos)?;
                fault::point("effect-intended");
                registrations.iter().try_for_each(|one| MachineTable::default().hold(one, job))?;
                fault::point("effect-made");
                Ok(Self { registrations: Vec::new(), nodes: String::new(), machine })
            }
        }
    }

    /// For the build that has a table of its own.
    pub(crate) fn emulation(&self) -> Option<skink_obs::Emulation<'_>> {
        let Self { registrations, nodes, .. } = self;
        (!registrations.is_empty()).then_some(skink_obs::Emulation { registrations, nodes })
    }

    /// What the admin should know of it.
    pub(crate) fn note(&self) -> Option<SafeText> {
        let is_told = !self.machine.is_empty();
        is_told.then(|| {
            "the kernel gives no build a table of emulators of its own: every process of the machine could run such \
             programs while this one was built"
                .into()
        })
    }

    /// Undoes what the build's own namespaces do not.
    pub(crate) fn end(self, journal: &Journal) -> Result<(), WorkerError> {
        journal.undo(&self.machine)?;
        fault::point("effect-undone");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn grants(names: &[&str]) -> EffectGrants {
        let binfmt = names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        EffectGrants { binfmt, ..EffectGrants::default() }
    }

    fn ask(asked: &mut Asked, arch: &str, granted: &[&str], emulation: &Emulation) -> Result<Reply, Failure> {
        let request = EffectRequest::Emulate { arch: arch.to_owned() };
        asked.request(&request, &grants(granted), emulation)
    }

    /// What is refused does not depend on which emulators this machine has.
    #[test]
    fn each_reason_to_refuse() {
        let never = Emulation::Never("the moon is full".to_owned());
        let (trial, any) = (Emulation::InTrial, ["aarch64", "s390x"]);
        let rows: [(&str, &[&str], &Emulation, FailureKind, &str); 7] = [
            ("", &any, &trial, FailureKind::Invalid, "those are aarch64, armv6hl, "),
            ("*", &["*"], &trial, FailureKind::Invalid, "is no architecture"),
            ("x86\u{1b}", &any, &trial, FailureKind::Invalid, "\"x86\\u{1b}\" is no architecture"),
            ("riscv64", &any, &trial, FailureKind::Denied, "no grant to have riscv64 emulated"),
            ("riscv64", &[], &never, FailureKind::Denied, "no grant to have riscv64 emulated"),
            ("riscv64", &["*"], &never, FailureKind::Other, "riscv64 cannot be emulated: the moon is full"),
            ("aarch64", &any, &never, FailureKind::Other, "aarch64 cannot be emulated: the moon is full"),
        ];
        for (arch, granted, emulation, kind, words) in rows {
            let (got, why) = ask(&mut Asked::default(), arch, granted, emulation).unwrap_err();
            assert!(got == kind && why.contains(words), "{arch:?}: {got:?} {why}");
        }
    }

    #[test]
    fn what_this_machine_runs_needs_no_grant() {
        let never = Emulation::Never(String::new());
        for arch in [std::env::consts::ARCH, "i586"] {
            assert_eq!(ask(&mut Asked::default(), arch, &[], &never), Ok(Reply::InEffect(None)), "{arch}");
        }
    }

    #[test]
    fn what_is_taken_back_is_not_left() {
        let effect = |arch| HostEffect::Emulate { arch, interpreter: "/q".to_owned() };
        let made = vec![(1, effect(ForeignArch::Aarch64)), (2, effect(ForeignArch::S390x))];
        let mut asked = Asked { made, last: 2 };
        let mut undo = |effect| {
            let request = EffectRequest::Undo { effect };
            asked.request(&request, &grants(&[]), &Emulation::InTrial).map_err(|(kind, _)| kind)
        };
        assert_eq!(
            [undo(1), undo(1), undo(3)],
            [Ok(Reply::Done), Err(FailureKind::NotFound), Err(FailureKind::NotFound)]
        );
        assert_eq!(asked.into_effects(), [effect(ForeignArch::S390x)]);
    }
}
