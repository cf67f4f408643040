//! The job file of `bs_worker`: `<buildinfo>`, which the backend wrote.
//!
//! Every version of OBS adds elements to it, so what is not known is no error, and nothing of it is demanded. It is
//! read with a library that knows no entities but XML's own five and opens nothing; a file with a document type is
//! refused.

use roxmltree::{Document, Node};
use skink_job::NamedFacts;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest job file, in bytes. One with a thousand build dependencies has about 200 KB.
const MAX_FILE: u64 = 16 << 20;

/// Why a job file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildInfoError {
    /// The file cannot be read.
    #[error("cannot read the job file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is too large.
    #[error("the job file {0} has more than {MAX_FILE} bytes")]
    TooLarge(PathBuf),
    /// It is no such XML.
    #[error("the job file {path} is no <buildinfo>: {why}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        why: String,
    },
}

/// The facts of a job file: its attributes, and its elements that hold nothing but text, each by its name. An element
/// that stands several times has several values.
///
/// # Errors
/// See [`BuildInfoError`].
pub fn read_buildinfo(path: &Path) -> Result<NamedFacts, BuildInfoError> {
    let failed = |source| BuildInfoError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut text = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut text).map_err(failed)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_FILE {
        return Err(BuildInfoError::TooLarge(path.to_owned()));
    }
    parse(&text).map_err(|why| BuildInfoError::Malformed { path: path.to_owned(), why })
}

fn parse(text: &[u8]) -> Result<NamedFacts, String> {
    let text = str::from_utf8(text).map_err(|error| error.to_string())?;
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "buildinfo" {
        return Err(format!("its element is <{}>", root.tag_name().name()));
    }
    let attributes = root.attributes().map(|attribute| (attribute.name(), attribute.value()));
    let elements =
        root.children().filter(is_text).map(|node| (node.tag_name().name(), node.text().unwrap_or("")));
    let mut facts = NamedFacts::new();
    for (name, value) in attributes.chain(elements) {
        facts.entry(name.to_owned()).or_default().push(value.trim().to_owned());
    }
    Ok(facts)
}

fn is_text(node: &Node<'_, '_>) -> bool {
    node.is_element() && node.attributes().len() == 0 && !node.children().any(|child| child.is_element())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = include_str!("../tests/job.xml");

    #[test]
    fn a_job_of_the_backend() {
        let facts = parse(JOB.as_bytes()).unwrap();
        let rows = [
            ("project", "e2e"),
            ("repository", "standard"),
            ("package", "hello"),
            ("arch", "x86_64"),
            ("file", "hello.spec"),
            ("srcmd5", "a8335890f069c869773883398a6a2a9d"),
            ("reason", "new build"),
            ("release", "1.1"),
            ("needed", "0"),
        ];
        for (name, want) in rows {
            assert_eq!(facts.get(name).map(Vec::as_slice), Some([want.to_owned()].as_slice()), "{name}");
        }
        // What it is built with is no fact of the job.
        assert!(!facts.contains_key("bdep") && !facts.contains_key("path"));
    }

    #[test]
    fn unknown_elements_are_no_errors_and_other_files_are() {
        let more =
            JOB.replace("<rev>", "<genbuildreqs>x</genbuildreqs><module>a</module><module>b</module><rev>");
        assert_eq!(parse(more.as_bytes()).unwrap()["module"], ["a", "b"]);
        let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><buildinfo><arch>&b;</arch></buildinfo>";
        let outside =
            "<!DOCTYPE b [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><buildinfo><arch>&a;</arch></buildinfo>";
        let deep = "<buildinfo>".repeat(100_000);
        let (cut, _) = JOB.split_at(JOB.len() / 2);
        let rows: [&[u8]; 9] = [
            b"",
            b"no xml",
            b"<worker/>",
            b"<buildinfo>&nbsp;</buildinfo>",
            b"<buildinfo>\xff</buildinfo>",
            bomb.as_bytes(),
            outside.as_bytes(),
            deep.as_bytes(),
            cut.as_bytes(),
        ];
        for text in rows {
            assert!(parse(text).is_err(), "{}", String::from_utf8_lossy(text.get(..60).unwrap_or(text)));
        }
    }

    #[test]
    fn a_file_is_read_and_a_larger_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        assert!(matches!(read_buildinfo(&path), Err(BuildInfoError::Read { .. })));
        std::fs::write(&path, JOB).unwrap();
        assert_eq!(read_buildinfo(&path).unwrap()["package"], ["hello"]);
        File::options().write(true).open(&path).unwrap().set_len(MAX_FILE + 1).unwrap();
        assert!(matches!(read_buildinfo(&path), Err(BuildInfoError::TooLarge(_))));
    }
}
