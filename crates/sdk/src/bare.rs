//! What a hook without std needs in its place: an allocator, what a panic does, and the function by which the
//! host's answers get their memory.

#![allow(unsafe_code, reason = "the component model hands memory over by raw pointers")]

use alloc::alloc::{Layout, alloc, realloc};
pub use dlmalloc::GlobalDlmalloc;

// For `memcmp` and its like, which compiled code calls. Nothing of libc that talks to WASI comes with them.
#[cfg(target_arch = "wasm32")]
#[link(name = "c")]
unsafe extern "C" {}

/// Memory for what the host hands to the hook: `cabi_realloc` of the component model.
///
/// # Safety
/// `old` was given by this function with `old_size` and the same `align`, or `old_size` is 0.
pub unsafe fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(if old_size == 0 { size } else { old_size }, align) else {
        stop()
    };
    let memory = match (old_size, size) {
        (0, 0) => return core::ptr::without_provenance_mut(align),
        // SAFETY: the size is not 0.
        (0, _) => unsafe { alloc(layout) },
        // SAFETY: `old` has this layout, as the caller promises; the canonical ABI never shrinks to 0.
        (_, _) => unsafe { realloc(old, layout, size) },
    };
    if memory.is_null() { stop() } else { memory }
}

/// Ends the hook with a trap.
pub fn stop() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    unreachable!("a hook runs as WebAssembly");
}

/// Makes the crate a hook without std. Use it once, with `#![cfg_attr(target_arch = "wasm32", no_std)]`; on other
/// targets, as for unit tests, it is empty.
#[macro_export]
macro_rules! bare {
    () => {
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        #[allow(
            unsafe_code,
            reason = "the component's allocator, by the name that the component model knows"
        )]
        mod bare {
            #[global_allocator]
            static ALLOCATOR: $crate::bare::GlobalDlmalloc = $crate::bare::GlobalDlmalloc;

            #[panic_handler]
            fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
                $crate::bare::stop()
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn cabi_realloc(
                old: *mut u8,
                old_size: usize,
                align: usize,
                size: usize,
            ) -> *mut u8 {
                // SAFETY: the caller is the component model, which keeps the promise.
                unsafe { $crate::bare::cabi_realloc(old, old_size, align, size) }
            }
        }
    };
}
