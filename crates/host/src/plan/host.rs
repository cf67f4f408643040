use super::Plan;
use super::grant::covers;
use crate::bindings::skink::hook::plan::{Host, HostPlan};
use crate::bindings::skink::hook::tools::Input;
use crate::tools::{Tool, odd};
use crate::trace::Short;
use crate::{Refusal, State};
use skink_job::{PlanEdit, PlanInput};
use skink_protocol::{FromRunner, Reply};
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl State {
    fn edit(&mut self, plan: &Resource<Plan>, edit: PlanEdit) -> Result<(), Refusal> {
        self.table.get(plan)?;
        if !covers(&self.inputs.grants.plan) {
            return Err(Refusal::denied(format!("no grant for any edit of the plan, such as {edit:.80?}")));
        }
        let reply = self.wire.ask("an edit of the plan", &FromRunner::Plan(edit))?;
        if reply == Reply::Done { Ok(()) } else { Err(odd("an edit of the plan", &reply)) }
    }
}

impl HostPlan for State {
    fn packages(&mut self, plan: Resource<Plan>) -> Result<Vec<String>> {
        self.trace.note(format_args!("plan.packages()"));
        self.table.get(&plan)?;
        Ok(self.inputs.packages.clone())
    }

    fn add_package(&mut self, plan: Resource<Plan>, name: String) -> Result<(), Refusal> {
        self.trace.note(format_args!("plan.add-package({})", Short(&name)));
        self.edit(&plan, PlanEdit::AddPackage { name })
    }

    fn remove_package(&mut self, plan: Resource<Plan>, name: String) -> Result<(), Refusal> {
        self.trace.note(format_args!("plan.remove-package({})", Short(&name)));
        self.edit(&plan, PlanEdit::RemovePackage { name })
    }

    fn set_macro(&mut self, plan: Resource<Plan>, name: String, body: String) -> Result<(), Refusal> {
        self.trace.note(format_args!("plan.set-macro({}, {})", Short(&name), Short(&body)));
        self.edit(&plan, PlanEdit::SetMacro { name, body })
    }

    fn add_option(
        &mut self,
        plan: Resource<Plan>,
        name: String,
        value: Option<String>,
    ) -> Result<(), Refusal> {
        let shown = value.as_deref().unwrap_or_default();
        self.trace.note(format_args!("plan.add-option({}, {})", Short(&name), Short(shown)));
        self.edit(&plan, PlanEdit::AddOption { name, value })
    }

    fn delegate(
        &mut self,
        plan: Resource<Plan>,
        tool: Resource<Tool>,
        args: Vec<String>,
        inputs: Vec<Input>,
    ) -> Result<(), Refusal> {
        let tool = self.table.get(&tool)?.name.clone();
        self.trace.note(format_args!("plan.delegate({tool}, {} arguments)", args.len()));
        let input = |Input { name, content }| PlanInput { name, content };
        let inputs = inputs.into_iter().map(input).collect();
        self.edit(&plan, PlanEdit::Delegate { tool, args, inputs })
    }

    fn drop(&mut self, plan: Resource<Plan>) -> Result<()> {
        self.delete(plan).map(drop)
    }
}
