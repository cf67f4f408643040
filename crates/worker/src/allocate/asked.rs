//! What a dispatcher asks: one line of JSON with its own structures of job, worker and constraints.
//!
//! The structures are OBS's, which grow with its versions, so they are not modelled: they are flattened into named
//! facts, of which a hook looks up those that it knows.

use serde_json::{Map, Value};
use skink_job::{Allocation, Facts, NamedFacts};

/// The longest request, in bytes.
pub(super) const MAX_REQUEST: usize = 256 << 10;

/// The most values in a request.
const MAX_VALUES: usize = 8192;

/// Why a request cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It is no JSON.
    #[error("the request is no JSON object on one line: {0}")]
    Json(#[from] serde_json::Error),
    /// A part of it is wrong.
    #[error("the request {0}")]
    Part(&'static str),
}

/// A job, and a worker that may take it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The job's facts.
    pub facts: Facts,
    /// All that is known of both.
    pub allocation: Allocation,
}

impl Asked {
    /// Reads a request: an object with `job`, `worker` and, where there are any, `constraints`.
    ///
    /// # Errors
    /// It is no such object, or holds too much.
    pub fn parse(line: &[u8]) -> Result<Self, RequestError> {
        let mut parts: Map<String, Value> = serde_json::from_slice(line)?;
        let mut budget = MAX_VALUES;
        let mut part = |name: &str| named_facts(parts.remove(name).unwrap_or(Value::Null), &mut budget);
        let (job, worker, constraints) = (part("job")?, part("worker")?, part("constraints")?);
        let job = job.ok_or(RequestError::Part("has no `job`"))?;
        let worker = worker.ok_or(RequestError::Part("has no `worker`"))?;
        if !parts.is_empty() {
            return Err(RequestError::Part("has a part that is none of `job`, `worker`, `constraints`"));
        }
        Ok(Self::new(
            job,
            Allocation { worker, constraints: constraints.unwrap_or_default(), ..Allocation::default() },
        ))
    }

    /// From facts that are flat already.
    pub fn new(job: NamedFacts, allocation: Allocation) -> Self {
        Self { facts: facts(&job), allocation: Allocation { job, ..allocation } }
    }
}

/// The facts that every hook knows by a getter. The reposerver of OBS, which asks for an author's check of
/// constraints, has other names for two of them.
fn facts(job: &NamedFacts) -> Facts {
    let first = |name: &str| job.get(name)?.first().filter(|value| !value.is_empty()).cloned();
    let package = first("package").or_else(|| first("packid"));
    let flavor = package.as_ref().and_then(|package| Some(package.split_once(':')?.1.to_owned()));
    Facts {
        project: first("project"),
        repository: first("repository").or_else(|| first("repoid")),
        arch: first("arch").unwrap_or_default(),
        host_arch: first("hostarch").unwrap_or_default(),
        recipe: first("file").unwrap_or_default(),
        release: first("release"),
        srcmd5: first("srcmd5"),
        reason: first("reason"),
        flavor,
        package,
        ..Facts::default()
    }
}

/// `None` where there is no object.
fn named_facts(value: Value, budget: &mut usize) -> Result<Option<NamedFacts>, RequestError> {
    let fields = match value {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(RequestError::Part("has a part that is no object"));
        }
    };
    let mut facts = NamedFacts::new();
    for (name, value) in fields {
        flatten(&name, value, &mut facts, budget)?;
    }
    Ok(Some(facts))
}

