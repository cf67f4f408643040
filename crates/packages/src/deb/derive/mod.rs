//! A deb that is made of another one.
//!
//! The control files stand before the data, and have the digests of its contents: so the data is unpacked once for the digests, where
//! the original has them, and once more to be copied. Nothing of it is held. How large a member becomes is known when it is written:
//! its head is written again then.
//!
//! Invariant: equal packages and recipes give equal bytes; no time, name or order of the machine comes in. What is written is what
//! dpkg reads: heads in GNU's form (dpkg knows no pax), folders before what lies in them, a link behind its file.

mod ar;
mod beside;
mod contents;
mod fields;
mod identity;
mod layout;
mod order;
mod relations;
mod scripts;
mod size;
mod tar;

use super::Deb;
use super::control::{CONFFILES, CONTROL, File, MD5SUMS, SCRIPTS};
use crate::{PackageError, Recipe};
use beside::Beside;
use fields::Fields;
use identity::Identity;
use layout::Layout;
use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};

impl<S: Read + Seek> Deb<S> {
    /// Writes a package that is made of this one. `to` is empty.
    ///
    /// Of the fields of `control` a recipe may set all but relations, which are its dependencies, and `Installed-Size`, which becomes
    /// larger or smaller as the files do; a field has to be one that the original has, that dpkg knows, or one of `X…-`. It may also
    /// set the files `conffiles`, `triggers`, `shlibs`, `symbols` and `templates`. Other control files are as in the original.
    ///
    /// Folders above its files that a recipe does not name are made: dpkg makes none by itself.
    pub fn derive<W: Write + Seek>(&mut self, recipe: &Recipe, to: W) -> Result<(), PackageError> {
        if !recipe.triggers.is_empty() {
            return Err(PackageError::recipe("what a deb waits for is its field `triggers`"));
        }
        let mut fields = Fields::new(&self.control, recipe)?;
        Identity::of(&fields)?;
        let layout = Layout::new(self, recipe)?;
        fields.resize(size::kibibytes_of(&self.files), layout.kibibytes());
        let files = self.control_files(recipe, &fields, &layout)?;
        let mut package = ar::Writer::begin(to, self.members.time)?;
        let size = tar::control_size(&files);
        let time = self.members.time;
        package.archive("control.tar", self.members.control.codec, size, |to| {
            tar::write_control(to, &files, time)
        })?;
        let size = layout.archive_size();
        PackageError::within("the unpacked archive", size, self.bounds.payload_bytes)?;
        package.archive("data.tar", self.members.data.codec, size, |to| self.write_data(&layout, to))
    }

    /// The name of the file that a package would have.
    pub fn derived_name(&self, recipe: &Recipe) -> Result<String, PackageError> {
        Ok(Identity::of(&Fields::new(&self.control, recipe)?)?.file_name())
    }

    /// All control files of the new package.
    fn control_files(
        &mut self,
        recipe: &Recipe,
        fields: &Fields,
        layout: &Layout,
    ) -> Result<BTreeMap<Vec<u8>, File>, PackageError> {
        let digests = self.digests(layout)?;
        let mut files = self.control.files().clone();
        if let Some(name) = files.keys().find(|name| name.contains(&b'/')) {
            let name = String::from_utf8_lossy(name);
            return Err(PackageError::Unsupported(format!(
                "the control file {name:?}, which is in a folder,"
            )));
        }
        for (name, _) in SCRIPTS {
            files.remove(name.as_bytes());
        }
        for (name, file) in scripts::all(&self.control, &recipe.scripts)? {
            files.insert(name.into(), file);
        }
        let beside = Beside::new(&self.control, &self.files, &self.unlisted, layout);
        let mut set = |name: &str, content: Vec<u8>| {
            files.remove(name.as_bytes());
            if !content.is_empty() {
                files.insert(name.into(), File { mode: 0o644, content });
            }
        };
        set(CONTROL, fields.written());
        set(MD5SUMS, beside.md5sums(&digests)?);
        set(CONFFILES, beside.conffiles()?);
        for (name, content) in beside.libraries() {
            set(name, content);
        }
        for (name, content) in beside::set_by(recipe, layout)? {
            set(name, content);
        }
        let bytes = files.values().map(|file| file.content.len() as u64).sum();
        PackageError::within("what the control files take", bytes, self.bounds.header_bytes.into())?;
        Ok(files)
    }
}
