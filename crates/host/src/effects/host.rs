use super::{Effect, Effects};
use crate::bindings::skink::hook::effects::{Host, HostEffect, HostEffects};
use crate::tools::odd;
use crate::trace::Short;
use crate::{Refusal, State};
use skink_protocol::{EffectRequest, FromRunner, Reply};
use wasmtime::Result;
use wasmtime::component::Resource;

const ASKED: &str = "an effect on the build host";

impl Host for State {}

impl HostEffects for State {
    fn emulate(
        &mut self,
        effects: Resource<Effects>,
        arch: String,
    ) -> Result<Option<Resource<Effect>>, Refusal> {
        self.trace.note(format_args!("effects.emulate({})", Short(&arch)));
        self.table.get(&effects)?;
        match self.wire.ask(ASKED, &FromRunner::Effect(EffectRequest::Emulate { arch }))? {
            Reply::InEffect(None) => Ok(None),
            Reply::InEffect(Some(info)) => {
                Ok(Some(self.push(Effect { number: info.effect, what: info.what })?))
            }
            reply @ (Reply::Done
            | Reply::Spawned { .. }
            | Reply::Output { .. }
            | Reply::Exited(_)
            | Reply::Mounts(_)) => Err(odd(ASKED, &reply)),
        }
    }

    fn drop(&mut self, effects: Resource<Effects>) -> Result<()> {
        self.delete(effects).map(drop)
    }
}

impl HostEffect for State {
    fn describe(&mut self, effect: Resource<Effect>) -> Result<String> {
        self.trace.note(format_args!("effect.describe()"));
        Ok(self.table.get(&effect)?.what.clone())
    }

    fn undo(&mut self, effect: Resource<Effect>) -> Result<(), Refusal> {
        self.trace.note(format_args!("effect.undo()"));
        let effect = self.table.get(&effect)?.number;
        let reply = self.wire.ask(ASKED, &FromRunner::Effect(EffectRequest::Undo { effect }))?;
        if reply == Reply::Done { Ok(()) } else { Err(odd(ASKED, &reply)) }
    }

    /// The effect outlives its handle.
    fn drop(&mut self, effect: Resource<Effect>) -> Result<()> {
        self.delete(effect).map(drop)
    }
}
