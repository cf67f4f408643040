//! Effects on the build host that nobody may have.

use serde_json::{Value, json};
use skink_tests_hostile::Expect::{Failed, Refused};
use skink_tests_hostile::{Attack, ComponentText};

fn binfmt(names: &[&str]) -> Value {
    json!({ "binfmt": names })
}

fn unmount(places: &[&str]) -> Value {
    json!({ "unmount": places })
}

/// A cleanup hook that has the mounts listed, and tries that many numbers.
fn unmounts(most: &'static str) -> Attack {
    let module = ComponentText::named("unmount").with("MOST", most).build();
    Attack::module(module).phase("cleanup").manifest("grants", json!({}))
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
    39 unmount_without_a_grant: unmounts("0").ask("effects", unmount(&["*"])).granted(&json!({}))
        => Failed("no grant to see or to unmount any mount"), |seen| assert_eq!(seen.denied().len(), 1);
    39 unmount_without_asking: unmounts("0").granted(&json!({ "effects": unmount(&["/**"]) }))
        => Failed("no grant to see or to unmount any mount"), |seen| assert_eq!(seen.denied().len(), 1);
    39 unmount_by_numbers_that_were_not_listed:
        unmounts("200").ask("effects", unmount(&["*"])).granted(&json!({ "effects": unmount(&["/proc/**", "/nowhere/*"]) }))
        => Failed("4294967295 is the number of no mount that was listed"), |seen| {
            assert_eq!(seen.denied().len(), 201);
            assert_eq!(seen.report["effects"], json!([]));
        };
    39 unmount_by_the_manifest: unmounts("0").ask("effects", unmount(&["/mnt/../proc"])).granted(&json!({}))
        => Refused("which is no pattern of places");
    39 unmount_beyond_the_rule:
        unmounts("0").ask("effects", unmount(&["/mnt/**"])).granted(&json!({ "effects": unmount(&["/mnt/a"]) }))
        => Refused("`effects.unmount` of \"/mnt/**\"");
    39 unmount_in_another_phase: Attack::check("pass").ask("effects", unmount(&["*"])).granted(&json!({}))
        => Refused("`effects.unmount`, which only hooks of the phase cleanup");
    39 binfmt_in_another_phase: Attack::check("pass").ask("effects", binfmt(&["*"])).granted(&json!({}))
        => Refused("`effects.binfmt`, which only hooks of the phase pre-chroot");
}
