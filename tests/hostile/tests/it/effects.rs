//! Effects on the build host that nobody may have.

use serde_json::{Value, json};
use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::{Failed, Refused};

fn binfmt(names: &[&str]) -> Value {
    json!({ "binfmt": names })
}

fn hijack() -> Attack {
    Attack::check("binfmt-hijack").phase("pre-chroot").manifest("grants", json!({}))
}

rows! {
    39 binfmt_hijack: hijack().ask("effects", binfmt(&["*"])).granted(&json!({ "effects": binfmt(&["aarch64"]) }))
        => Failed("that effect is undone already"), |seen| {
            let denied = seen.denied();
            assert_eq!(denied.len(), 25, "{denied:?}");
            assert!(denied.iter().all(|what| what.contains("is no architecture that can be emulated")), "{denied:?}");
            assert_eq!(seen.report["effects"], json!([]));
        };
    39 binfmt_hijack_of_an_architecture_that_is_not_granted:
        hijack().ask("effects", binfmt(&["*"])).granted(&json!({ "effects": binfmt(&["s390x"]) }))
        => Failed("no grant to have aarch64 emulated");
    39 binfmt_hijack_by_the_manifest: hijack().ask("effects", binfmt(&[":x:M::\\x7fELF::/bin/sh:"]))
            .granted(&json!({}))
        => Refused("which is no architecture that can be");
    39 binfmt_in_another_phase: Attack::check("pass").ask("effects", binfmt(&["*"])).granted(&json!({}))
        => Refused("`effects`, which only hooks of the phase pre-chroot");
}
