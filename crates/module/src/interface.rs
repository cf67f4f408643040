//! The table of interfaces that a hook may import: which phases they belong to, and which grant they need.

use skink_job::{Grants, Phase};
use std::collections::BTreeSet;

/// A grant that an interface needs: its name in the manifest, and whether it is asked for.
pub(crate) type Needs = (&'static str, fn(&Grants) -> bool);

/// One interface of `skink:hook`.
pub(crate) struct Interface {
    pub(crate) name: &'static str,
    pub(crate) phases: &'static [Phase],
    /// `tools` has none: the context of each phase that may run tools names the interface in a type, so that
    /// guests of Python and JavaScript import it always. What they get without a grant is an empty list. It is the
    /// same with `effects` and `mounts`, where each request is denied then.
    pub(crate) needs: Option<Needs>,
}

use Phase::{Allocate, Check, Cleanup, PreChroot, Transform};

const fn open(name: &'static str, phases: &'static [Phase]) -> Interface {
    Interface { name, phases, needs: None }
}

/// Everything importable of `skink:hook`.
pub(crate) const INTERFACES: &[Interface] = &[
    open("types", Phase::ALL),
    open("job", Phase::ALL),
    open("report", Phase::ALL),
    open("files", &[PreChroot, Transform, Check]),
    open("packages", &[PreChroot, Transform, Check]),
    Interface { name: "derive", phases: &[Transform], needs: Some(("outbox", |grants| grants.outbox)) },
    open("tools", &[PreChroot, Transform, Check]),
    Interface { name: "outbox", phases: &[Transform], needs: Some(("outbox", |grants| grants.outbox)) },
    Interface { name: "plan", phases: &[PreChroot], needs: Some(("plan", |grants| plan(grants))) },
    open("effects", &[PreChroot]),
    open("mounts", &[Cleanup]),
    open("pre-chroot-context", &[PreChroot]),
    open("transform-context", &[Transform]),
    open("check-context", &[Check]),
    open("cleanup-context", &[Cleanup]),
    open("allocate-context", &[Allocate]),
];

/// Whether a module of these phases may import an interface of `skink:hook`.
pub fn importable(interface: &str, phases: &BTreeSet<Phase>) -> bool {
    let known = INTERFACES.iter().find(|known| known.name == interface);
    known.is_some_and(|known| known.phases.iter().any(|phase| phases.contains(phase)))
}

/// One grant: its name in the manifest, the phases that can use it, whether it is asked for.
pub(crate) struct Grant {
    pub(crate) name: &'static str,
    pub(crate) phases: &'static [Phase],
    pub(crate) asked: fn(&Grants) -> bool,
}

/// Every grant, in the order of [`Grants`].
pub(crate) const GRANTS: &[Grant] = &[
    Grant { name: "results", phases: &[Transform, Check], asked: |grants| grants.results },
    Grant { name: "sources", phases: &[PreChroot, Transform, Check], asked: |grants| grants.sources },
    Grant { name: "previous", phases: &[Check], asked: |grants| grants.previous },
    Grant { name: "build-log", phases: &[Check], asked: |grants| grants.build_log },
    Grant { name: "outbox", phases: &[Transform], asked: |grants| grants.outbox },
    Grant { name: "unchanged", phases: &[Check], asked: |grants| grants.unchanged },
    Grant { name: "tools", phases: &[PreChroot, Transform, Check], asked: |grants| !grants.tools.is_empty() },
    Grant {
        name: "attachments",
        phases: &[PreChroot, Transform, Check, Cleanup],
        asked: |grants| !grants.attachments.is_empty(),
    },
    Grant { name: "plan", phases: &[PreChroot], asked: |grants| plan(grants) },
    Grant { name: "effects.binfmt", phases: &[PreChroot], asked: |grants| !grants.effects.binfmt.is_empty() },
    Grant { name: "effects.unmount", phases: &[Cleanup], asked: |grants| !grants.effects.unmount.is_empty() },
];

fn plan(grants: &Grants) -> bool {
    grants.plan != skink_job::PlanGrants::default()
}

/// The inert part of WASI 0.2 that is linked, so that guests of Python and JavaScript start: clocks, seeded
/// random numbers, no file system, sockets that are always denied.
pub(crate) const WASI: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "environment",
            "exit",
            "stdin",
            "stdout",
            "stderr",
            "terminal-input",
            "terminal-output",
            "terminal-stdin",
            "terminal-stdout",
            "terminal-stderr",
        ],
    ),
    ("clocks", &["monotonic-clock", "wall-clock"]),
    ("filesystem", &["types", "preopens"]),
    ("io", &["error", "poll", "streams"]),
    ("random", &["random", "insecure", "insecure-seed"]),
    (
        "sockets",
        &[
            "instance-network",
            "ip-name-lookup",
            "network",
            "tcp",
            "tcp-create-socket",
            "udp",
            "udp-create-socket",
        ],
    ),
];

/// The parts of `namespace:package/interface@version`; the version is empty where there is none.
pub(crate) struct Name<'a> {
    pub(crate) package: &'a str,
    pub(crate) interface: &'a str,
    pub(crate) version: &'a str,
}

/// Takes an interface's name apart; `None` where it is no interface.
pub(crate) fn split(name: &str) -> Option<Name<'_>> {
    let (path, version) = name.split_once('@').unwrap_or((name, ""));
    let (package, interface) = path.split_once('/')?;
    package.contains(':').then_some(Name { package, interface, version })
}
