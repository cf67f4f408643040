//! What a worker knows of itself, by the names of its registration with the dispatcher.
//!
//! What cannot be read is left out: a hook then sees that it is not known.

use skink_job::NamedFacts;
use std::fs;

/// What the machine cannot tell, and the admin does.
#[derive(Debug, Clone, Default)]
pub struct Described {
    /// `--hostlabel` of the worker.
    pub hostlabels: Vec<String>,
    /// The kind of its sandbox: `chroot`, `kvm`.
    pub sandbox: Option<String>,
    /// Its name in the farm, such as `vm:1`.
    pub workerid: Option<String>,
}

/// The facts of this machine, and what the admin says of it.
pub fn facts_of_this_machine(described: &Described) -> NamedFacts {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut facts = of_texts(&read("/proc/meminfo"), &read("/proc/cpuinfo"), &read("/proc/version"));
    let mut put = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            facts.insert(name.to_owned(), values);
        }
    };
    put("hostarch", vec![std::env::consts::ARCH.to_owned()]);
    let processors = std::thread::available_parallelism();
    put("hardware.processors", processors.iter().map(ToString::to_string).collect());
    put("hostlabel", described.hostlabels.clone());
    put("sandbox", described.sandbox.iter().cloned().collect());
    put("workerid", described.workerid.iter().cloned().collect());
    facts
}

fn of_texts(meminfo: &str, cpuinfo: &str, version: &str) -> NamedFacts {
    let mut facts = NamedFacts::new();
    for (name, key) in [("hardware.memory", "MemTotal:"), ("hardware.swap", "SwapTotal:")] {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(key));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        facts.extend(kilobytes.map(|kilobytes| (name.to_owned(), vec![(kilobytes / 1024).to_string()])));
    }
    // `Features` on aarch64.
    let flags = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let flags =
        flags.filter(|(key, _)| matches!(key.trim(), "flags" | "Features")).map(|(_, flags)| flags).next();
    let flags: Vec<String> = flags.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if !flags.is_empty() {
        facts.insert("hardware.cpu.flag".to_owned(), flags);
    }
    // `Linux version 6.1.0-18-default (...)`: the flavour is what stands behind the last dash.
    if let Some(release) = version.strip_prefix("Linux version ").and_then(|rest| rest.split(' ').next()) {
        let (number, flavor) = release.rsplit_once('-').unwrap_or((release, ""));
        facts.insert("linux.version".to_owned(), vec![number.to_owned()]);
        facts.insert("linux.flavor".to_owned(), vec![flavor.to_owned()]);
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_the_names_of_a_registration() {
        let rows = [
            ("MemTotal:        2097152 kB\nSwapTotal: 1024 kB\n", "", "", "hardware.memory", "2048"),
            ("MemTotal:        2097152 kB\nSwapTotal: 1024 kB\n", "", "", "hardware.swap", "1"),
            ("", "processor\t: 0\nflags\t\t: fpu sse\nflags\t: x\n", "", "hardware.cpu.flag", "fpu sse"),
            ("", "Features\t: fp asimd\n", "", "hardware.cpu.flag", "fp asimd"),
            ("", "", "Linux version 6.1.0-18-default (x@y) #1", "linux.version", "6.1.0-18"),
            ("", "", "Linux version 6.1.0-18-default (x@y) #1", "linux.flavor", "default"),
            ("MemTotal: lots", "nonsense", "Darwin", "hardware.memory", ""),
        ];
        for (meminfo, cpuinfo, version, name, want) in rows {
            let facts = of_texts(meminfo, cpuinfo, version);
            let got = facts.get(name).map(|values| values.join(" ")).unwrap_or_default();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn what_the_admin_says_is_there() {
        let described = Described {
            hostlabels: vec!["a".to_owned(), "b".to_owned()],
            sandbox: Some("kvm".to_owned()),
            workerid: None,
        };
        let facts = facts_of_this_machine(&described);
        assert_eq!((facts["hostlabel"].len(), facts["sandbox"].len()), (2, 1));
        assert!(!facts.contains_key("workerid") && facts.contains_key("hardware.processors"));
    }
}
