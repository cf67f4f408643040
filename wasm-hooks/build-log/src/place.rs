//! Where a message points to: a file, as the package's sources have it, and a line.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// A place as a compiler writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl Place {
    /// Reads `FILE`, `FILE:LINE` or `FILE:LINE:COLUMN`. None where it is no file that has a line.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (rest, last) = text.rsplit_once(':')?;
        let last = number(last)?;
        let (file, line, column) =
            match rest.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?))) {
                Some((file, line)) => (file, line, Some(last)),
                None => (rest, last, None),
            };
        let known = |number: u32| Some(number).filter(|number| *number > 0);
        is_file(file).then(|| Self {
            file: file.to_owned(),
            line: known(line),
            column: column.and_then(known),
        })
    }
}

fn number(text: &str) -> Option<u32> {
    // `u32` would also take a sign.
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Whether it may be the name of a file, which a time, `12:30:45`, is not.
fn is_file(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ':' | '\'' | '"' | '(' | ')');
    (text.contains(['.', '/']) || text.ends_with("akefile")) && text.chars().all(plain)
}

/// Where make is, told by its own words.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// Level of recursion and folder, the innermost last.
    entered: Vec<(u32, String)>,
}

/// Folders that are remembered; deeper ones are not.
const MAX_DEPTH: usize = 64;

impl Folders {
    /// `make[LEVEL]: Entering directory 'FOLDER'`.
    pub(crate) fn enter(&mut self, level: u32, folder: &str) {
        self.entered.retain(|(other, _)| *other < level);
        if self.entered.len() < MAX_DEPTH {
            self.entered.push((level, folder.to_owned()));
        }
    }

    /// `make[LEVEL]: Leaving directory 'FOLDER'`. With several jobs another make may be in another folder by then.
    pub(crate) fn leave(&mut self, level: u32, folder: &str) {
        self.entered.retain(|(other, entered)| *other < level || (*other == level && entered != folder));
    }

    /// The file as the package's sources have it: relative to the folder that was unpacked, where it lies there.
    pub(crate) fn resolve(&self, file: &str) -> String {
        if file.starts_with('/') {
            return in_sources(&tidy(file));
        }
        match self.entered.last() {
            Some((_, folder)) if folder.starts_with('/') => {
                let mut path = folder.clone();
                path.push('/');
                path.push_str(file);
                in_sources(&tidy(&path))
            }
            Some(_) | None => tidy(file),
        }
    }
}

/// Cuts off where the build unpacked the sources or installed the files.
fn in_sources(path: &str) -> String {
    if let Some((_, rest)) = path.split_once("/BUILDROOT/") {
        // NAME-VERSION-RELEASE.ARCH/usr/…
        return rest.split_once('/').map_or(path, |(_, rest)| path_from(path, rest)).to_owned();
    }
    if let Some((_, rest)) = path.split_once("/BUILD/") {
        let (first, below) = rest.split_once('/').unwrap_or(("", rest));
        // Since rpm 4.20 a folder NAME-VERSION-build is around it.
        let inner = below.split_once('/').filter(|_| first.ends_with("-build"));
        return inner.map_or(below, |(_, inner)| inner).to_owned();
    }
    if let Some((_, rest)) = path.split_once("/SOURCES/") {
        return rest.to_owned();
    }
    path.to_owned()
}

/// `path` from the slash before its end `rest` on.
fn path_from<'a>(path: &'a str, rest: &str) -> &'a str {
    let start = path.len().saturating_sub(rest.len()).saturating_sub(1);
    path.get(start..).unwrap_or(path)
}

/// Without `.` and `..`; what is above the beginning is not known.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let mut tidied = String::with_capacity(path.len());
    if path.starts_with('/') {
        tidied.push('/');
    }
    tidied.push_str(&parts.join("/"));
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let rows = [
            ("w.c:5:33", Some(("w.c", Some(5), Some(33)))),
            ("src/w.c:5", Some(("src/w.c", Some(5), None))),
            ("/usr/include/string.h:535", Some(("/usr/include/string.h", Some(535), None))),
            ("./inc.h:0:0", Some(("./inc.h", None, None))),
            ("GNUmakefile:3", Some(("GNUmakefile", Some(3), None))),
            ("w.c", None),
            ("12:30:45", None),
            ("<command-line>:0:0", None),
            ("two words.c:1:2", None),
            ("a.c:+1:2", None),
            ("a.c:99999999999:1", None),
            ("a.o:/b.c:1", None),
            ("", None),
            (":1:2", None),
        ];
        for (text, want) in rows {
            let place = Place::parse(text);
            let seen = place.as_ref().map(|p| (p.file.as_str(), p.line, p.column));
            assert_eq!(seen, want, "{text}");
        }
    }

    #[test]
    fn files_are_named_as_the_sources_have_them() {
        const TOP: &str = "/home/abuild/rpmbuild/BUILD/hello-1.0";
        let rows = [
            (None, "hello.c", "hello.c"),
            (None, "./src/../inc.h", "inc.h"),
            (None, "../../src/hello.c", "src/hello.c"),
            (None, "/home/abuild/rpmbuild/BUILD/hello-1.0/src/x.c", "src/x.c"),
            (None, "/home/abuild/rpmbuild/BUILD/hello-1.0-build/hello-1.0/src/x.c", "src/x.c"),
            (None, "/usr/src/packages/BUILD/x.c", "x.c"),
            (None, "/home/abuild/rpmbuild/SOURCES/x.c", "x.c"),
            (None, "/home/abuild/rpmbuild/BUILDROOT/hello-1.0-0.x86_64/usr/bin/x", "/usr/bin/x"),
            (None, "/usr/include/../include/stdio.h", "/usr/include/stdio.h"),
            (Some(TOP), "hello.c", "hello.c"),
            (Some("/home/abuild/rpmbuild/BUILD/hello-1.0/lib"), "x.c", "lib/x.c"),
            (Some("/home/abuild/rpmbuild/BUILD/hello-1.0/lib"), "../inc/x.h", "inc/x.h"),
            (Some("/home/abuild/rpmbuild/BUILD/hello-1.0/lib"), "/usr/include/x.h", "/usr/include/x.h"),
            (Some("lib"), "x.c", "x.c"),
        ];
        for (folder, file, want) in rows {
            let mut folders = Folders::default();
            folder.into_iter().for_each(|folder| folders.enter(1, folder));
            assert_eq!(folders.resolve(file), want, "{file} in {folder:?}");
        }
    }

    #[test]
    fn make_goes_in_and_out() {
        let mut folders = Folders::default();
        folders.enter(0, "/b/BUILD/p");
        folders.enter(1, "/b/BUILD/p/lib");
        assert_eq!(folders.resolve("x.c"), "lib/x.c");
        // With two jobs, two makes of one level.
        folders.enter(1, "/b/BUILD/p/src");
        folders.leave(1, "/b/BUILD/p/lib");
        assert_eq!(folders.resolve("x.c"), "src/x.c");
        folders.leave(1, "/b/BUILD/p/src");
        assert_eq!(folders.resolve("x.c"), "x.c");
        folders.leave(0, "/b/BUILD/p");
        (0..1000).for_each(|level| folders.enter(level, "/d"));
        assert_eq!(folders.entered.len(), MAX_DEPTH);
    }
}
