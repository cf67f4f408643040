//! The packages that others are made of.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_baselibs_conf::{Format, GLOBAL, GLOBAL_DEB, Package as Named};
use skink_sdk::packages::{Field, FileTable, Package};
use skink_sdk::{Context as _, Deb, Failure, Rpm, Tree, packages};

/// What is different between RPMs and packages of Debian.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) format: Format,
    /// How files of packages end.
    pub(crate) suffix: &'static str,
    /// The name of the configuration among the sources.
    pub(crate) conf: &'static str,
    /// The distribution's configuration that is built in.
    pub(crate) global: &'static str,
    /// Fields with name, version and architecture.
    fields: [&'static str; 3],
}

/// Both kinds.
pub(crate) const KINDS: [Kind; 2] = [
    Kind {
        format: Format::Rpm,
        suffix: ".rpm",
        conf: "baselibs.conf",
        global: GLOBAL,
        fields: ["name", "version", "arch"],
    },
    Kind {
        format: Format::Deb,
        suffix: ".deb",
        conf: "baselibs-deb.conf",
        global: GLOBAL_DEB,
        fields: ["Package", "Version", "Architecture"],
    },
];

impl Kind {
    /// The name of the package that a file name tells.
    pub(crate) fn name<'p>(&self, path: &'p str) -> &'p str {
        let file = path.rsplit('/').next().unwrap_or(path);
        let parsed = match self.format {
            Format::Rpm => Rpm::parse(path).map(|rpm| rpm.name),
            Format::Deb => Deb::parse(path).map(|deb| deb.name),
        };
        parsed.unwrap_or_else(|| file.strip_suffix(self.suffix).unwrap_or(file))
    }
}

/// An opened package.
pub(crate) struct Source {
    pub(crate) kind: Kind,
    pub(crate) package: Package,
    pub(crate) files: FileTable,
    fields: Vec<Field>,
}

impl Source {
    pub(crate) fn open(tree: &Tree, path: &str, kind: Kind) -> Result<Self, Failure> {
        let package = packages::open(tree, path).context(format!("opening {path}"))?;
        let (fields, files) = (package.fields(), package.files());
        Ok(Self { kind, package, files, fields })
    }

    /// What the configuration speaks of.
    pub(crate) fn named(&self) -> Named<'_> {
        let [name, version, architecture] = self.kind.fields.map(|name| self.field(name));
        Named { name, version, architecture }
    }

    /// A field's first value; empty where it has none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        // dpkg takes the names of fields in small letters too.
        let field = self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
        field.values.first().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let [rpm, deb] = KINDS;
        for (kind, path, name) in [
            (rpm, "x/liba-devel-1-2.i586.rpm", "liba-devel"),
            (rpm, "a.rpm", "a"),
            (rpm, "a-1.i586.rpm", "a-1.i586"),
            (deb, "DEBS/liba1.0_1:2-3_i386.deb", "liba1.0"),
            (deb, "a.deb", "a"),
        ] {
            assert_eq!(kind.name(path), name, "{path}");
        }
    }
}
