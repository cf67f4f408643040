//! What a derived package is to be. One recipe serves both formats; what one of them cannot say, its writer refuses.

use crate::{Dependency, Field, PackageError, Script, Trigger};

/// A package that is made of another one. What it does not say is as in the original.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recipe {
    /// Values that differ from the original's, by the names of [`Field`]; one without values is left out. Of an RPM only those that
    /// [`Recipe::SETTABLE_OF_RPM`] names; see [`Deb::derive`](crate::deb::Deb::derive) for those of a deb.
    pub fields: Vec<Field>,
    /// All dependencies but what rpm itself adds to each package: that it provides itself, and which features of rpm it needs.
    pub dependencies: Vec<Dependency>,
    /// All scripts.
    pub scripts: Vec<Script>,
    /// All triggers.
    pub triggers: Vec<Trigger>,
    /// All files, in any order.
    pub files: Vec<Placed>,
}

impl Recipe {
    /// The fields that a recipe may set of an RPM.
    pub const SETTABLE_OF_RPM: [&str; 14] = [
        "name",
        "version",
        "release",
        "epoch",
        "arch",
        "summary",
        "description",
        "group",
        "url",
        "vendor",
        "license",
        "packager",
        "distribution",
        "platform",
    ];
}

/// One file of a derived package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Absolute.
    pub path: String,
    /// What it is.
    pub origin: Origin,
}

impl Placed {
    /// That its path has one meaning.
    pub(crate) fn check_path(&self) -> Result<(), PackageError> {
        let odd = |part: &str| matches!(part, "" | "." | "..") || part.contains('\0');
        if self.path.strip_prefix('/').is_some_and(|rest| !rest.split('/').any(odd)) {
            return Ok(());
        }
        Err(PackageError::recipe(format!("{:?} is no plain absolute path", self.path)))
    }
}

/// Where a file of a derived package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is one of the original's files, by its place, with all that is said of that.
    Original(u32),
    /// It is one of the original's files, of which something else is said.
    Altered(Altered),
    /// A new symlink, of root, that leads there.
    Symlink(String),
    /// A new directory, of root, with the permissions 0755.
    Directory,
}

/// One of the original's files, with what is said of it in another way than there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// Its place.
    pub file: u32,
    /// `RPMFILE_…` of rpm.
    pub flags: Option<u32>,
    /// Where it leads. Only of symlinks.
    pub target: Option<String>,
}

/// How many bytes the names of files take: one file of the original may be placed any number of times.
pub(crate) struct Names {
    bytes: u64,
    most: u64,
}

impl Names {
    pub(crate) fn new(most: u64) -> Self {
        Self { bytes: 0, most }
    }

    /// Counts those of one more file.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), PackageError> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        PackageError::within("what the names of files take", self.bytes, self.most)
    }
}
