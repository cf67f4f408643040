use super::Mounts;
use crate::bindings::skink::hook::mounts::{Host, HostMounts, Mount};
use crate::tools::odd;
use crate::{Refusal, State};
use skink_protocol::{EffectRequest, FromRunner, MountInfo, Reply};
use wasmtime::Result;
use wasmtime::component::Resource;

const ASKED: &str = "the mounts of the build host";

impl Host for State {}

impl HostMounts for State {
    fn all(&mut self, mounts: Resource<Mounts>) -> Result<Vec<Mount>, Refusal> {
        self.trace.note(format_args!("mounts.all()"));
        self.table.get(&mounts)?;
        let reply = self.wire.ask(ASKED, &FromRunner::Effect(EffectRequest::Mounts))?;
        let Reply::Mounts(found) = reply else { return Err(odd(ASKED, &reply)) };
        let mount = |MountInfo { number, place, kind, source }| Mount { number, place, kind, source };
        Ok(found.into_iter().map(mount).collect())
    }

    fn unmount(&mut self, mounts: Resource<Mounts>, number: u32, lazily: bool) -> Result<(), Refusal> {
        self.trace.note(format_args!("mounts.unmount({number}, {lazily})"));
        self.table.get(&mounts)?;
        let reply = self.wire.ask(ASKED, &FromRunner::Effect(EffectRequest::Unmount { number, lazily }))?;
        if reply == Reply::Done { Ok(()) } else { Err(odd(ASKED, &reply)) }
    }

    fn drop(&mut self, mounts: Resource<Mounts>) -> Result<()> {
        self.delete(mounts).map(drop)
    }
}
