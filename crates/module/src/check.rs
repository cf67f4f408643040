//! Judges what the compiler process found in a module, before a policy is asked.
//!
//! Invariant: manifest, exports and imports say the same. What is not listed here is refused.

use crate::interface::{GRANTS, INTERFACES, Name, WASI, split};
use crate::refusal::phases as show;
use crate::{Manifest, Refusal, WIT_VERSION};
use skink_job::{ForeignArch, Phase, PlacePattern, SafeText};
use skink_protocol::ModuleDescription;

/// Reads the manifest and checks it against the module's exports and imports.
///
/// # Errors
/// The first thing that does not fit, in the order: manifest, exports, imports, grants.
pub fn check(description: &ModuleDescription) -> Result<Manifest, Refusal> {
    let manifest = Manifest::parse(&description.manifest)?;
    if manifest.wit != WIT_VERSION {
        return Err(Refusal::ManifestVersion { found: shown(&manifest.wit) });
    }
    check_exports(&manifest, &description.exports)?;
    for import in &description.imports {
        check_import(&manifest, import)?;
    }
    check_grants(&manifest)?;
    Ok(manifest)
}

/// A text of the module as it is shown.
fn shown(raw: &str) -> SafeText {
    SafeText::line(raw).truncated(120)
}

fn check_exports(manifest: &Manifest, exports: &[String]) -> Result<(), Refusal> {
    let mut exported = Vec::new();
    for name in exports.iter().filter_map(|export| split(export)) {
        if name.package != "skink:hook" {
            continue;
        }
        if name.version != WIT_VERSION {
            return Err(version("exports", &name));
        }
        exported.extend(Phase::from_word(name.interface));
    }
    if manifest.phases.is_empty() {
        return Err(Refusal::NoPhase);
    }
    if let Some(phase) = manifest.phases.iter().find(|phase| !exported.contains(phase)) {
        return Err(Refusal::PhaseNotExported { phase: *phase });
    }
    match exported.iter().find(|phase| !manifest.phases.contains(phase)) {
        Some(phase) => Err(Refusal::PhaseNotInManifest { phase: *phase }),
        None => Ok(()),
    }
}

fn version(does: &'static str, name: &Name<'_>) -> Refusal {
    let found = if name.version.is_empty() { "(none)" } else { name.version };
    Refusal::InterfaceVersion { does, name: shown(name.interface), found: shown(found) }
}

fn check_import(manifest: &Manifest, import: &str) -> Result<(), Refusal> {
    let unknown = || Refusal::UnknownImport { name: shown(import) };
    let name = split(import).ok_or_else(unknown)?;
    match name.package.split_once(':') {
        Some(("skink", "hook")) => check_own_import(manifest, import, &name),
        Some(("wasi", package)) => check_wasi_import(import, package, &name),
        Some(_) | None => Err(unknown()),
    }
}

