//! What wit-bindgen makes of `wit/`: once for everything that a hook may import, then once a phase for its
//! export, on the same types.

#![allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated")]
#![allow(clippy::all, clippy::restriction, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit",
    inline: "
        package skink:sdk;
        world imports {
            import skink:hook/types@0.1.0;
            import skink:hook/job@0.1.0;
            import skink:hook/report@0.1.0;
            import skink:hook/files@0.1.0;
            import skink:hook/outbox@0.1.0;
            import skink:hook/packages@0.1.0;
            import skink:hook/derive@0.1.0;
            import skink:hook/tools@0.1.0;
            import skink:hook/plan@0.1.0;
            import skink:hook/effects@0.1.0;
            import skink:hook/mounts@0.1.0;
            import skink:hook/allocate-context@0.1.0;
            import skink:hook/pre-chroot-context@0.1.0;
            import skink:hook/transform-context@0.1.0;
            import skink:hook/check-context@0.1.0;
            import skink:hook/cleanup-context@0.1.0;
        }
    ",
    world: "skink:sdk/imports",
    generate_all,
});

/// What each phase hands its hook.
pub mod contexts {
    use super::skink::hook;
    pub use hook::allocate_context::Context as AllocateContext;
    pub use hook::check_context::Context as CheckContext;
    pub use hook::cleanup_context::Context as CleanupContext;
    pub use hook::pre_chroot_context::Context as PreChrootContext;
    pub use hook::transform_context::Context as TransformContext;
}

/// One module a phase, each with the trait and the macro that exports it.
pub mod phases {
    /// Declares the module of one phase: its world, the name of its macro, and the interfaces that the world
    /// imports.
    macro_rules! phase {
        ($module:ident, $world:literal, $export:literal, { $($interface:literal: $path:ident,)+ }) => {
            pub mod $module {
                wit_bindgen::generate!({
                    path: "../../wit",
                    world: $world,
                    pub_export_macro: true,
                    export_macro_name: $export,
                    with: { $($interface: crate::bindings::skink::hook::$path,)+ },
                });
            }
        };
    }

    phase!(allocate, "allocate-hook", "export_allocate", {
        "skink:hook/types@0.1.0": types,
        "skink:hook/job@0.1.0": job,
        "skink:hook/report@0.1.0": report,
        "skink:hook/allocate-context@0.1.0": allocate_context,
    });
    phase!(pre_chroot, "pre-chroot-hook", "export_pre_chroot", {
        "skink:hook/types@0.1.0": types,
        "skink:hook/job@0.1.0": job,
        "skink:hook/report@0.1.0": report,
        "skink:hook/files@0.1.0": files,
        "skink:hook/tools@0.1.0": tools,
        "skink:hook/plan@0.1.0": plan,
        "skink:hook/effects@0.1.0": effects,
        "skink:hook/pre-chroot-context@0.1.0": pre_chroot_context,
    });
    phase!(transform, "transform-hook", "export_transform", {
        "skink:hook/types@0.1.0": types,
        "skink:hook/job@0.1.0": job,
        "skink:hook/report@0.1.0": report,
        "skink:hook/files@0.1.0": files,
        "skink:hook/tools@0.1.0": tools,
        "skink:hook/outbox@0.1.0": outbox,
        "skink:hook/packages@0.1.0": packages,
        "skink:hook/derive@0.1.0": derive,
        "skink:hook/transform-context@0.1.0": transform_context,
    });
    phase!(check, "check-hook", "export_check", {
        "skink:hook/types@0.1.0": types,
        "skink:hook/job@0.1.0": job,
        "skink:hook/report@0.1.0": report,
        "skink:hook/files@0.1.0": files,
        "skink:hook/tools@0.1.0": tools,
        "skink:hook/packages@0.1.0": packages,
        "skink:hook/check-context@0.1.0": check_context,
    });
    phase!(cleanup, "cleanup-hook", "export_cleanup", {
        "skink:hook/types@0.1.0": types,
        "skink:hook/job@0.1.0": job,
        "skink:hook/report@0.1.0": report,
        "skink:hook/mounts@0.1.0": mounts,
        "skink:hook/cleanup-context@0.1.0": cleanup_context,
    });

    pub use allocate::exports::skink::hook::allocate::{Answer, Guest as Allocate};
    pub use check::exports::skink::hook::check::Guest as Check;
    pub use cleanup::exports::skink::hook::cleanup::Guest as Cleanup;
    pub use pre_chroot::exports::skink::hook::pre_chroot::Guest as PreChroot;
    pub use transform::exports::skink::hook::transform::Guest as Transform;
}
