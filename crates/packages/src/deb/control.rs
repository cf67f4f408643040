//! The control archive: what dpkg is told of the package, in a few small files.
//!
//! Invariant: together they take no more than [`Bounds::header_bytes`], and each has one name, so that no two readers see two of them.
//! What one says is told, be it known or not.

use super::tar::{Archive, What};
use super::{relations, stanza};
use crate::{Bounds, Dependency, Field, PackageError, Script, ScriptKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(super) const SCRIPTS: [(&str, ScriptKind); 5] = [
    ("preinst", ScriptKind::PreIn),
    ("postinst", ScriptKind::PostIn),
    ("prerm", ScriptKind::PreUn),
    ("postrm", ScriptKind::PostUn),
    ("config", ScriptKind::Config),
];

/// Files that are shown whole, as a field's value. `triggers` is shown by its lines.
pub(super) const SHOWN: [&str; 4] = ["conffiles", "shlibs", "symbols", "templates"];

/// A file that is shown by its lines.
const TRIGGERS: &str = "triggers";

/// What stands before the name of a file that is not known. So it is none of the fields that `control` may have, some of which nobody
/// compares.
const BEFORE_NAME: &str = "control/";

/// What stands before the digest of a file that is no text.
const DIGEST: &str = "sha256:";

/// The most control files. Distributions have a dozen.
const FILES: u64 = 1024;

/// What has the fields.
pub(super) const CONTROL: &str = "control";

/// Files in which paths of the package are listed.
pub(super) const MD5SUMS: &str = "md5sums";
pub(super) const CONFFILES: &str = "conffiles";

/// What a conffile may have before its path, which is then none of the package's files.
pub(super) const REMOVED: &[u8] = b"remove-on-upgrade ";

/// Digits of an MD5 sum.
const DIGITS: usize = 32;

/// The control files.
#[derive(Debug)]
pub(super) struct Control {
    fields: Vec<(String, String)>,
    /// `control` is among them.
    files: BTreeMap<Vec<u8>, File>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Without the bits for its kind.
    pub(super) mode: u32,
    pub(super) content: Vec<u8>,
}

impl Control {
    pub(super) fn read(mut archive: Archive<'_>, bounds: Bounds) -> Result<Self, PackageError> {
        let mut files: BTreeMap<Vec<u8>, File> = BTreeMap::new();
        let mut held = 0;
        while let Some(head) = archive.next()? {
            let Some(name) = head.path.strip_prefix(b"/").filter(|name| !name.is_empty()) else { continue };
            let shown = || String::from_utf8_lossy(name).into_owned();
            let linked = match &head.what {
                What::Directory => continue,
                What::File => None,
                What::HardLink(to) => {
                    let to: Option<&File> = to.strip_prefix(b"/").and_then(|to| files.get(to));
                    Some(to.ok_or_else(|| {
                        PackageError::corrupt(format!("the control file {:?} links to none", shown()))
                    })?)
                }
                What::Symlink(_) | What::Device(..) | What::Fifo => {
                    return Err(PackageError::Unsupported(format!(
                        "the control file {:?}, which is no plain file,",
                        shown()
                    )));
                }
            };
            held += linked.map_or(head.size, |file| file.content.len() as u64);
            PackageError::within("what the control files take", held, bounds.header_bytes.into())?;
            let content = match linked {
                Some(file) => file.content.clone(),
                None => archive.stream().read_all()?,
            };
            if files.insert(name.to_vec(), File { mode: head.mode, content }).is_some() {
                return Err(PackageError::corrupt(format!("the control file {:?} comes twice", shown())));
            }
            PackageError::within("the number of control files", files.len() as u64, FILES)?;
        }
        let control = files.get(CONTROL.as_bytes());
        let control = control.ok_or_else(|| PackageError::corrupt("it has no file control"))?;
        let control = Self { fields: stanza::read(&String::from_utf8_lossy(&control.content))?, files };
        for name in ["Package", "Version", "Architecture"] {
            if control.field(name).is_none_or(str::is_empty) {
                return Err(PackageError::corrupt(format!("it has no field {name}")));
            }
        }
        Ok(control)
    }

    /// A field's value. Names are the same in large and small letters.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_str())
    }

    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name.as_bytes()).map(|file| file.content.as_slice())
    }

    /// All control files by their names.
    pub(super) fn files(&self) -> &BTreeMap<Vec<u8>, File> {
        &self.files
    }

    fn text(&self, name: &str) -> Option<String> {
        self.file(name).map(|file| String::from_utf8_lossy(file).into_owned())
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        let field =
            |(name, value): &(String, String)| Field { name: name.clone(), values: vec![value.clone()] };
        let mut fields: Vec<Field> = self.fields.iter().map(field).collect();
        let triggers = self.text(TRIGGERS).unwrap_or_default();
        let triggers: Vec<String> =
            triggers.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
        if !triggers.is_empty() {
            fields.push(Field { name: TRIGGERS.to_owned(), values: triggers });
        }
        let whole = |name: &&str| Some(Field { name: (*name).to_owned(), values: vec![self.text(name)?] });
        fields.extend(SHOWN.iter().filter_map(whole));
        let unknown = self.files.iter().filter(|(name, _)| !is_known(name));
        fields.extend(unknown.map(|(name, file)| Field {
            name: format!("{BEFORE_NAME}{}", String::from_utf8_lossy(name)),
            values: vec![shown(&file.content)],
        }));
        fields
    }

    pub(super) fn dependencies(&self) -> Result<Vec<Dependency>, PackageError> {
        relations::read(|name| self.field(name))
    }

    pub(super) fn scripts(&self) -> Vec<Script> {
        let script = |(name, kind): &(&str, ScriptKind)| {
            let body = self.text(name)?;
            let first = body.lines().next().and_then(|line| line.strip_prefix("#!"));
            let interpreter = first.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
            Some(Script { kind: *kind, interpreter, body: Some(body), flags: 0 })
        };
        SCRIPTS.iter().filter_map(script).collect()
    }

    /// Absolute paths of the files that are configuration.
    pub(super) fn conffiles(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.file(CONFFILES).unwrap_or_default().split(|byte| *byte == b'\n');
        lines.map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty() && !line.starts_with(REMOVED))
    }

    /// Absolute paths and the MD5 sums of their files.
    pub(super) fn digests(&self) -> impl Iterator<Item = Result<(Vec<u8>, String), PackageError>> {
        let lines = self.file(MD5SUMS).unwrap_or_default().split(|byte| *byte == b'\n');
        lines.filter(|line| !line.trim_ascii().is_empty()).map(|line| {
            digest(line).ok_or_else(|| {
                let line = String::from_utf8_lossy(line);
                PackageError::corrupt(format!("its file md5sums has a line that says no sum: {line:?}"))
            })
        })
    }
}

