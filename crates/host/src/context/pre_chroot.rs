use super::PreChrootContext;
use crate::bindings::skink::hook::pre_chroot_context::{Host, HostContext};
use crate::effects::Effects;
use crate::files::Tree;
use crate::job::Job;
use crate::plan::Plan;
use crate::report::Report;
use crate::tools::Tool;
use crate::{Refusal, State};
use skink_job::TreeRole;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl HostContext for State {
    fn job(&mut self, context: Resource<PreChrootContext>) -> Result<Resource<Job>> {
        self.at_context(&context, "job")?;
        self.give_job()
    }

    fn report(&mut self, context: Resource<PreChrootContext>) -> Result<Resource<Report>> {
        self.at_context(&context, "report")?;
        self.give_report()
    }

    fn sources(&mut self, context: Resource<PreChrootContext>) -> Result<Resource<Tree>, Refusal> {
        self.at_context(&context, "sources")?;
        self.give_tree(TreeRole::Sources)
    }

    /// Every pre-chroot hook gets the handle; it is each edit that needs a grant.
    fn plan(&mut self, context: Resource<PreChrootContext>) -> Result<Resource<Plan>> {
        self.at_context(&context, "plan")?;
        self.push(Plan)
    }

    /// As with the plan: it is each request that needs a grant.
    fn effects(&mut self, context: Resource<PreChrootContext>) -> Result<Resource<Effects>> {
        self.at_context(&context, "effects")?;
        self.push(Effects)
    }

    fn tools(&mut self, context: Resource<PreChrootContext>) -> Result<Vec<Resource<Tool>>> {
        self.at_context(&context, "tools")?;
        self.tools()
    }

    fn drop(&mut self, context: Resource<PreChrootContext>) -> Result<()> {
        self.delete(context).map(drop)
    }
}
