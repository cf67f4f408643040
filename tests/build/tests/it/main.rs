//! Real packages, built by the real `build`, with hooks around it. Run by `cargo xtask test build`.

mod checks;
mod faults;
mod hooks;
mod modes;
mod parity;
mod refused;
