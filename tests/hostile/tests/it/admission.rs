//! What is refused before anything of it runs.

use serde_json::json;
use skink_tests_hostile::Expect::Refused;
use skink_tests_hostile::{Attack, ComponentText, Place, Running, component_from_text};
use std::ffi::OsStr;

fn of_version(version: &str) -> Attack {
    let text = ComponentText::named("pass").with("skink:hook@0.1.0", &format!("skink:hook@{version}"));
    let (at, other) = ("@0.1.0", format!("@{version}"));
    Attack::module(text.with(at, &other).build())
}

rows! {
    41 import_http: Attack::check("import-http")
        => Refused("`wasi:http/outgoing-handler@0.2.0`, which no hook is given: there is no network");
    41 import_system: Attack::check("import-system")
        => Refused("imports `system`, which Skink does not know");
    41 import_of_a_stranger: Attack::check("import-stranger")
        => Refused("imports `test:worlds/stranger`, which Skink does not know");
    41 import_unstable: Attack::module(ComponentText::named("import-stranger")
            .with("test:worlds", "skink:hook-next").build())
        => Refused("imports `skink:hook-next/stranger`, which Skink does not know");
    41 import_of_env: Attack::module(wat("(module (import \"env\" \"system\" (func (param i32))))"))
        => Refused("is a core module and no component");
    41 import_of_a_core_module: Attack::module(component_from_text(
            "(component (import \"run-me\" (core module $m (export \"x\" (func)))))"))
        => Refused("");
    43 version_skew: of_version("9.0.0")
        => Refused("exports `check` of skink:hook@9.0.0, this Skink speaks skink:hook@0.1.0");
    43 version_skew_in_the_manifest: Attack::check("pass").manifest("wit", json!("9.0.0"))
        => Refused("WIT version 9.0.0, this Skink speaks skink:hook@0.1.0");
    43 version_skew_in_both: of_version("9.0.0").manifest("wit", json!("9.0.0"))
        => Refused("WIT version 9.0.0, this Skink speaks skink:hook@0.1.0");
    43 version_skew_in_a_patch: of_version("0.1.1").manifest("wit", json!("0.1.1"))
        => Refused("WIT version 0.1.1, this Skink speaks skink:hook@0.1.0");
    43 added_field: Attack::module(ComponentText::named("added-field")
            .with("extra: list<tuple<string, string>>,", "extra: list<tuple<string, string>>,\ncolour: u8,").build())
        => Refused("expected record of 8 fields, found 9 fields; build the hook anew");
}

fn wat(text: &str) -> Vec<u8> {
    component_from_text(text)
}

/// Where no policy says anything, a module gets what it asks for; what is no good is refused all the same, and in
/// the same form.
#[test]
fn without_a_policy_too() {
    let place = Place::new("no-policy");
    let rows = [
        ("http", Attack::check("import-http").bytes(), "there is no network"),
        ("version", of_version("9.0.0").bytes(), "skink:hook@9.0.0"),
        ("nothing", b"no module".to_vec(), "is no WebAssembly"),
        ("naked", Attack::check("pass").without_manifest().bytes(), "has no manifest"),
    ];
    for (name, bytes, reason) in rows {
        let module = place.write(&format!("{name}.wasm"), bytes);
        let state = place.path("state");
        let arguments = ["hook", "run", "--format", "json", "--state"].map(OsStr::new);
        let arguments: Vec<&OsStr> =
            arguments.into_iter().chain([state.as_os_str(), module.as_os_str()]).collect();
        let ended = Running::start(&place, None, &arguments).wait();
        assert_eq!((ended.code(), ended.stderr.as_str()), (Some(1), ""), "{name}: {}", ended.output());
        Refused(reason).check(&serde_json::from_str(&ended.stdout).unwrap());
    }
}