/// Whether a control file is told in words of its own, or in those of the files that it lists.
fn is_known(name: &[u8]) -> bool {
    let scripts = SCRIPTS.iter().map(|(name, _)| *name);
    scripts.chain(SHOWN).chain([CONTROL, MD5SUMS, TRIGGERS]).any(|known| known.as_bytes() == name)
}

/// A file's text; or its digest, where it has bytes that are none, or begins as such a digest does.
fn shown(content: &[u8]) -> String {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    let text = std::str::from_utf8(content).ok();
    match text.filter(|text| !text.starts_with(DIGEST) && !text.contains(is_odd)) {
        Some(text) => text.to_owned(),
        None => format!("{DIGEST}{}", hex::encode(Sha256::digest(content))),
    }
}

/// A sum, two characters of which the second tells how the file was read, and the path from the root.
fn digest(line: &[u8]) -> Option<(Vec<u8>, String)> {
    let (digits, path) = line.split_at_checked(DIGITS)?;
    let digits = std::str::from_utf8(digits).ok().filter(|all| all.bytes().all(|c| c.is_ascii_hexdigit()))?;
    let path = path.strip_prefix(b"  ").or_else(|| path.strip_prefix(b" *"))?;
    let path = path.strip_prefix(b"./").or_else(|| path.strip_prefix(b"/")).unwrap_or(path);
    Some(([b"/", path].concat(), digits.to_ascii_lowercase()))
}