/// `{"hardware": {"memory": "4"}}` is the fact `hardware.memory`; each item of a list is one more value. An element
/// with text and attributes has its text in `_content`, as OBS reads XML: that is the element's own value, and one that
/// says `exclude="true"` is `NAME.exclude`.
fn flatten(name: &str, value: Value, facts: &mut NamedFacts, budget: &mut usize) -> Result<(), RequestError> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => value,
        Value::Array(items) => {
            return items.into_iter().try_for_each(|item| flatten(name, item, facts, budget));
        }
        Value::Object(mut fields) => {
            let excluded = fields.get("exclude").and_then(Value::as_str) == Some("true");
            if let Some(content) = fields.remove("_content") {
                let own = if excluded { format!("{name}.exclude") } else { name.to_owned() };
                fields.remove("exclude");
                flatten(&own, content, facts, budget)?;
            }
            return fields
                .into_iter()
                .try_for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, facts, budget));
        }
    };
    *budget = budget.checked_sub(1).ok_or(RequestError::Part("has too many values"))?;
    facts.entry(name.to_owned()).or_default().push(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(facts: &NamedFacts) -> String {
        let one = |(name, values): (&String, &Vec<String>)| format!("{name}={}", values.join(","));
        facts.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn structures_of_the_dispatcher_become_named_facts() {
        let line = br#"{"job": {"project": "home:a", "repository": "standard", "package": "gcc:cross", "arch": "i586",
            "hostarch": "x86_64", "file": "gcc.spec", "needed": 7, "path": null},
            "worker": {"hostarch": "x86_64", "workerid": "vm:1", "hostlabel": ["a", "b"], "sandbox": "kvm",
              "linux": {"version": "6.1", "flavor": "default"},
              "hardware": {"cpu": {"flag": ["sse", "avx"]}, "processors": "8", "memory": 2048}},
            "constraints": {"hostlabel": [{"_content": "big"}, {"exclude": "true", "_content": "slow"}],
              "sandbox": {"_content": "secure"},
              "hardware": {"memory": {"size": {"unit": "G", "_content": "4"}}}}}"#;
        let asked = Asked::parse(line).unwrap();
        let Facts { project, package, repository, arch, host_arch, recipe, flavor, .. } = &asked.facts;
        let texts = [project, package, repository, flavor].map(|text| text.as_deref().unwrap());
        assert_eq!(texts, ["home:a", "gcc:cross", "standard", "cross"]);
        assert_eq!([arch, host_arch, recipe], ["i586", "x86_64", "gcc.spec"]);
        assert_eq!(asked.allocation.job["needed"], ["7"]);
        assert_eq!(
            shown(&asked.allocation.worker),
            "hardware.cpu.flag=sse,avx hardware.memory=2048 hardware.processors=8 hostarch=x86_64 hostlabel=a,b \
             linux.flavor=default linux.version=6.1 sandbox=kvm workerid=vm:1"
        );
        assert_eq!(
            shown(&asked.allocation.constraints),
            "hardware.memory.size=4 hardware.memory.size.unit=G hostlabel=big hostlabel.exclude=slow sandbox=secure"
        );
    }

    #[test]
    fn the_reposerver_has_names_of_its_own() {
        let line =
            br#"{"job":{"project":"p","repoid":"r","packid":"k","arch":"a"},"worker":{},"constraints":null}"#;
        let facts = Asked::parse(line).unwrap().facts;
        assert_eq!((facts.repository.as_deref(), facts.package.as_deref()), (Some("r"), Some("k")));
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        let many = format!(r#"{{"job":{{"a":[{}1]}},"worker":{{}}}}"#, "1,".repeat(MAX_VALUES));
        let deep = format!(r#"{{"job":{}}}"#, "[".repeat(100_000));
        let rows: [(&str, &str); 9] = [
            ("", "no JSON"),
            ("GET / HTTP/1.0", "no JSON"),
            ("[]", "no JSON"),
            ("{\"job\":{},\"worker\":{}", "no JSON"),
            ("{\"worker\":{}}", "no `job`"),
            ("{\"job\":{}}", "no `worker`"),
            ("{\"job\":[],\"worker\":{}}", "no object"),
            ("{\"job\":{},\"worker\":{},\"x\":1}", "none of"),
            (&many, "too many values"),
        ];
        for (line, want) in rows {
            let error = Asked::parse(line.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(want), "{error}");
        }
        assert!(Asked::parse(deep.as_bytes()).is_err());
        assert!(Asked::parse(b"{\"job\":{\"project\":\"\xff\"},\"worker\":{}}").is_err());
    }
}
