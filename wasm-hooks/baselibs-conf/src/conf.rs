//! All files of a configuration, and what they say of a package.

use crate::line::Line;
use crate::reader::Reader;
use crate::rules::Rules;
use crate::{ConfError, Target};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Bytes of one file, and lines that say something in all of them.
const MAX_BYTES: usize = 1 << 20;
const MAX_LINES: usize = 20_000;

/// Which packages the configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RPMs.
    Rpm,
    /// Packages of Debian, whose names may have dots.
    Deb,
}

/// All files, the distribution's first.
#[derive(Debug)]
pub struct Conf {
    format: Format,
    files: Vec<Vec<Line>>,
    /// Names the files, for what is wrong with all of them.
    shown: Arc<str>,
}

/// The package that something is made of.
#[derive(Debug, Clone, Copy)]
pub struct Package<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, without release.
    pub version: &'a str,
    /// Its architecture.
    pub architecture: &'a str,
}

impl Conf {
    /// A configuration that says nothing yet.
    pub fn new(format: Format) -> Self {
        Self { format, files: Vec::new(), shown: "".into() }
    }

    /// Reads one more file.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), ConfError> {
        let file: Arc<str> = file.into();
        if text.len() > MAX_BYTES {
            return Err(ConfError::new(&file, 0, format!("it has more than {MAX_BYTES} bytes")));
        }
        let lines = text
            .split('\n')
            .zip(1..)
            .filter_map(|(text, number)| Line::read(&file, number, text, self.format));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        self.files.push(lines);
        self.shown = file;
        if self.files.iter().map(Vec::len).sum::<usize>() > MAX_LINES {
            return Err(ConfError::new(&self.shown, 0, format!("it has more than {MAX_LINES} lines")));
        }
        Ok(())
    }

    /// What packages of an architecture are made for, in the order in which they are made.
    pub fn targets(&self, architecture: &str) -> BTreeSet<Target> {
        let lines = self.files.iter().flatten();
        let told = lines.filter_map(|line| line.targets(architecture));
        told.flat_map(str::split_whitespace).map(Target::read).collect()
    }

    /// The packages that some line names. Of others nothing is made, whatever pattern they match.
    pub fn names(&self) -> BTreeSet<&str> {
        self.files.iter().flatten().filter_map(|line| line.names(self.format)).collect()
    }

    /// What is to be made of a package for a target; none where it is nothing. `was_made` tells whether something was made of
    /// another package for that target: packages of debug information follow those whose libraries they are for.
    ///
    /// # Errors
    /// The first line that cannot be obeyed.
    pub fn rules(
        &self,
        package: Package<'_>,
        target: &Target,
        was_made: bool,
    ) -> Result<Option<Rules<'_>>, ConfError> {
        let mut reader = Reader::new(package, target, was_made, (self.format, &self.shown));
        for file in &self.files {
            for line in file {
                if !reader.take(line)? {
                    return Ok(None);
                }
            }
            reader.end_file();
        }
        let Some(rules) = reader.finished() else { return Ok(None) };
        if rules.name.is_empty() {
            let why = format!(
                "no line `targetname` says what the package of {} for {target} is called",
                package.name
            );
            return Err(rules.error(why));
        }
        self.check_name(&rules)?;
        Ok(Some(rules))
    }

    /// That a package can be called so.
    fn check_name(&self, rules: &Rules<'_>) -> Result<(), ConfError> {
        let name = rules.name.as_str();
        let (first, others) = match self.format {
            Format::Rpm => ("_+~^", "-._+~^"),
            Format::Deb => ("", "-._+"),
        };
        let fits = |c: char, signs: &str| c.is_ascii_alphanumeric() || signs.contains(c);
        if name.starts_with(|c| fits(c, first)) && name.chars().all(|c| fits(c, others)) {
            return Ok(());
        }
        let shown: String = name.chars().take(100).collect();
        let why = format!("no package can be called {shown:?}; names have letters, digits and {others}");
        Err(rules.name_line.map_or_else(|| rules.error(&why), |line| line.error(&why)))
    }
}
