use std::io;

/// Why a package cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// It is none of the formats that are known.
    #[error("it is no package: {0}")]
    NotAPackage(&'static str),
    /// It ends too early.
    #[error("it ends in the midst of {0}; it was not written or copied to its end")]
    Truncated(&'static str),
    /// Its parts do not hold together.
    #[error("it is corrupt: {0}")]
    Corrupt(String),
    /// It is larger than what is read here.
    #[error("{what} is {found}, and at most {most} is read")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large that is, as the package says.
        found: u64,
        /// The bound.
        most: u64,
    },
    /// It takes longer to read than it may.
    #[error("the time to read it is over")]
    Late,
    /// A way of writing packages that is not known here.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// What a package is to be made into is not possible.
    #[error("no package can be made so: {0}")]
    Recipe(String),
    /// The file itself cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[source] io::Error),
}

impl PackageError {
    /// Whether the machine is at fault, and not the package.
    pub fn is_of_machine(&self) -> bool {
        matches!(self, Self::Io(_))
    }

    /// Whether it is larger than what is read.
    pub fn is_bound(&self) -> bool {
        matches!(self, Self::TooLarge { .. })
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }

    pub(crate) fn recipe(what: impl Into<String>) -> Self {
        Self::Recipe(what.into())
    }

    /// Of reading a part: an end is one of the package, anything else one of the machine.
    pub(crate) fn reading(part: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| {
            if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated(part) } else { Self::Io(error) }
        }
    }

    /// That a number is within its bound.
    pub fn within(what: &'static str, found: u64, most: u64) -> Result<(), Self> {
        if found <= most { Ok(()) } else { Err(Self::TooLarge { what, found, most }) }
    }
}
