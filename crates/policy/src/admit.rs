//! Whether a module may run for a project, and with what.
//!
//! **The rule.** The `[[allow]]` rules of a policy are read from top to bottom. The first that names the
//! module and has a pattern that matches the project decides; later ones are not looked at. If it grants all
//! that the module requests, the module is allowed and gets what it requests, no more; else it is refused.
//! A `*` that the module requests in a list of the plan or of effects stands for whatever the rule gives there, be it nothing.
//! Where no rule decides it is refused. With a narrower policy, both must allow.

use crate::cover::{Right, common, lists, rights};
use crate::policy::Rules;
use crate::rule::Rule;
use crate::words::shown;
use crate::{Place, Policy, limits};
use skink_job::{Digest, Grants, Limits, OnProblem, SafeText};

/// The answer to whether a module may run.
#[derive(Debug, Clone)]
pub enum Decision {
    /// It may, with this.
    Allowed(Box<Allowed>),
    /// It may not.
    Refused {
        /// Which rule refused it, or that none names it, and what to do.
        reason: SafeText,
    },
}

/// What a module may do.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The rule that decided, as `policy.toml:12 (rpmlint)`; with a narrower policy one of each.
    pub rule: SafeText,
    /// What the module gets: what it requests.
    pub grants: Grants,
    /// The repository in which packages are found that it adds to the plan.
    pub repository: Option<String>,
    /// The limits of each call.
    pub limits: Limits,
    pub(crate) on_failure: Option<OnProblem>,
    pub(crate) on_limit: Option<OnProblem>,
}

impl Allowed {
    /// What a failure, trap or crash means, where the hook's entry says `entry`.
    ///
    /// The stricter of the entry's word and the rule's; where only one speaks, that one; where none does, the
    /// build fails. An entry may so soften its hook only where the rule is silent: without the rule's word
    /// the hook is its author's own, who could as well leave it out.
    pub fn on_failure(&self, entry: Option<OnProblem>) -> OnProblem {
        match (self.on_failure, entry) {
            (Some(OnProblem::Fail), _) | (_, Some(OnProblem::Fail)) | (None, None) => OnProblem::Fail,
            (Some(OnProblem::Warn), _) | (None, Some(OnProblem::Warn)) => OnProblem::Warn,
        }
    }

    /// What a limit means: the rule's `on-limit`, else the same as a failure.
    pub fn on_limit(&self, entry: Option<OnProblem>) -> OnProblem {
        self.on_limit.unwrap_or_else(|| self.on_failure(entry))
    }
}

/// The stricter of two rules' words; silence is between `fail` and `warn`, for it lets the entry choose.
pub(crate) fn stricter(a: Option<OnProblem>, b: Option<OnProblem>) -> Option<OnProblem> {
    match (a, b) {
        (Some(OnProblem::Fail), _) | (_, Some(OnProblem::Fail)) => Some(OnProblem::Fail),
        (None, _) | (_, None) => None,
        (Some(OnProblem::Warn), Some(OnProblem::Warn)) => Some(OnProblem::Warn),
    }
}

impl Policy {
    /// Whether `module` may run for `project` with what its manifest requests.
    pub fn admit(&self, project: Option<&str>, module: &Digest, requested: &Grants) -> Decision {
        match self.try_admit(project, module, requested) {
            Ok(allowed) => Decision::Allowed(Box::new(allowed)),
            Err(reason) => Decision::Refused { reason: SafeText::line(&reason) },
        }
    }

    fn try_admit(
        &self,
        project: Option<&str>,
        module: &Digest,
        requested: &Grants,
    ) -> Result<Allowed, String> {
        let mut allowed: Option<Allowed> = None;
        let wanted = rights(requested);
        for rules in &self.layers {
            let (rule, _) = rules.deciding(project, module).ok_or_else(|| rules.unnamed(project, module))?;
            let missing: Vec<_> =
                wanted.iter().filter(|right| !right.is_any() && rule.gives(right).is_none()).collect();
            if !missing.is_empty() {
                let missing: Vec<_> = missing.into_iter().map(ToString::to_string).collect();
                return Err(format!(
                    "the rule {} does not grant {}, which the module requests; an admin adds it to the \
                     rule, or the module is built to request less",
                    rule.name,
                    missing.join(", ")
                ));
            }
            allowed = Some(match allowed {
                None => rule.allows(requested),
                Some(wider) => wider.narrowed(&rule.allows(requested)),
            });
        }
        allowed.ok_or_else(|| "there is no policy on this machine, so no module is allowed".to_owned())
    }
}

impl Rules {
    /// The rule that decides, and the pattern by which it does.
    pub(crate) fn deciding(&self, project: Option<&str>, module: &Digest) -> Option<(&Rule, &Place)> {
        self.naming(module).find_map(|rule| Some((rule, rule.projects.permits(project)?)))
    }

    /// The rules that name a module, in the file's order.
    pub(crate) fn naming(&self, module: &Digest) -> impl Iterator<Item = &Rule> {
        self.index.get(module).into_iter().flatten().filter_map(|index| self.rules.get(*index))
    }

    /// Why no rule decides.
    fn unnamed(&self, project: Option<&str>, module: &Digest) -> String {
        let file = shown(&self.file);
        let Some(rule) = self.naming(module).next() else {
            return format!(
                "no [[allow]] rule of {file} names module sha256:{module}; an admin adds a rule for {}",
                job_of(project)
            );
        };
        let unknown = if project.is_none() {
            "; name the project (--hook-project of skink build, --project of its other commands)"
        } else {
            ""
        };
        format!(
            "{file} allows module sha256:{module} (the rule {}), but not for {}{unknown}",
            rule.name,
            job_of(project)
        )
    }
}

/// The project, in a message.
pub(crate) fn job_of(project: Option<&str>) -> String {
    project.map_or_else(
        || "a job whose project is not known".to_owned(),
        |name| format!("the project `{}`", shown(name)),
    )
}

impl Rule {
    /// Where the rule gives a right.
    pub(crate) fn gives(&self, right: &Right<'_>) -> Option<&Place> {
        self.granted.iter().find(|granted| granted.right().covers(right)).map(|granted| &granted.place)
    }

    /// The request, with what the rule gives in the place of each `*` in the plan's lists.
    fn resolved(&self, requested: &Grants) -> Grants {
        let mut grants = requested.clone();
        for (key, list) in lists(&mut grants) {
            if list.remove("*") {
                let given = self.granted.iter().filter(|granted| granted.key == key);
                list.extend(given.map(|granted| granted.name.clone()));
            }
        }
        grants
    }

    fn allows(&self, requested: &Grants) -> Allowed {
        Allowed {
            rule: self.name.clone(),
            grants: self.resolved(requested),
            repository: self.repository.clone(),
            limits: self.limits,
            on_failure: self.on_failure,
            on_limit: self.on_limit,
        }
    }
}

impl Allowed {
    /// What is left when a narrower policy allows `other`. Both grant all that is requested.
    fn narrowed(mut self, other: &Self) -> Self {
        let mut others = other.grants.clone();
        for ((key, list), (_, other)) in lists(&mut self.grants).into_iter().zip(lists(&mut others)) {
            *list = common(key, list, other);
        }
        Self {
            rule: SafeText::line(&format!("{}, {}", self.rule, other.rule)),
            grants: self.grants,
            repository: self.repository.filter(|name| other.repository.as_ref() == Some(name)),
            limits: limits::stricter(&self.limits, &other.limits),
            on_failure: stricter(self.on_failure, other.on_failure),
            on_limit: stricter(self.on_limit, other.on_limit),
        }
    }
}
