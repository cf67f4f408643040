//! Effects: what is done to the build host for one build.

use crate::phase::words;
use serde::{Deserialize, Serialize};

words! {
    /// An architecture that the build host may have emulated, by the names that schedulers and `build` use.
    ForeignArch {
        /// 64-bit Arm.
        Aarch64 = "aarch64",
        /// 32-bit Arm from version 6, with hardware floating point.
        Armv6hl = "armv6hl",
        /// 32-bit Arm from version 6.
        Armv6l = "armv6l",
        /// 32-bit Arm from version 7, with hardware floating point.
        Armv7hl = "armv7hl",
        /// 32-bit Arm from version 7.
        Armv7l = "armv7l",
        /// 64-bit Power, big endian.
        Ppc64 = "ppc64",
        /// 64-bit Power, little endian.
        Ppc64le = "ppc64le",
        /// 64-bit RISC-V.
        Riscv64 = "riscv64",
        /// 64-bit IBM Z.
        S390x = "s390x",
    }
}

/// One effect: one that a pre-chroot hook asked for and the worker found possible, or one that a cleanup hook had done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "kebab-case")]
pub enum HostEffect {
    /// Programs of another architecture run, by an emulator of the build host.
    Emulate {
        /// The architecture.
        arch: ForeignArch,
        /// The emulator's file on the build host.
        interpreter: String,
    },
    /// A mount of the build host was unmounted.
    Unmount {
        /// Where it was mounted.
        place: String,
        /// The kind of file system.
        kind: String,
        /// Whether it was taken out of the tree although it may have been in use.
        lazily: bool,
    },
}
