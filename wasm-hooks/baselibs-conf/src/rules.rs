//! What is said of one package for one target.

use crate::ConfError;
use crate::line::Line;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// One rule, with the line that it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Rule<'a> {
    /// As it is written, with variables replaced.
    pub(crate) text: String,
    pub(crate) line: &'a Line,
}

impl Rule<'_> {
    /// That it cannot be obeyed.
    pub(crate) fn error(&self, why: impl Into<String>) -> ConfError {
        self.line.error(why)
    }
}

/// Rules of one kind each, in their order.
pub(crate) type List<'a> = Vec<Rule<'a>>;

/// All that is said of a package for a target.
#[derive(Debug, Default)]
pub struct Rules<'a> {
    /// The new package's name.
    pub name: String,
    /// A folder in front of all files.
    pub prefix: String,
    /// The new package's version, in place of the original's; empty where it has that.
    pub legacy_version: String,
    /// Where files of configuration lie in the new package.
    pub config_folder: String,
    /// Whether dependencies come from the files themselves.
    pub has_own_dependencies: bool,
    /// The line that gave the name.
    pub(crate) name_line: Option<&'a Line>,
    /// Names the files, for what is wrong with all of them.
    pub(crate) conf: Arc<str>,
    pub(crate) files: List<'a>,
    pub(crate) config: List<'a>,
    pub(crate) provides: List<'a>,
    pub(crate) requires: List<'a>,
    pub(crate) prerequires: List<'a>,
    pub(crate) recommends: List<'a>,
    pub(crate) supplements: List<'a>,
    pub(crate) suggests: List<'a>,
    pub(crate) obsoletes: List<'a>,
    pub(crate) conflicts: List<'a>,
    pub(crate) pre_in: List<'a>,
    pub(crate) post_in: List<'a>,
    pub(crate) pre_un: List<'a>,
    pub(crate) post_un: List<'a>,
}

impl<'a> Rules<'a> {
    /// That they cannot be obeyed as a whole.
    pub(crate) fn error(&self, why: impl Into<String>) -> ConfError {
        ConfError::new(&self.conf, 0, why)
    }

    pub(crate) fn list(&mut self, word: &str) -> Option<&mut List<'a>> {
        Some(match word {
            "baselib" => &mut self.files,
            "config" => &mut self.config,
            "provides" => &mut self.provides,
            "requires" => &mut self.requires,
            "prereq" => &mut self.prerequires,
            "recommends" => &mut self.recommends,
            "supplements" => &mut self.supplements,
            "suggests" => &mut self.suggests,
            "obsoletes" => &mut self.obsoletes,
            "conflicts" => &mut self.conflicts,
            "pre" | "prein" => &mut self.pre_in,
            "post" | "postin" => &mut self.post_in,
            "preun" => &mut self.pre_un,
            "postun" => &mut self.post_un,
            _ => return None,
        })
    }
}
