use super::AllocateContext;
use crate::State;
use crate::bindings::skink::hook::allocate_context::{Host, HostContext};
use crate::job::Job;
use crate::report::Report;
use crate::trace::Short;
use skink_job::NamedFacts;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl HostContext for State {
    fn job(&mut self, context: Resource<AllocateContext>) -> Result<Resource<Job>> {
        self.at_context(&context, "job")?;
        self.give_job()
    }

    fn report(&mut self, context: Resource<AllocateContext>) -> Result<Resource<Report>> {
        self.at_context(&context, "report")?;
        self.give_report()
    }

    fn worker(&mut self, context: Resource<AllocateContext>, name: String) -> Result<Vec<String>> {
        self.trace.note(format_args!("context.worker({})", Short(&name)));
        self.table.get(&context)?;
        Ok(named(&self.inputs.allocation.worker, &name))
    }

    fn constraint(&mut self, context: Resource<AllocateContext>, name: String) -> Result<Vec<String>> {
        self.trace.note(format_args!("context.constraint({})", Short(&name)));
        self.table.get(&context)?;
        Ok(named(&self.inputs.allocation.constraints, &name))
    }

    fn drop(&mut self, context: Resource<AllocateContext>) -> Result<()> {
        self.delete(context).map(drop)
    }
}

/// All values of a fact. A name that is not known is no error: other dispatchers know others.
fn named(facts: &NamedFacts, name: &str) -> Vec<String> {
    facts.get(name).cloned().unwrap_or_default()
}
