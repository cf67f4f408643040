use super::{Outbox, Writer};
use crate::bindings::skink::hook::outbox::{Host, HostOutbox, HostWriter};
use crate::trace::Short;
use crate::{Refusal, State};
use wasmtime::Result;
use wasmtime::component::Resource;

impl HostOutbox for State {
    fn create(&mut self, outbox: Resource<Outbox>, name: String) -> Result<Resource<Writer>, Refusal> {
        self.trace.note(format_args!("outbox.create({})", Short(&name)));
        self.table.get(&outbox)?;
        let name = name.parse().map_err(|error| Refusal::invalid(format!("outbox.create: {error}")))?;
        let writer = self.output.create(name, self.inputs.results.as_ref(), &self.clock)?;
        Ok(self.push(writer)?)
    }

    fn drop(&mut self, outbox: Resource<Outbox>) -> Result<()> {
        self.delete(outbox).map(drop)
    }
}

impl HostWriter for State {
    fn write(&mut self, writer: Resource<Writer>, bytes: Vec<u8>) -> Result<(), Refusal> {
        self.trace.note(format_args!("writer.write({} bytes)", bytes.len()));
        let writer = self.table.get_mut(&writer)?;
        self.output.count(writer, bytes.len())?;
        writer.write(&bytes)
    }

    fn drop(&mut self, writer: Resource<Writer>) -> Result<()> {
        let writer = self.delete(writer)?;
        self.output.abandon(writer);
        Ok(())
    }
}

impl Host for State {
    fn finish(&mut self, writer: Resource<Writer>) -> Result<(), Refusal> {
        self.trace.note(format_args!("outbox.finish()"));
        let writer = self.delete(writer)?;
        self.output.finish(writer)
    }
}
