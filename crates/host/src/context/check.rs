use super::CheckContext;
use crate::bindings::skink::hook::check_context::{Host, HostContext};
use crate::files::{File, Tree};
use crate::job::Job;
use crate::report::Report;
use crate::tools::Tool;
use crate::{Refusal, State};
use skink_job::TreeRole;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl HostContext for State {
    fn job(&mut self, context: Resource<CheckContext>) -> Result<Resource<Job>> {
        self.at_context(&context, "job")?;
        self.give_job()
    }

    fn report(&mut self, context: Resource<CheckContext>) -> Result<Resource<Report>> {
        self.at_context(&context, "report")?;
        self.give_report()
    }

    fn results(&mut self, context: Resource<CheckContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "results")?;
        self.give_tree(TreeRole::Results)
    }

    fn sources(&mut self, context: Resource<CheckContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "sources")?;
        self.give_tree(TreeRole::Sources)
    }

    fn previous(&mut self, context: Resource<CheckContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "previous")?;
        self.give_tree(TreeRole::Previous)
    }

    fn build_log(&mut self, context: Resource<CheckContext>) -> Result<Resource<File>, Refusal> {
        self.at_context(&context, "build-log")?;
        self.give_log()
    }

    fn installed(&mut self, context: Resource<CheckContext>) -> Result<Vec<String>, Refusal> {
        self.at_context(&context, "installed")?;
        self.must_see_build()?;
        Ok(self.inputs.packages.clone())
    }

    fn statistics(&mut self, context: Resource<CheckContext>) -> Result<Vec<(String, String)>, Refusal> {
        self.at_context(&context, "statistics")?;
        self.must_see_build()?;
        Ok(self.inputs.statistics.clone())
    }

    fn tools(&mut self, context: Resource<CheckContext>) -> Result<Vec<Resource<Tool>>> {
        self.at_context(&context, "tools")?;
        self.tools()
    }

    fn drop(&mut self, context: Resource<CheckContext>) -> Result<()> {
        self.delete(context).map(drop)
    }
}
