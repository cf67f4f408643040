use super::TransformContext;
use crate::bindings::skink::hook::transform_context::{Host, HostContext};
use crate::files::Tree;
use crate::job::Job;
use crate::outbox::Outbox;
use crate::report::Report;
use crate::tools::Tool;
use crate::{Refusal, State};
use skink_job::TreeRole;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl HostContext for State {
    fn job(&mut self, context: Resource<TransformContext>) -> Result<Resource<Job>> {
        self.at_context(&context, "job")?;
        self.give_job()
    }

    fn report(&mut self, context: Resource<TransformContext>) -> Result<Resource<Report>> {
        self.at_context(&context, "report")?;
        self.give_report()
    }

    fn results(&mut self, context: Resource<TransformContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "results")?;
        self.give_tree(TreeRole::Results)
    }

    fn sources(&mut self, context: Resource<TransformContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "sources")?;
        self.give_tree(TreeRole::Sources)
    }

    fn outbox(&mut self, context: Resource<TransformContext>) -> Result<Resource<Outbox>, Refusal> {
        self.at_context(&context, "outbox")?;
        if !self.inputs.grants.outbox {
            return Err(Refusal::denied("no grant for the outbox"));
        }
        Ok(self.push(Outbox)?)
    }

    fn tools(&mut self, context: Resource<TransformContext>) -> Result<Vec<Resource<Tool>>> {
        self.at_context(&context, "tools")?;
        self.tools()
    }

    fn drop(&mut self, context: Resource<TransformContext>) -> Result<()> {
        self.delete(context).map(drop)
    }
}
