//! A package that is made of another one.
//!
//! The payload goes from the one to the other in one pass, unpacked, compared with the digests of the header, and packed again as the
//! original was. A header stands before the payload and holds its digest: so room is left for it, and it is written at the end.
//!
//! Invariant: equal packages and recipes give equal bytes; no time, name or order of the machine comes in.

mod archive;
mod contents;
mod implied;
mod layout;
mod links;
mod seal;
mod write;

use super::payload::named_codec;
use super::{Rpm, tag};
use crate::codec::{Codec, Encoder};
use crate::{Dependency, Field, PackageError, Recipe, Script, Trigger};
use contents::{Digested, write_archive};
use layout::Layout;
use seal::{Sums, frame};
use std::io::{Read, Seek, SeekFrom, Write};
use write::Tags;

impl<S: Read + Seek> Rpm<S> {
    /// Writes a package that is made of this one. `to` is empty.
    pub fn derive<W: Read + Write + Seek>(&mut self, recipe: &Recipe, mut to: W) -> Result<(), PackageError> {
        if self.is_source {
            return Err(PackageError::recipe("a package of sources is not what packages are derived from"));
        }
        let now = self.header.numbers(tag::BUILDTIME)?.next().unwrap_or_default();
        let layout = Layout::new(&recipe.files, &self.files, now, &self.bounds)?;
        let old = self.dependencies()?;
        let mut tags = self.fields_for(recipe)?;
        let identity = implied::Identity::of(&self.fields_with(recipe))?;
        let codec = self.codec()?;
        let dependencies = implied::all(recipe, &identity, &layout, codec, self.digests_are_md5()?);
        tell_dependencies(&mut tags, &dependencies);
        tell_scripts(&mut tags, &recipe.scripts);
        tell_triggers(&mut tags, &recipe.triggers);
        layout.tell(&mut tags, &dependencies, &old);
        let size = layout.size();
        match u32::try_from(size).ok().filter(|_| !layout.is_large) {
            Some(size) => tags.words(tag::SIZE, [size]),
            None => tags.longs(tag::LONGSIZE, [size]),
        }
        let archive_size = archive::size(&layout);
        let room = frame(&identity, &tags, &Sums::none(), archive_size)?;
        to.write_all(&room).map_err(PackageError::Io)?;
        let encoder = Encoder::new(codec, self.level()?, archive_size, Digested::new(&mut to));
        let mut sums = write_archive(self, &layout, encoder?)?;
        sums.read_back(&mut to, room.len() as u64, |sums| frame(&identity, &tags, sums, archive_size))?;
        let whole = frame(&identity, &tags, &sums, archive_size)?;
        if whole.len() != room.len() {
            return Err(PackageError::corrupt("the header does not fit where room was left for it"));
        }
        to.seek(SeekFrom::Start(0)).and_then(|_| to.write_all(&whole)).map_err(PackageError::Io)?;
        Ok(())
    }

    /// The name of the file that a package would have.
    pub fn derived_name(&self, recipe: &Recipe) -> Result<String, PackageError> {
        Ok(implied::Identity::of(&self.fields_with(recipe))?.file_name())
    }

    /// How its payload is compressed: what names gzip, or nothing, may also be not compressed at all.
    fn codec(&mut self) -> Result<Codec, PackageError> {
        let codec = named_codec(&self.header)?;
        self.source.seek(SeekFrom::Start(self.payload_start)).map_err(PackageError::Io)?;
        codec.of_payload(&mut self.source)
    }

    /// Of the flags, such as `19T8`, the number that they begin with.
    fn level(&self) -> Result<Option<u32>, PackageError> {
        let flags = self.header.text(tag::PAYLOADFLAGS)?.unwrap_or_default();
        let digits = flags.iter().take_while(|byte| byte.is_ascii_digit()).take(2);
        let level = digits.fold(None, |level, digit| Some(level.unwrap_or(0) * 10 + u32::from(digit - b'0')));
        Ok(level)
    }

    pub(super) fn digests_are_md5(&self) -> Result<bool, PackageError> {
        Ok(matches!(self.header.numbers(tag::FILEDIGESTALGO)?.next(), None | Some(0 | 1)))
    }

