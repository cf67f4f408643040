//! What is refused before anything of it runs.

use serde_json::json;
use skink_tests_hostile::Expect::Refused;
use skink_tests_hostile::{Attack, ComponentText, component_from_text};

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
        => Refused("skink:hook/");
}

fn wat(text: &str) -> Vec<u8> {
    component_from_text(text)
}
