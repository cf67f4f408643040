use super::Job;
use crate::State;
use crate::bindings::skink::hook::job::{Host, HostJob};
use crate::trace::Short;
use skink_job::Facts;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl State {
    /// Notes the call, checks the handle, and gives the facts.
    fn facts(&mut self, job: &Resource<Job>, what: &str) -> Result<&Facts> {
        self.trace.note(format_args!("job.{what}()"));
        self.table.get(job)?;
        Ok(&self.inputs.facts)
    }
}

impl HostJob for State {
    fn project(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "project")?.project.clone().unwrap_or_default())
    }

    fn package(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "package")?.package.clone().unwrap_or_default())
    }

    fn repository(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "repository")?.repository.clone().unwrap_or_default())
    }

    fn arch(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "arch")?.arch.clone())
    }

    fn host_arch(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "host-arch")?.host_arch.clone())
    }

    fn recipe(&mut self, job: Resource<Job>) -> Result<String> {
        Ok(self.facts(&job, "recipe")?.recipe.clone())
    }

    fn fact(&mut self, job: Resource<Job>, name: String) -> Result<Option<String>> {
        self.trace.note(format_args!("job.fact({})", Short(&name)));
        self.table.get(&job)?;
        let inputs = &self.inputs;
        let of_dispatcher = || inputs.allocation.job.get(&name)?.first().cloned();
        Ok(fact(&inputs.facts, &name).or_else(of_dispatcher))
    }

    fn settings(&mut self, job: Resource<Job>) -> Result<String> {
        self.facts(&job, "settings")?;
        Ok(self.inputs.settings.clone())
    }

    fn time_left(&mut self, job: Resource<Job>) -> Result<u64> {
        self.facts(&job, "time-left")?;
        Ok(u64::try_from(self.clock.left().as_millis()).unwrap_or(u64::MAX))
    }

    fn drop(&mut self, job: Resource<Job>) -> Result<()> {
        self.delete(job).map(drop)
    }
}

/// The facts that have no getter of their own. A name that is not known is no error: later versions add some.
fn fact(facts: &Facts, name: &str) -> Option<String> {
    match name {
        "release" => facts.release.clone(),
        "srcmd5" => facts.srcmd5.clone(),
        "reason" => facts.reason.clone(),
        "flavor" => facts.flavor.clone(),
        "no-checks" => Some(facts.no_checks.to_string()),
        "debuginfo" => Some(facts.debuginfo.to_string()),
        "build" => facts.build.map(|end| end.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::BuildEnd;

    #[test]
    fn facts_by_name() {
        let facts = Facts {
            release: Some("1.2".to_owned()),
            debuginfo: true,
            build: Some(BuildEnd::Failed),
            ..Facts::default()
        };
        let rows = [
            ("release", Some("1.2")),
            ("reason", None),
            ("no-checks", Some("false")),
            ("debuginfo", Some("true")),
            ("build", Some("failed")),
            ("phase-of-the-moon", None),
        ];
        for (name, want) in rows {
            assert_eq!(fact(&facts, name).as_deref(), want, "{name}");
        }
    }
}