    /// All fields, with those of the recipe in place of the original's.
    fn fields_with(&self, recipe: &Recipe) -> Vec<Field> {
        let mut fields = self.fields();
        fields.retain(|field| recipe.fields.iter().all(|new| new.name != field.name));
        fields.extend(recipe.fields.iter().filter(|field| !field.values.is_empty()).cloned());
        fields
    }

    /// The fields of the new header: the original's own bytes, but for what the recipe sets.
    fn fields_for(&self, recipe: &Recipe) -> Result<Tags, PackageError> {
        let mut tags = Tags::default();
        let copied = tag::FIELDS.iter().map(|(_, tag)| *tag).chain(tag::OF_CHANGES);
        for tag in copied.filter(|tag| !matches!(*tag, tag::SIZE | tag::LONGSIZE)) {
            if let Some((form, count, bytes)) = self.header.raw(tag) {
                tags.raw(tag, form, count, bytes);
            }
        }
        for field in &recipe.fields {
            set_field(&mut tags, field)?;
        }
        Ok(tags)
    }
}

fn set_field(tags: &mut Tags, field: &Field) -> Result<(), PackageError> {
    let known = tag::FIELDS.iter().find(|(name, _)| *name == field.name);
    let known = known.filter(|(name, _)| Recipe::SETTABLE_OF_RPM.contains(name));
    let (name, tag) =
        *known.ok_or_else(|| PackageError::recipe(format!("the field {:?} cannot be set", field.name)))?;
    let value = match field.values.as_slice() {
        [] => {
            tags.remove(tag);
            return Ok(());
        }
        [value] if !value.contains('\0') => value,
        [_] => return Err(PackageError::recipe(format!("the field {name} has a byte of zero"))),
        _ => return Err(PackageError::recipe(format!("the field {name} has more than one value"))),
    };
    match name {
        "epoch" => {
            let epoch = value
                .parse()
                .map_err(|_| PackageError::recipe(format!("the epoch {value:?} is no number")))?;
            tags.words(tag, [epoch]);
        }
        "summary" | "description" | "group" => tags.translated(tag, value),
        _ => tags.text(tag, value),
    }
    Ok(())
}

fn tell_dependencies(tags: &mut Tags, dependencies: &[Dependency]) {
    for of in &tag::DEPENDENCIES {
        let own = || dependencies.iter().filter(|one| one.kind == of.kind);
        tags.texts(of.name, own().map(|one| one.name.as_str()));
        tags.words(of.flags, own().map(|one| one.flags));
        tags.texts(of.version, own().map(|one| one.version.as_str()));
    }
}

fn tell_scripts(tags: &mut Tags, scripts: &[Script]) {
    for of in &tag::SCRIPTS {
        let Some(script) = scripts.iter().find(|script| script.kind == of.kind) else { continue };
        if let Some(body) = &script.body {
            tags.text(of.body, body);
        }
        match script.interpreter.as_slice() {
            [program] => tags.text(of.interpreter, program),
            words => tags.texts(of.interpreter, words.iter().map(String::as_str)),
        }
        if script.flags != 0 {
            tags.words(of.flags, [script.flags]);
        }
    }
}

fn tell_triggers(tags: &mut Tags, triggers: &[Trigger]) {
    for of in &tag::TRIGGERS {
        let own = || triggers.iter().filter(|trigger| trigger.kind == of.kind);
        tags.texts(of.scripts, own().map(|trigger| trigger.body.as_str()));
        tags.texts(
            of.interpreters,
            own().map(|trigger| trigger.interpreter.first().map_or("", String::as_str)),
        );
        tags.words(of.script_flags, own().map(|trigger| trigger.flags));
        if let Some(priorities) = of.priorities {
            tags.words(priorities, own().map(|trigger| trigger.priority.unwrap_or_default()));
        }
        let conditions = || {
            own().zip(0..).flat_map(|(trigger, place)| trigger.conditions.iter().map(move |one| (one, place)))
        };
        tags.texts(of.names, conditions().map(|(one, _)| one.name.as_str()));
        tags.words(of.places, conditions().map(|(_, place)| place));
        tags.texts(of.versions, conditions().map(|(one, _)| one.version.as_str()));
        tags.words(of.flags, conditions().map(|(one, _)| one.flags));
    }
}
