//! The fields of the new `control`. One that nothing changes keeps its bytes.

use super::super::control::{CONTROL, Control};
use super::super::relations::FIELDS as RELATIONS;
use super::relations;
use crate::{Field, PackageError, Recipe};
use std::collections::HashSet;

/// What `fields` of a deb has beside those of `control`: whole files.
pub(super) const FILES: [&str; 5] = ["triggers", "conffiles", "shlibs", "symbols", "templates"];

/// KiB, as the files take them when they are installed.
const SIZE: &str = "Installed-Size";

/// Behind what new fields do not come.
const DESCRIPTION: &str = "Description";

/// What dpkg and Debian know, and a recipe may bring in.
const KNOWN: [&str; 23] = [
    "Package",
    "Version",
    "Architecture",
    "Maintainer",
    "Original-Maintainer",
    "Source",
    "Section",
    "Priority",
    "Multi-Arch",
    "Essential",
    "Protected",
    "Important",
    "Homepage",
    "Bugs",
    "Origin",
    "Tag",
    "Task",
    "Built-Using",
    "Static-Built-Using",
    "Package-Type",
    "Build-Ids",
    "Vcs-Git",
    DESCRIPTION,
];

/// In their order, each with all its lines.
pub(super) struct Fields(Vec<(String, Vec<u8>)>);

impl Fields {
    /// Those of the original, with what the recipe says in their place.
    pub(super) fn new(control: &Control, recipe: &Recipe) -> Result<Self, PackageError> {
        let mut fields = Self(original(control.file(CONTROL).unwrap_or_default()));
        let mut names = HashSet::new();
        for field in recipe.fields.iter().filter(|field| !FILES.contains(&field.name.as_str())) {
            if !names.insert(field.name.to_ascii_lowercase()) {
                return Err(PackageError::recipe(format!("the field {:?} is set twice", field.name)));
            }
            fields.set_by(field)?;
        }
        relations::check_kinds(&recipe.dependencies)?;
        let old = control.dependencies()?;
        for (name, kind) in RELATIONS {
            let [old, new] =
                [&old, &recipe.dependencies].map(|all| all.iter().filter(move |one| one.kind == kind));
            let (old, new): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
            if old == new {
                continue;
            }
            match relations::written(name, kind, &new)? {
                Some(value) => fields.set(name, format!("{name}: {value}\n").into_bytes()),
                None => fields.remove(name),
            }
        }
        Ok(fields)
    }

    /// The value of a field of one line.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let (_, text) = self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        let text = String::from_utf8_lossy(text);
        text.split_once(':').map(|(_, value)| value.trim().to_owned())
    }

    /// Counts what the files take more or less than the original's, so that the number of a package that changes nothing stays.
    pub(super) fn resize(&mut self, old: u64, new: u64) {
        let Some(said) = self.value(SIZE) else { return };
        let size = said.parse::<u64>().map_or(new, |said| said.saturating_add(new).saturating_sub(old));
        if size.to_string() != said {
            self.set(SIZE, format!("{SIZE}: {size}\n").into_bytes());
        }
    }

    pub(super) fn written(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(_, text)| text.iter().copied()).collect()
    }

    fn set_by(&mut self, field: &Field) -> Result<(), PackageError> {
        let name = field.name.as_str();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let refused =
            |why: &str| Err(PackageError::recipe(format!("the field {name:?} cannot be set: {why}")));
        if RELATIONS.iter().any(|(relation, _)| is(relation)) {
            return refused("the recipe has dependencies for it");
        }
        if is(SIZE) {
            return refused("it is counted");
        }
        let own = self.0.iter().find(|(own, _)| is(own)).map(|(own, _)| own.clone());
        let known = || KNOWN.iter().find(|known| is(known)).map(|known| (*known).to_owned());
        let Some(name) = own.or_else(known).or_else(|| is_of_user(name).then(|| name.to_owned())) else {
            return refused("a deb has none of this name");
        };
        match field.values.as_slice() {
            [] => self.remove(&name),
            [value] => {
                let text = text(&name, value)?;
                self.set(&name, text);
            }
            [_, _, ..] => return refused("it has more than one value"),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, text: Vec<u8>) {
        let place = |name: &str| self.0.iter().position(|(own, _)| own.eq_ignore_ascii_case(name));
        match place(name).and_then(|place| self.0.get_mut(place)) {
            Some((_, own)) => *own = text,
            None => {
                let place = self.0.iter().position(|(own, _)| own.eq_ignore_ascii_case(DESCRIPTION));
                self.0.insert(place.unwrap_or(self.0.len()), (name.to_owned(), text));
            }
        }
    }

    fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }
}

/// One that a packager may invent: `X`, letters for where it belongs, a hyphen, and its name.
fn is_of_user(name: &str) -> bool {
    let rest = name.strip_prefix(['X', 'x']).and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(_, own)| !own.is_empty() && own.bytes().all(|c| c.is_ascii_graphic() && c != b':'))
}

/// The lines of each field; that they are fields was seen when the package was opened.
fn original(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            fields.push((String::from_utf8_lossy(name.trim_ascii_end()).into_owned(), Vec::new()));
        }
        if let Some((_, text)) = fields.last_mut() {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
    }
    fields
}

/// A field with its value, whose further lines begin with a blank.
fn text(name: &str, value: &str) -> Result<Vec<u8>, PackageError> {
    let refused = |why: &str| Err(PackageError::recipe(format!("the field {name} {why}")));
    if value.contains(['\0', '\r']) {
        return refused("has a byte of zero, or one that ends a line elsewhere");
    }
    let value = value.trim_end_matches([' ', '\t', '\n']).trim_start_matches([' ', '\t']);
    if value.is_empty() {
        return refused("is empty; without values it is left out");
    }
    let mut lines = value.split('\n').skip(1);
    if lines.clone().any(|line| line.trim().is_empty()) {
        return refused("has an empty line; dpkg reads ` .` as one");
    }
    if !lines.all(|line| line.starts_with([' ', '\t'])) {
        return refused("has a further line that does not begin with a blank");
    }
    let blank = if value.starts_with('\n') { "" } else { " " };
    Ok(format!("{name}:{blank}{value}\n").into_bytes())
}
