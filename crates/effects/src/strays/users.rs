//! Who works in a place: while anybody does, what is there may be theirs.
//!
//! What a job started itself has ended by then: each part of it ran in a pid namespace that ended with its first process.

use super::table::{self, Process};
use super::{StrayError, place::Place};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A process that works in a place, or that names it in its command line as a `build` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) pid: i32,
    pub(super) name: String,
}

/// Who works in a place, other than ourselves, those above us and those below us.
pub(super) fn user_of(place: &Place) -> Result<Option<User>, StrayError> {
    let user = table::others()?.into_iter().find(|process| works_in(process, place) || names(process, place));
    Ok(user.map(|Process { pid, name, .. }| User { pid, name }))
}

/// Whether its root, program or current folder lies in a place.
fn works_in(process: &Process, place: &Place) -> bool {
    ["root", "exe", "cwd"].iter().any(|link| leads_into(&process.folder().join(link), place))
}

/// Whether a link of `/proc` leads into a place. In a container the same path names another file.
fn leads_into(link: &Path, place: &Place) -> bool {
    let Ok(path) = fs::read_link(link) else { return false };
    if !place.has(&path) {
        return false;
    }
    let (Ok(theirs), Ok(ours)) = (fs::metadata(link), fs::metadata(&path)) else { return false };
    (theirs.dev(), theirs.ino()) == (ours.dev(), ours.ino())
}

fn names(process: &Process, place: &Place) -> bool {
    let line = fs::read(process.folder().join("cmdline")).unwrap_or_default();
    is_named(&line, place.path(), &|path| fs::canonicalize(path).is_ok_and(|path| path == place.path()))
}

/// Whether a word is the place, or an option with the place for its value.
fn is_named(line: &[u8], place: &Path, leads_there: &dyn Fn(&Path) -> bool) -> bool {
    let last = place.file_name().unwrap_or_default().as_bytes();
    line.split(|byte| *byte == 0).any(|word| {
        let value = word.strip_prefix(b"--root=").unwrap_or(word);
        let path = Path::new(OsStr::from_bytes(value));
        // Few words are paths of that name; only those are looked at.
        path.is_absolute() && (path == place || contains(value, last) && leads_there(path))
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn command_lines() {
        let rows: [(&str, bool); 8] = [
            ("build\0--root\0/b/root\0a.spec\0", true),
            ("build\0--root=/b/root\0", true),
            ("build\0--root\0/b/root/\0", true),
            ("build\0--root\0/link/root\0", true),
            ("build\0--root\0/b/root_1\0", false),
            ("less\0/b/root/.build.log\0", false),
            ("sh\0-c\0build --root /b/root\0", false),
            ("", false),
        ];
        for (line, want) in rows {
            let leads = |path: &Path| path == Path::new("/link/root");
            assert_eq!(is_named(line.as_bytes(), Path::new("/b/root"), &leads), want, "{line:?}");
        }
    }

    #[test]
    fn a_link_counts_only_where_it_leads_to_the_same_file() {
        let base = tempfile::tempdir().unwrap();
        let place = Place::resolve(base.path()).unwrap().unwrap();
        let inside = place.path().join("inside");
        fs::create_dir(&inside).unwrap();
        let link = |name: &str, to: &Path| {
            let link = place.path().join(name);
            std::os::unix::fs::symlink(to, &link).unwrap();
            link
        };
        assert!(leads_into(&link("in", &inside), &place));
        assert!(!leads_into(&link("out", Path::new("/usr")), &place));
        assert!(!leads_into(&link("gone", &place.path().join("gone (deleted)")), &place));
        assert!(!leads_into(Path::new("/proc/self/exe"), &place));
    }

    /// Whom we started is no user; who lost its parent is, wherever it stands in the place.
    #[test]
    fn who_works_there() {
        let base = tempfile::tempdir().unwrap();
        let place = Place::resolve(base.path()).unwrap().unwrap();
        let mut own = Command::new("sleep").arg("600").current_dir(base.path()).spawn().unwrap();
        let none = user_of(&place);
        own.kill().unwrap();
        own.wait().unwrap();
        assert_eq!(none.unwrap(), None);

        let script = "exec 3>&1; (exec sleep 600 >&- 2>&- 3>&-) <&- & echo $!";
        let mut start = Command::new("setsid");
        let start = start.args(["sh", "-c", script]).current_dir(base.path()).stdin(Stdio::null());
        let pid = String::from_utf8(start.output().unwrap().stdout).unwrap().trim().to_owned();
        let user = user_of(&place);
        let killed = Command::new("kill").args(["-9", &pid]).status().unwrap();
        assert!(killed.success());
        assert_eq!(user.unwrap().unwrap().pid.to_string(), pid);
    }
}