fn check_own_import(manifest: &Manifest, import: &str, name: &Name<'_>) -> Result<(), Refusal> {
    if name.version != WIT_VERSION {
        return Err(version("imports", name));
    }
    let Some(interface) = INTERFACES.iter().find(|interface| interface.name == name.interface) else {
        return Err(Refusal::UnknownImport { name: shown(import) });
    };
    if !interface.phases.iter().any(|phase| manifest.phases.contains(phase)) {
        return Err(Refusal::ImportOfOtherPhase {
            interface: interface.name,
            owners: show(interface.phases, " or "),
            phases: show(&manifest.phases, " and "),
        });
    }
    match interface.needs {
        Some((grant, asked)) if !asked(&manifest.grants) => {
            Err(Refusal::ImportWithoutGrant { interface: interface.name, grant })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_wasi_import(import: &str, package: &str, name: &Name<'_>) -> Result<(), Refusal> {
    let not_given = |why| Refusal::WasiNotGiven { name: shown(import), why };
    if package == "http" {
        return Err(not_given("there is no network; move the work into a tool that the admin grants"));
    }
    let Some((_, interfaces)) = WASI.iter().find(|(known, _)| *known == package) else {
        return Err(Refusal::UnknownImport { name: shown(import) });
    };
    if name.version.strip_prefix("0.2.").is_none_or(|patch| patch.parse::<u32>().is_err()) {
        return Err(not_given("only WASI 0.2 is; build the hook for wasm32-wasip2"));
    }
    if interfaces.contains(&name.interface) {
        Ok(())
    } else {
        Err(not_given("it is not in the inert part of WASI 0.2 that hooks start with"))
    }
}

fn check_grants(manifest: &Manifest) -> Result<(), Refusal> {
    let useless = |phases: &[Phase]| !phases.iter().any(|phase| manifest.phases.contains(phase));
    match GRANTS.iter().find(|grant| (grant.asked)(&manifest.grants) && useless(grant.phases)) {
        Some(grant) => {
            Err(Refusal::GrantOfOtherPhase { grant: grant.name, owners: show(grant.phases, " or ") })
        }
        None => check_architectures(manifest).and_then(|()| check_places(manifest)),
    }
}

/// `*` stands for whatever the admin gives.
fn check_architectures(manifest: &Manifest) -> Result<(), Refusal> {
    let is_known = |name: &String| name == "*" || ForeignArch::from_word(name).is_some();
    match manifest.grants.effects.binfmt.iter().find(|name| !is_known(name)) {
        Some(name) => Err(Refusal::UnknownArchitecture { name: shown(name) }),
        None => Ok(()),
    }
}

fn check_places(manifest: &Manifest) -> Result<(), Refusal> {
    for pattern in manifest.grants.effects.unmount.iter().filter(|pattern| *pattern != "*") {
        PlacePattern::parse(pattern).map_err(|why| Refusal::BadPlace { pattern: shown(pattern), why })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn description(phases: &str, grants: &str, imports: &[&str], exports: &[&str]) -> ModuleDescription {
        let manifest = format!(
            r#"{{"manifest":1,"name":"h","version":"1","wit":"0.1.0","phases":[{phases}],"grants":{{{grants}}}}}"#
        );
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ModuleDescription { manifest, imports: owned(imports), exports: owned(exports) }
    }

    const CHECK: &[&str] = &["skink:hook/check@0.1.0"];
    const TRANSFORM: &[&str] = &["skink:hook/transform@0.1.0"];

    const ALLOCATE: &[&str] = &["skink:hook/allocate@0.1.0"];

    const BOTH: &[&str] = &["skink:hook/check@0.1.0", "skink:hook/transform@0.1.0", "wasi:cli/run@0.2.0"];

    #[test]
    fn honest_modules_pass() {
        let python = [
            "skink:hook/types@0.1.0",
            "skink:hook/job@0.1.0",
            "skink:hook/report@0.1.0",
            "skink:hook/files@0.1.0",
            "skink:hook/tools@0.1.0",
            "skink:hook/check-context@0.1.0",
            "wasi:cli/environment@0.2.0",
            "wasi:clocks/wall-clock@0.2.6",
            "wasi:filesystem/preopens@0.2.12",
            "wasi:sockets/tcp@0.2.0",
        ];
        check(&description("\"check\"", "", &python, CHECK)).unwrap();
        let imports = ["skink:hook/outbox@0.1.0", "skink:hook/check-context@0.1.0"];
        check(&description("\"check\",\"transform\"", "\"outbox\":true", &imports, BOTH)).unwrap();
        let imports = ["skink:hook/job@0.1.0", "skink:hook/allocate-context@0.1.0"];
        check(&description("\"allocate\"", "", &imports, ALLOCATE)).unwrap();
    }

    /// Phases, grants, imports, exports, and what the refusal says.
    type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str], &'static str);

    /// Rows 34, 41, 43 and 44 of the table of hostile modules.
    const REFUSED: &[Row] = &[
        ("", "", &[], &[], "names no phase"),
        ("\"check\"", "", &[], &[], "does not export `skink:hook/check@0.1.0`"),
        ("\"check\"", "", &[], TRANSFORM, "does not export `skink:hook/check@0.1.0`"),
        ("\"check\"", "", &[], BOTH, "does not name the phase `transform`"),
        ("\"allocate\"", "", &[], CHECK, "does not export `skink:hook/allocate@0.1.0`"),
        ("\"allocate\"", "\"attachments\":[\"a.log\"]", &[], ALLOCATE, "requests the grant `attachments`"),
        ("\"allocate\"", "", &["skink:hook/files@0.1.0"], ALLOCATE, "belongs to the phase pre-chroot or"),
        (
            "\"check\"",
            "",
            &[],
            &["skink:hook/check@0.2.0"],
            "exports `check` of skink:hook@0.2.0, this Skink speaks skink:hook@0.1.0",
        ),
        (
            "\"check\"",
            "",
            &["skink:hook/report@9.0.0"],
            CHECK,
            "imports `report` of skink:hook@9.0.0, this Skink speaks skink:hook@0.1.0",
        ),
        ("\"check\"", "", &["skink:hook/report"], CHECK, "skink:hook@(none)"),
        (
            "\"check\"",
            "",
            &["skink:core/report@9.0.0"],
            CHECK,
            "imports `skink:core/report@9.0.0`, which Skink does not know",
        ),
        (
            "\"check\"",
            "",
            &["skink:hook/strangers@0.1.0"],
            CHECK,
            "imports `skink:hook/strangers@0.1.0`, which Skink does not know",
        ),
        ("\"check\"", "", &["env"], CHECK, "imports `env`, which Skink does not know"),
        ("\"check\"", "", &["env/system"], CHECK, "imports `env/system`, which Skink does not know"),
        ("\"check\"", "", &["wasi:http/outgoing-handler@0.2.0"], CHECK, "there is no network"),
        (
            "\"check\"",
            "",
            &["wasi:keyvalue/store@0.2.0"],
            CHECK,
            "`wasi:keyvalue/store@0.2.0`, which Skink does not know",
        ),
        ("\"check\"", "", &["wasi:cli/run@0.2.0"], CHECK, "not in the inert part of WASI 0.2"),
        ("\"check\"", "", &["wasi:cli/stdout@0.3.0"], CHECK, "only WASI 0.2 is"),
        ("\"check\"", "", &["wasi:cli/stdout@0.2.0-rc-2023"], CHECK, "only WASI 0.2 is"),
        (
            "\"check\"",
            "",
            &["skink:hook/outbox@0.1.0"],
            CHECK,
            "belongs to the phase transform; its own are check",
        ),
        ("\"transform\"", "", &["skink:hook/outbox@0.1.0"], TRANSFORM, "does not request the grant `outbox`"),
        (
            "\"pre-chroot\"",
            "",
            &["skink:hook/plan@0.1.0"],
            &["skink:hook/pre-chroot@0.1.0"],
            "does not request the grant `plan`",
        ),
        (
            "\"check\"",
            "\"outbox\":true",
            &[],
            CHECK,
            "`outbox`, which only hooks of the phase transform can use",
        ),
        (
            "\"transform\"",
            "\"unchanged\":true",
            &[],
            TRANSFORM,
            "`unchanged`, which only hooks of the phase check",
        ),
        (
            "\"check\"",
            "\"plan\":{\"macros\":[\"*\"]}",
            &[],
            CHECK,
            "`plan`, which only hooks of the phase pre-chroot",
        ),
        (
            "\"check\"",
            "\"effects\":{\"binfmt\":[\"*\"]}",
            &[],
            CHECK,
            "`effects.binfmt`, which only hooks of the phase pre-chroot",
        ),
        (
            "\"check\"",
            "",
            &["skink:hook/effects@0.1.0"],
            CHECK,
            "belongs to the phase pre-chroot; its own are check",
        ),
        (
            "\"pre-chroot\"",
            "\"effects\":{\"binfmt\":[\"aarch64\",\"aarch46\"]}",
            &[],
            &["skink:hook/pre-chroot@0.1.0"],
            "\"aarch46\" be emulated, which is no architecture",
        ),
        (
            "\"check\"",
            "\"effects\":{\"unmount\":[\"*\"]}",
            &[],
            CHECK,
            "`effects.unmount`, which only hooks of the phase cleanup",
        ),
        (
            "\"check\"",
            "",
            &["skink:hook/mounts@0.1.0"],
            CHECK,
            "belongs to the phase cleanup; its own are check",
        ),
        (
            "\"cleanup\"",
            "\"effects\":{\"unmount\":[\"*\",\"/mnt/../etc\"]}",
            &[],
            &["skink:hook/cleanup@0.1.0"],
            "to unmount at \"/mnt/../etc\", which is no pattern of places: it must be a path without",
        ),
    ];

    #[test]
    fn what_does_not_fit_is_refused_with_what_to_do() {
        for (phases, grants, imports, exports, text) in REFUSED {
            let refusal = check(&description(phases, grants, imports, exports)).unwrap_err().to_string();
            assert!(refusal.contains(text), "{phases} {grants} {imports:?} {exports:?}: {refusal}");
        }
    }

    #[test]
    fn another_wit_version_in_the_manifest_is_named_with_ours() {
        let mut skewed = description("\"check\"", "", &[], CHECK);
        skewed.manifest = skewed.manifest.replace("0.1.0", "0.2.0");
        let text = check(&skewed).unwrap_err().to_string();
        assert!(text.contains("WIT version 0.2.0, this Skink speaks skink:hook@0.1.0"), "{text}");
    }

    #[test]
    fn names_of_a_module_are_shown_safely() {
        let evil = description("\"check\"", "", &["a\u{1b}[2J\n[host] ok"], CHECK);
        let text = check(&evil).unwrap_err().to_string();
        assert!(text.contains("a\\u{1b}[2J\\n[host] ok"), "{text}");
    }

    #[test]
    fn every_grant_has_a_row() {
        let json = serde_json::to_value(skink_job::Grants::default()).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        let effects = json["effects"].as_object().unwrap().keys().map(|key| format!("effects.{key}"));
        let wanted = keys.into_iter().filter(|key| *key != "effects").cloned().chain(effects);
        let known = GRANTS.iter().map(|grant| grant.name.to_owned());
        assert_eq!(known.collect::<BTreeSet<_>>(), wanted.collect());
    }
}
