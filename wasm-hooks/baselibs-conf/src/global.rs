//! What a distribution says where the settings say nothing else.

/// For RPMs: what openSUSE makes, as `mkbaselibs` of obs-build does where nobody tells it otherwise.
pub const GLOBAL: &str = include_str!("global.conf");

/// For packages of Debian.
pub const GLOBAL_DEB: &str = include_str!("global-deb.conf");
