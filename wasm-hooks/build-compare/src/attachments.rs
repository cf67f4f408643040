//! rpmlint's log and AppStream data, which lie beside the packages.

use crate::codes::{Code, Reason};
use crate::difference::{Difference, Differences};
use crate::log;
use crate::text::first_difference;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::slice::from_ref;
use skink_sdk::{Entry, Failure, Tree};

/// The largest file that is read, in bytes.
const MAX: u64 = 32 << 20;

const LOG: &str = "rpmlint.log";
/// The end of the names of AppStream data.
pub(crate) const APPDATA: &str = "-appdata.xml";

/// A tree and what is in it.
pub(crate) struct Side<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) entries: &'a [Entry],
    /// `VERSION-RELEASE` of its packages, the longest first.
    pub(crate) releases: Vec<&'a str>,
}

impl<'a> Side<'a> {
    /// The file of that name: that of the folder for what is no package, or the first one.
    pub(crate) fn named(&self, name: &str) -> Option<&'a Entry> {
        let named = |entry: &&'a Entry| entry.is_file() && entry.file_name() == name;
        let all = || self.entries.iter().filter(named);
        all().find(|entry| entry.path == format!("OTHER/{name}")).or_else(|| all().next())
    }

    fn text(&self, entry: &Entry) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&self.tree.read(&entry.path, MAX)?).into_owned())
    }
}

/// Compares what rpmlint said of both builds.
///
/// # Errors
/// A log cannot be read.
pub(crate) fn rpmlint_log(old: &Side<'_>, new: &Side<'_>, found: &mut Differences) -> Result<(), Failure> {
    let difference = |what: &str| Difference::new(Code::RpmlintLogDiffers, what).file(LOG);
    let (old_log, new_log) = match (old.named(LOG), new.named(LOG)) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            found.of(None, Reason::RpmlintNew);
            found.add(difference("rpmlint.log is new"));
            return Ok(());
        }
        (Some(_), None) => {
            found.of(None, Reason::RpmlintOld);
            found.add(difference("rpmlint.log was there, and is not any more"));
            return Ok(());
        }
    };
    let old_lines = log::lines(&old.text(old_log)?, &old.releases);
    let new_lines = log::lines(&new.text(new_log)?, &new.releases);
    if old_lines != new_lines {
        let (gone, come) = log::first_difference(&old_lines, &new_lines);
        found.of(None, Reason::RpmlintDiffers);
        found.add(difference("rpmlint.log").values(gone, come));
    }
    Ok(())
}

/// Compares the AppStream data that lie beside the packages, by the names of the files.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn appdata(old: &Side<'_>, new: &Side<'_>, found: &mut Differences) -> Result<(), Failure> {
    let is = |entry: &&Entry| entry.is_file() && entry.file_name().ends_with(APPDATA);
    for entry in new.entries.iter().filter(is) {
        let name = entry.file_name();
        let difference = |what: &str| Difference::new(Code::AppdataDiffers, what).file(name);
        let Some(before) = old.named(name) else {
            found.of(None, Reason::AppdataNew);
            found.add(difference(&format!("{name} is new")));
            continue;
        };
        if old.tree.sha256(from_ref(&before.path))? == new.tree.sha256(from_ref(&entry.path))? {
            continue;
        }
        found.of(None, Reason::AppdataDiffers);
        let (was, is) = (old.text(before)?, new.text(entry)?);
        let line = first_difference((&was, |line| line.into()), (&is, |line| line.into()));
        let difference = difference(name);
        found.add(match line {
            Some(line) => difference.part(format!("line {}", line.number)).values(line.old, line.new),
            None => difference,
        });
    }
    for entry in old.entries.iter().filter(is).filter(|entry| new.named(entry.file_name()).is_none()) {
        let name = entry.file_name();
        let what = format!("{name} was there, and is not any more");
        found.of(None, Reason::AppdataOld);
        found.add(Difference::new(Code::AppdataDiffers, &what).file(name));
    }
    Ok(())
}
