//! What the admin of the workers' machine allows.

use skink_tests_obs::{Module, critic, module_named, same, spinner};

/// The policy, and the modules that lie in the admin's own folder.
pub(crate) fn of_the_admin() -> (String, Vec<Module>) {
    let rules = [
        (module_named("checksums"), "results = true\noutbox = true\n"),
        (
            module_named("rpmlint"),
            "results = true\nsources = true\ntools = [\"rpmlint\"]\nattachments = [\"rpmlint.log\"]\n",
        ),
        (critic(), "results = true\n"),
        (same(), "results = true\nunchanged = true\n"),
        (spinner(), "results = true\n"),
    ];
    let mut text = "schema = 1\n[tools.rpmlint]\nprogram = \"/usr/bin/rpmlint\"\n".to_owned();
    for (module, grants) in &rules {
        let Module { name, sha256, .. } = module;
        text += &format!(
            "[[allow]]\nmodule = \"{name}\"\nsha256 = [\"{sha256}\"]\nprojects = [\"home:**\"]\n[allow.grants]\n{grants}"
        );
    }
    text +=
        "[[mandatory]]\nname = \"demanded\"\nmodule = \"checksums.wasm\"\nprojects = [\"home:tester:**\"]\n";
    let [checksums, rpmlint, ..] = rules.map(|(module, _)| module);
    (text, vec![checksums, rpmlint])
}
