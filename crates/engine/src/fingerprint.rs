//! What an artefact depends on besides the module: the engine, its configuration, the processor; and the interfaces
//! that it was found to fit when it was filed.

use sha2::{Digest as _, Sha256};
use skink_job::Digest;

/// The version of wasmtime that this workspace pins. The worker, which knows it, does not link wasmtime.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Raised with every change of the engine's configuration or of the store's form.
pub const CONFIG_VERSION: u32 = 1;

macro_rules! interfaces {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../../wit/", $name)))),*]
    };
}

/// The files of `wit/`.
const INTERFACES: [(&str, &str); 12] = interfaces!(
    "contexts.wit" "derive.wit" "effects.wit" "files.wit" "job.wit" "outbox.wit" "packages.wit" "phases.wit" "plan.wit" "report.wit"
    "tools.wit" "types.wit"
);

/// The fingerprint of the engine on this machine. An artefact of another one is never found.
pub fn fingerprint() -> Digest {
    let mut hash = Sha256::new();
    for part in [WASMTIME_VERSION, &CONFIG_VERSION.to_string(), std::env::consts::ARCH] {
        hash.update(part);
        hash.update([0]);
    }
    for (name, text) in INTERFACES {
        hash.update(name);
        hash.update([0]);
        hash.update(text);
        hash.update([0]);
    }
    for feature in cpu_features() {
        hash.update(feature);
        hash.update([0]);
    }
    Digest::from_bytes(hash.finalize().into())
}

/// The features of this processor that Cranelift asks for.
#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<&'static str> {
    macro_rules! detected {
        ($($feature:tt)*) => {
            [$(($feature, std::arch::is_x86_feature_detected!($feature))),*]
        };
    }
    let features = detected!(
        "sse3" "ssse3" "sse4.1" "sse4.2" "cmpxchg16b" "popcnt" "avx" "avx2" "fma" "bmi1" "bmi2" "lzcnt"
        "avxvnni" "avx512bitalg" "avx512dq" "avx512f" "avx512vl" "avx512vbmi" "avx512vnni"
    );
    features.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

/// The features of this processor that Cranelift asks for.
#[cfg(target_arch = "aarch64")]
fn cpu_features() -> Vec<&'static str> {
    let features = [
        ("lse", std::arch::is_aarch64_feature_detected!("lse")),
        ("paca", std::arch::is_aarch64_feature_detected!("paca")),
        ("fp16", std::arch::is_aarch64_feature_detected!("fp16")),
        ("dotprod", std::arch::is_aarch64_feature_detected!("dotprod")),
        ("i8mm", std::arch::is_aarch64_feature_detected!("i8mm")),
    ];
    features.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

/// Elsewhere wasmtime checks the artefact's features when it is loaded.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn cpu_features() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_lock_file() {
        let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
        let entry = format!("name = \"wasmtime\"\nversion = \"{WASMTIME_VERSION}\"\n");
        assert!(lock.contains(&entry), "the lock file has no wasmtime {WASMTIME_VERSION}");
    }

    #[test]
    fn every_interface_is_in_it() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit")).unwrap();
        let mut files: Vec<_> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.retain(|name| name.ends_with(".wit"));
        files.sort();
        assert_eq!(files, INTERFACES.map(|(name, _)| name));
    }

    #[test]
    fn it_is_the_same_each_time() {
        assert_eq!(fingerprint(), fingerprint());
    }
}
