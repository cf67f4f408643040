//! The hooks of this repository: built alike wherever they are built, and named by their digests.

use crate::digest;
use crate::layout::{Layout, copy, fresh_folder};
use crate::process::shown;
use crate::setup::{self, Group, GuestToolchain};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

/// One built hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hook {
    /// The module's file name without `.wasm`.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// The sha256, 64 hexadecimal digits.
    pub(crate) digest: String,
}

/// Builds what has changed, and lays the modules into `target/skink/hooks`.
pub(crate) fn ensure(layout: &Layout) -> anyhow::Result<Vec<Hook>> {
    setup::ensure(layout, &[Group::Compile])?;
    let Some(toolchain) = setup::ensure(layout, &[Group::Guests])? else {
        bail!("set-up named no toolchain for hooks");
    };
    let start = Instant::now();
    let modules = build(&toolchain, &layout.root, &layout.guest_target(toolchain.name()))?;
    let hooks = install(&modules, &layout.hooks())?;
    for Hook { name, size, digest } in &hooks {
        println!("hooks: {name:<14} {:>6.1} KiB  sha256:{digest}", *size as f64 / 1024.0);
    }
    println!("hooks: built with {}'s toolchain in {:.1} s", toolchain.name(), start.elapsed().as_secs_f64());
    Ok(hooks)
}

/// Copies modules into an emptied folder. Cargo names a library with `_`, people name a hook with `-`.
fn install(modules: &[PathBuf], folder: &Path) -> anyhow::Result<Vec<Hook>> {
    fresh_folder(folder)?;
    let mut hooks = Vec::new();
    for module in modules {
        let name = module.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        let to = folder.join(format!("{name}.wasm"));
        copy(module, &to)?;
        let size = fs::metadata(&to).with_context(|| format!("reading {}", to.display()))?.len();
        hooks.push(Hook { name, size, digest: digest::of_file(&to)? });
    }
    hooks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(hooks)
}

/// Builds the Rust guest of the stage `guests`, and lays it where its tests look.
pub(crate) fn ensure_guest(layout: &Layout) -> anyhow::Result<()> {
    ensure_one(layout, "tests/guests/rust", &layout.rust_guest())
}

/// Builds the guest of the stage `packages`.
pub(crate) fn ensure_packages_guest(layout: &Layout) -> anyhow::Result<()> {
    ensure_one(layout, "tests/packages/guest", &layout.packages_guest())
}

/// Builds the guest of the benchmarks.
pub(crate) fn ensure_bench_guest(layout: &Layout) -> anyhow::Result<()> {
    ensure_one(layout, "benches/guest", &layout.bench_guest())
}

fn ensure_one(layout: &Layout, folder: &str, to: &Path) -> anyhow::Result<()> {
    let Some(toolchain) = setup::ensure(layout, &[Group::Compile, Group::Guests])? else {
        bail!("set-up named no toolchain for hooks");
    };
    let target = layout.guest_target(toolchain.name());
    for module in build_in(&toolchain, &layout.root, folder, &target)? {
        copy(&module, to)?;
    }
    Ok(())
}

/// Writes a `cargo` that compiles guests whatever toolchain does it here, so that the documents' own commands work.
pub(crate) fn ensure_cargo(layout: &Layout) -> anyhow::Result<()> {
    let Some(toolchain) = setup::ensure(layout, &[Group::Compile, Group::Guests])? else {
        bail!("set-up named no toolchain for hooks");
    };
    let plain = ["build", "--release", "--target", setup::GUEST_TARGET];
    let cargo = toolchain.cargo("build", &[])?;
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut script = "#!/bin/sh\n# Its own folder comes first in PATH.\nPATH=${PATH#*:}\n".to_owned();
    for (name, value) in cargo.get_envs() {
        let (Some(name), Some(value)) = (name.to_str(), value.and_then(|value| value.to_str())) else {
            continue;
        };
        script.push_str(&format!("export {name}={}\n", quoted(value)));
    }
    let more: Vec<String> =
        cargo.get_args().skip(plain.len()).map(|arg| quoted(&arg.to_string_lossy())).collect();
    script.push_str(&format!("exec cargo \"$@\" {}\n", more.join(" ")));
    let path = layout.guest_cargo().join("cargo");
    crate::layout::write(&path, script)?;
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&path, executable).with_context(|| format!("making {} executable", path.display()))
}

/// Builds the workspace of hooks that lies in the checkout `root`. Gives the modules that cargo made.
pub(crate) fn build(toolchain: &GuestToolchain, root: &Path, target: &Path) -> anyhow::Result<Vec<PathBuf>> {
    build_in(toolchain, root, "wasm-hooks", target)
}

fn build_in(
    toolchain: &GuestToolchain,
    root: &Path,
    folder: &str,
    target: &Path,
) -> anyhow::Result<Vec<PathBuf>> {
    let cargo_home = cargo_home()?;
    let remap = [(root, "/skink"), (target, "/target"), (cargo_home.as_path(), "/cargo")];
    let mut cargo = toolchain.cargo("build", &remap)?;
    cargo.current_dir(root.join(folder)).env("CARGO_TARGET_DIR", target);
    cargo.args(["--locked", "--message-format=json-render-diagnostics"]);
    let output = cargo.stdout(Stdio::piped()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("starting {} in {folder}/", shown(&cargo)))?;
    if !output.status.success() {
        bail!("{} in {folder}/ ended with {}", shown(&cargo), output.status);
    }
    let modules = modules(&String::from_utf8_lossy(&output.stdout))?;
    if modules.is_empty() {
        bail!("{folder}/ made no module");
    }
    Ok(modules)
}

/// The modules among the artefacts that cargo tells of, one JSON object a line.
fn modules(messages: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for line in messages.lines() {
        let message: Value = serde_json::from_str(line).context("reading cargo's messages")?;
        let files = message.get("filenames").and_then(Value::as_array);
        let files = files.into_iter().flatten().filter_map(Value::as_str);
        found.extend(files.filter(|file| file.ends_with(".wasm")).map(PathBuf::from));
    }
    Ok(found)
}

fn cargo_home() -> anyhow::Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = std::env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?;
    Ok(Path::new(&home).join(".cargo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_among_cargos_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libserde.rlib\"]}\n\
            {\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/build_setup.wasm\",\"/t/build_setup.d\"]}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(modules(messages).unwrap(), [PathBuf::from("/t/build_setup.wasm")]);
        assert!(modules("no json").is_err());
    }
}
