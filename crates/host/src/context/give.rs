//! What the getters of several phases share.

use crate::files::{Devices, File, Tree, covers};
use crate::job::Job;
use crate::report::Report;
use crate::{Refusal, State};
use skink_job::TreeRole;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::Resource;

impl State {
    /// Notes a getter's call and checks the handle of the context.
    pub(super) fn at_context<C: Send + 'static>(
        &mut self,
        context: &Resource<C>,
        getter: &str,
    ) -> Result<()> {
        self.trace.note(format_args!("context.{getter}()"));
        self.table.get(context)?;
        Ok(())
    }

    pub(super) fn give_job(&mut self) -> Result<Resource<Job>> {
        self.push(Job)
    }

    pub(super) fn give_report(&mut self) -> Result<Resource<Report>> {
        self.push(Report)
    }

    /// A tree, if the grant covers it and it is there.
    pub(super) fn give_tree(&mut self, role: TreeRole) -> Result<Resource<Tree>, Refusal> {
        if !covers(&self.inputs.grants, role) {
            return Err(Refusal::denied(format!("no grant for the tree `{role}`")));
        }
        let dir = match role {
            TreeRole::Results => &self.inputs.results,
            TreeRole::Sources => &self.inputs.sources,
            TreeRole::Previous => &self.inputs.previous,
        };
        let dir = dir.as_ref().map(Arc::clone);
        let dir = dir.ok_or_else(|| Refusal::not_found(format!("there is no tree `{role}` in this call")))?;
        let devices = Devices::below(&dir);
        Ok(self.push(Tree { role, dir, devices })?)
    }

    /// The build's log, if the grant covers it and it is there.
    pub(super) fn give_log(&mut self) -> Result<Resource<File>, Refusal> {
        self.must_see_build()?;
        let log = self.inputs.build_log.as_ref().map(Arc::clone);
        let file = log.ok_or_else(|| Refusal::not_found("there is no build log in this call"))?;
        let size = file.metadata().map_err(|error| Refusal::other(format!("the build log: {error}")))?.len();
        Ok(self.push(File { file, size })?)
    }

    /// Whether the hook may see the build's log, packages and statistics.
    pub(super) fn must_see_build(&self) -> Result<(), Refusal> {
        if self.inputs.grants.build_log {
            Ok(())
        } else {
            Err(Refusal::denied("no grant for the build's log, packages and statistics"))
        }
    }
}
