//! The toolchain that compiles hooks: rustup's target where it is to be had, else Debian's.
//!
//! Debian's `rustc-web` has no ready standard library for wasm32-wasip2; cargo builds it from `rust-web-src`,
//! against Debian's wasi-libc, and links with the `rust-lld` and `wasm-component-ld` of the toolchain at hand.

use super::{Apt, is_debian};
use crate::layout::Layout;
use crate::process::{self, command, output};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of every hook.
pub(crate) const GUEST_TARGET: &str = "wasm32-wasip2";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "rust-web-src", "libstd-rust-web-dev", "wasi-libc"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";
/// Names one of the two, for those who want to try the other.
const CHOICE: &str = "SKINK_GUEST_TOOLCHAIN";

/// How guests are compiled here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GuestToolchain {
    /// The toolchain at hand has the target.
    Rustup { sysroot: PathBuf },
    /// Debian's compiler, with tools of the toolchain at hand.
    Debian { sysroot: PathBuf },
}

/// Finds the toolchain, or installs one.
pub(super) fn ensure(layout: &Layout) -> anyhow::Result<GuestToolchain> {
    let sysroot = output(command("rustc").current_dir(&layout.root).args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(sysroot);
    let choice = std::env::var(CHOICE).unwrap_or_default();
    let (rustup, debian) = match choice.as_str() {
        "" => (true, true),
        "rustup" => (true, false),
        "debian" => (false, true),
        other => bail!("{CHOICE} is {other:?}; it may be \"rustup\" or \"debian\""),
    };
    if rustup && has_target(&sysroot) {
        return Ok(GuestToolchain::Rustup { sysroot });
    }
    if debian && has_debian() {
        return Ok(GuestToolchain::Debian { sysroot });
    }
    if rustup && add_target(layout) && has_target(&sysroot) {
        return Ok(GuestToolchain::Rustup { sysroot });
    }
    if !debian || !is_debian() {
        bail!(
            "hooks need the target {GUEST_TARGET}: `rustup target add {GUEST_TARGET}` failed or is not here"
        );
    }
    println!("set-up: installing with apt-get\n  {} needed to compile hooks", DEBIAN_PACKAGES.join(" "));
    Apt::new(layout).install(&DEBIAN_PACKAGES)?;
    if !has_debian() {
        bail!("{} are installed, but {DEBIAN_SOURCES} or {WASI_LIBC} is missing", DEBIAN_PACKAGES.join(" "));
    }
    Ok(GuestToolchain::Debian { sysroot })
}

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(GUEST_TARGET).join("lib").is_dir()
}

fn has_debian() -> bool {
    [DEBIAN_RUSTC, DEBIAN_SOURCES, WASI_LIBC].iter().all(|path| Path::new(path).exists())
}

/// Asks rustup for the target; a registry that is away must not hold us up for long.
fn add_target(layout: &Layout) -> bool {
    if process::find("rustup").is_none() {
        return false;
    }
    println!("set-up: `rustup target add {GUEST_TARGET}`, needed to compile hooks");
    let mut add = command("timeout");
    add.current_dir(&layout.root).args(["120", "rustup", "target", "add", GUEST_TARGET]);
    match process::run_logged(&mut add, &layout.log("rustup.log")) {
        Ok(()) => true,
        Err(error) => {
            println!("set-up: no target by rustup, so Debian's packages take its place ({error:#})");
            false
        }
    }
}

impl GuestToolchain {
    /// A short name, for folders and for people.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Rustup { .. } => "rustup",
            Self::Debian { .. } => "debian",
        }
    }

    /// `cargo VERB` for guests. `remap` are folders whose names must not get into a module.
    pub(crate) fn cargo(&self, verb: &str, remap: &[(&Path, &str)]) -> anyhow::Result<Command> {
        let mut cargo = command("cargo");
        let (Self::Rustup { sysroot } | Self::Debian { sysroot }) = self;
        let mut flags: Vec<String> = Vec::new();
        for (from, to) in remap.iter().copied().chain([(sysroot.as_path(), "/rust")]) {
            flags.push(format!("--remap-path-prefix={}={to}", from.display()));
        }
        if let Self::Debian { sysroot } = self {
            let host = crate::cargo::TARGET;
            let tools = sysroot.join("lib/rustlib").join(host).join("bin");
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path = [tools.clone(), tools.join("gcc-ld")].into_iter().chain(std::env::split_paths(&path));
            cargo.env("PATH", std::env::join_paths(path).context("adding the linker to PATH")?);
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            flags.push(format!("--remap-path-prefix={DEBIAN_SOURCES}=/rust/library"));
            flags.extend(["-Clink-self-contained=no".to_owned(), format!("-Lnative={WASI_LIBC}")]);
        }
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        cargo.args([verb, "--release", "--target", GUEST_TARGET]);
        if matches!(self, Self::Debian { .. }) {
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        Ok(cargo)
    }
}
