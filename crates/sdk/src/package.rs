//! File names of packages.

/// The parts of an RPM's file name, `NAME-VERSION-RELEASE.ARCH.rpm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rpm<'a> {
    /// The package's name.
    pub name: &'a str,
    /// The version, without epoch.
    pub version: &'a str,
    /// The release.
    pub release: &'a str,
    /// The architecture; `src` or `nosrc` for a source package.
    pub arch: &'a str,
}

impl<'a> Rpm<'a> {
    /// Takes a file name apart; folders in front of it are passed over.
    pub fn parse(path: &'a str) -> Option<Self> {
        let stem = file_name(path).strip_suffix(".rpm")?;
        let (rest, arch) = stem.rsplit_once('.')?;
        let (rest, release) = rest.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        let whole = [name, version, release, arch].iter().all(|part| !part.is_empty());
        whole.then_some(Self { name, version, release, arch })
    }

    /// Whether it is a source package.
    pub fn is_source(&self) -> bool {
        matches!(self.arch, "src" | "nosrc")
    }
}

/// The parts of a Debian package's file name, `NAME_VERSION_ARCH.deb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deb<'a> {
    /// The package's name.
    pub name: &'a str,
    /// The version, with its Debian revision, without epoch.
    pub version: &'a str,
    /// The architecture, or `all`.
    pub arch: &'a str,
}

impl<'a> Deb<'a> {
    /// Takes a file name apart; folders in front of it are passed over.
    pub fn parse(path: &'a str) -> Option<Self> {
        let mut parts = file_name(path).strip_suffix(".deb")?.split('_');
        let (name, version, arch) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = [name, version, arch].iter().all(|part| !part.is_empty()) && parts.next().is_none();
        whole.then_some(Self { name, version, arch })
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpm_names() {
        let rows = [
            (
                "RPMS/x86_64/libgreet-devel-1.0-2.3.x86_64.rpm",
                Some(("libgreet-devel", "1.0", "2.3", "x86_64")),
            ),
            ("hello-1.0-0.nosrc.rpm", Some(("hello", "1.0", "0", "nosrc"))),
            ("hello-1.0.x86_64.rpm", None),
            ("-1.0-0.noarch.rpm", None),
            ("hello-1.0-0.rpm.bak", None),
            ("", None),
        ];
        for (path, expected) in rows {
            let parts = Rpm::parse(path).map(|r| (r.name, r.version, r.release, r.arch));
            assert_eq!(parts, expected, "{path}");
        }
        assert!(Rpm::parse("a-1-1.src.rpm").is_some_and(|r| r.is_source()));
        assert!(Rpm::parse("a-1-1.noarch.rpm").is_some_and(|r| !r.is_source()));
    }

    #[test]
    fn deb_names() {
        let rows = [
            ("DEBS/hello_2.10-3_amd64.deb", Some(("hello", "2.10-3", "amd64"))),
            ("hello_2.10-3.deb", None),
            ("a_b_c_d.deb", None),
            ("hello__all.deb", None),
        ];
        for (path, expected) in rows {
            assert_eq!(Deb::parse(path).map(|d| (d.name, d.version, d.arch)), expected, "{path}");
        }
    }
}
