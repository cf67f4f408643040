//! The macros that make a crate a hook.

/// Declares the macro that exports a type as the hook of one phase.
macro_rules! exporter {
    ($d:tt $(#[$doc:meta])* $macro:ident, $module:ident, $export:ident) => {
        $(#[$doc])*
        #[macro_export]
        macro_rules! $macro {
            ($d hook:ident) => {
                #[doc(hidden)]
                #[allow(unsafe_code, reason = "the exported functions of the component")]
                mod $module {
                    use super::$d hook as Hook;
                    $d crate::__phases::$module::$export!(Hook with_types_in $d crate::__phases::$module);
                }
            };
        }
    };
}

exporter!($ /// Exports a type that implements [`Allocate`](crate::Allocate).
    allocate, allocate, export_allocate);
exporter!($ /// Exports a type that implements [`PreChroot`](crate::PreChroot).
    pre_chroot, pre_chroot, export_pre_chroot);
exporter!($ /// Exports a type that implements [`Transform`](crate::Transform).
    transform, transform, export_transform);
exporter!($ /// Exports a type that implements [`Check`](crate::Check).
    check, check, export_check);
exporter!($ /// Exports a type that implements [`Cleanup`](crate::Cleanup).
    cleanup, cleanup, export_cleanup);

/// Puts the manifest, JSON text, into the module: the custom section `skink:manifest`.
///
/// Admission reads it there without running the module. Use it once in a hook.
#[macro_export]
macro_rules! manifest {
    ($json:expr) => {
        #[allow(unsafe_code, reason = "names the section that holds the bytes; nothing is called")]
        const _: () = {
            const TEXT: &str = $json;
            #[used]
            #[cfg_attr(target_arch = "wasm32", unsafe(link_section = "skink:manifest"))]
            static SECTION: [u8; TEXT.len()] = $crate::__bytes(TEXT);
        };
    };
}

/// The bytes of a text as an array, for a static.
#[doc(hidden)]
pub const fn __bytes<const N: usize>(text: &str) -> [u8; N] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => [0; N],
    }
}
