//! What is known of a package, in words that both formats share. Text that is no UTF-8 has U+FFFD in its place.

/// One value or list of values of a header, by the format's own name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// In RPM the name of its tag, in small letters, such as `buildtime`, or its number as `tag-1106`; in a deb that of the control
    /// file's field, or of another file beside it; before that of a file which is not known stands `control/`.
    pub name: String,
    /// At least one.
    pub values: Vec<String>,
}

/// What a package needs, has or refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// In which way.
    pub kind: DependencyKind,
    /// The name; or a rich dependency in its parentheses, or alternatives with `|` between them.
    pub name: String,
    /// RPM's flags (`RPMSENSE_…`): comparison, phase of installation, who generated it.
    pub flags: u32,
    /// Empty where any will do.
    pub version: String,
}

/// The ways in which a package depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the fields' own")]
pub enum DependencyKind {
    Provides,
    /// `Depends` in debs.
    Requires,
    PreDepends,
    Conflicts,
    Breaks,
    Obsoletes,
    Replaces,
    Recommends,
    Suggests,
    Supplements,
    Enhances,
    /// Which package is installed before, where both are.
    Order,
}

/// What runs when a package comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// When.
    pub kind: ScriptKind,
    /// The interpreter and its arguments; empty where the format names none.
    pub interpreter: Vec<String>,
    /// None where the interpreter runs by itself, as `/sbin/ldconfig` does.
    pub body: Option<String>,
    /// RPM's flags (`RPMSCRIPT_FLAG_…`).
    pub flags: u32,
}

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the fields' own")]
pub enum ScriptKind {
    PreIn,
    PostIn,
    PreUn,
    PostUn,
    PreTrans,
    PostTrans,
    PreUnTrans,
    PostUnTrans,
    Verify,
    /// What asks its questions, before a deb is installed.
    Config,
}

/// What runs when another package comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// What it waits for.
    pub kind: TriggerKind,
    /// The interpreter and its arguments.
    pub interpreter: Vec<String>,
    /// The script.
    pub body: String,
    /// RPM's flags (`RPMSCRIPT_FLAG_…`).
    pub flags: u32,
    /// Of file triggers: which runs first.
    pub priority: Option<u32>,
    /// Names of packages or paths of files, each with the moment in its flags.
    pub conditions: Vec<Condition>,
}

/// What a trigger waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TriggerKind {
    /// Another package.
    Package,
    /// Files of any package, after each of them.
    File,
    /// Files of any package, once in a transaction.
    TransactionFile,
}

/// One name that a trigger waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Of a package, or the beginning of a path.
    pub name: String,
    /// RPM's flags (`RPMSENSE_…`): comparison, and when it triggers.
    pub flags: u32,
    /// Empty where any will do.
    pub version: String,
}

/// One entry of a changelog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Seconds since 1970.
    pub time: u64,
    /// Who, and often which version.
    pub author: String,
    /// The entry.
    pub text: String,
}

/// One file, folder, link or device of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute.
    pub path: String,
    /// What it is, by its mode.
    pub kind: EntryKind,
    /// Permissions, and the bits for its kind (`st_mode`).
    pub mode: u32,
    /// The name of its owner. In a deb with the number behind a colon, but for root's 0; only the number where it has no name.
    pub owner: String,
    /// The name of its group, and the number likewise.
    pub group: String,
    /// RPM's flags (`RPMFILE_…`): configuration, documentation, ghost.
    pub flags: u32,
    /// RPM's flags (`RPMVERIFY_…`) of what is to be verified.
    pub verify: u32,
    /// In bytes.
    pub size: u64,
    /// Seconds since 1970.
    pub modified: u64,
    /// Of the content, in lower-case hexadecimal digits; the algorithm is the package's, and MD5 in debs. Empty where there is none.
    pub digest: String,
    /// Where a symlink leads.
    pub target: Option<String>,
    /// The number of a device.
    pub device: u32,
    /// Files of one package with the same numbers of inode and file system are one file (hard links).
    pub inode: u32,
    /// See `inode`.
    pub file_system: u32,
    /// The language, where it is of one.
    pub language: String,
    /// What `file` called it; empty where that was not asked.
    pub class: String,
    /// 1 in programs and libraries of 32 bits, 2 in those of 64.
    pub colour: u32,
    /// Capabilities as text, such as `cap_net_raw=ep`.
    pub capabilities: String,
    /// Places in the package's list of dependencies that come from this file.
    pub dependencies: Vec<u32>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EntryKind {
    File,
    Directory,
    Symlink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
    /// The bits of its mode name no kind.
    Unknown,
}

/// `RPMFILE_GHOST`.
const GHOST: u32 = 1 << 6;

impl Entry {
    /// Whether it is only listed, and has no content in the package.
    pub fn is_ghost(&self) -> bool {
        self.flags & GHOST != 0
    }
}

impl EntryKind {
    /// The upper bits of its mode.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::File => 0o100_000,
            Self::Directory => 0o040_000,
            Self::Symlink => 0o120_000,
            Self::CharacterDevice => 0o020_000,
            Self::BlockDevice => 0o060_000,
            Self::Fifo => 0o010_000,
            Self::Socket => 0o140_000,
            Self::Unknown => 0,
        }
    }

    /// By the upper bits of a mode.
    pub(crate) fn of_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o100_000 => Self::File,
            0o040_000 => Self::Directory,
            0o120_000 => Self::Symlink,
            0o020_000 => Self::CharacterDevice,
            0o060_000 => Self::BlockDevice,
            0o010_000 => Self::Fifo,
            0o140_000 => Self::Socket,
            _ => Self::Unknown,
        }
    }
}
