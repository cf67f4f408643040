//! The context of each phase: the one source of all handles.
//!
//! Invariant: a getter gives a handle only where the grant covers it. Without it the guest is told so and the
//! audit too; there is no other way to that handle.

mod allocate;
mod check;
mod cleanup;
mod give;
mod pre_chroot;
mod transform;

/// What an allocate hook is handed.
#[derive(Debug)]
pub struct AllocateContext;

/// What a pre-chroot hook is handed.
#[derive(Debug)]
pub struct PreChrootContext;

/// What a transform is handed.
#[derive(Debug)]
pub struct TransformContext;

/// What a check is handed.
#[derive(Debug)]
pub struct CheckContext;

/// What a cleanup hook is handed.
#[derive(Debug)]
pub struct CleanupContext;
