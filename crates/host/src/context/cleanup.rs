use super::CleanupContext;
use crate::State;
use crate::bindings::skink::hook::cleanup_context::{Host, HostContext};
use crate::job::Job;
use crate::mounts::Mounts;
use crate::report::Report;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl HostContext for State {
    fn job(&mut self, context: Resource<CleanupContext>) -> Result<Resource<Job>> {
        self.at_context(&context, "job")?;
        self.give_job()
    }

    fn report(&mut self, context: Resource<CleanupContext>) -> Result<Resource<Report>> {
        self.at_context(&context, "report")?;
        self.give_report()
    }

    /// Every cleanup hook gets the handle; it is each request that needs a grant.
    fn mounts(&mut self, context: Resource<CleanupContext>) -> Result<Resource<Mounts>> {
        self.at_context(&context, "mounts")?;
        self.push(Mounts)
    }

    fn drop(&mut self, context: Resource<CleanupContext>) -> Result<()> {
        self.delete(context).map(drop)
    }
}
