use super::convert::{table, told_change, told_dependency, told_elf, told_field, told_script, told_trigger};
use super::{Package, bounds, refused};
use crate::bindings::skink::hook::packages::{
    Change, Dependency, Elf, Field, FileTable, Format, Host, HostPackage, Script, Trigger,
};
use crate::files::{Tree, open_regular};
use crate::trace::Short;
use crate::{Clock, Refusal, State};
use sha2::{Digest as _, Sha256};
use skink_packages::{Content, PackageError};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsFd;
use wasmtime::Result;
use wasmtime::component::Resource;

/// The most bytes that are handed over at once.
const MAX_WHOLE: u64 = 64 << 20;

impl Host for State {
    fn open(&mut self, tree: Resource<Tree>, path: String) -> Result<Resource<Package>, Refusal> {
        self.trace.note(format_args!("packages.open({})", Short(&path)));
        let tree = self.table.get(&tree)?;
        let at = path.parse().map_err(|error| Refusal::invalid(format!("packages.open: {error}")))?;
        let (file, _) = open_regular(tree.dir.as_fd(), &at, tree.devices)?;
        let open = skink_packages::Package::open(file, bounds(&self.clock));
        let open = open.map_err(|error| refused(&path, &error, &self.clock))?;
        Ok(self.push(Package { open, path })?)
    }

    fn read_elf(&mut self, bytes: Vec<u8>) -> Result<Option<Elf>, Refusal> {
        self.trace.note(format_args!("packages.read-elf({} bytes)", bytes.len()));
        let elf =
            skink_packages::Elf::read(&bytes).map_err(|error| refused("the program", &error, &self.clock))?;
        Ok(elf.map(told_elf))
    }

    fn decompress(&mut self, bytes: Vec<u8>, max: u64) -> Result<Option<Vec<u8>>, Refusal> {
        self.trace.note(format_args!("packages.decompress({} bytes, {max})", bytes.len()));
        let unpacked = skink_packages::decompress(&bytes, max.min(MAX_WHOLE), &bounds(&self.clock));
        unpacked.map_err(|error| refused("what is compressed", &error, &self.clock))
    }
}

impl State {
    /// A list of a package, in the words of the guest.
    fn told<T, W>(
        &self,
        package: &Resource<Package>,
        list: fn(&skink_packages::Package<File>) -> Result<Vec<T>, PackageError>,
        told: fn(T) -> W,
    ) -> Result<Vec<W>, Refusal> {
        let package = self.table.get(package)?;
        let list = list(&package.open).map_err(|error| refused(&package.path, &error, &self.clock))?;
        Ok(list.into_iter().map(told).collect())
    }
}

/// Does something with the contents of files, in one pass; none of what has no content of its own.
fn each<T>(
    package: &mut Package,
    places: &[u32],
    clock: &Clock,
    mut with: impl FnMut(&mut Content<'_, '_>) -> Result<T, PackageError>,
) -> Result<Vec<Option<T>>, Refusal> {
    let files = package.open.files().len();
    let mut wanted: BTreeMap<u32, Option<T>> = places.iter().map(|place| (*place, None)).collect();
    if wanted.len() != places.len()
        || wanted.last_key_value().is_some_and(|(last, _)| *last as usize >= files)
    {
        let what = format!("{}: a file is asked for twice, or one of more than its {files}", package.path);
        return Err(Refusal::invalid(what));
    }
    let read = package.open.each_content(|content| -> Result<(), PackageError> {
        let place = u32::try_from(content.place()).unwrap_or(u32::MAX);
        match wanted.get_mut(&place) {
            Some(found) if content.is_file() => *found = Some(with(content)?),
            Some(_) | None => {}
        }
        Ok(())
    });
    read.map_err(|error| refused(&package.path, &error, clock))?;
    Ok(places.iter().map(|place| wanted.remove(place).flatten()).collect())
}

impl HostPackage for State {
    fn format(&mut self, package: Resource<Package>) -> Result<Format> {
        self.trace.note(format_args!("package.format()"));
        Ok(match self.table.get(&package)?.open.format() {
            skink_packages::Format::Rpm => Format::Rpm,
            skink_packages::Format::Deb => Format::Deb,
        })
    }

    fn is_source(&mut self, package: Resource<Package>) -> Result<bool> {
        self.trace.note(format_args!("package.is-source()"));
        Ok(self.table.get(&package)?.open.is_source())
    }

    fn fields(&mut self, package: Resource<Package>) -> Result<Vec<Field>> {
        self.trace.note(format_args!("package.fields()"));
        Ok(self.table.get(&package)?.open.fields().into_iter().map(told_field).collect())
    }

    fn dependencies(&mut self, package: Resource<Package>) -> Result<Vec<Dependency>, Refusal> {
        self.trace.note(format_args!("package.dependencies()"));
        self.told(&package, skink_packages::Package::dependencies, told_dependency)
    }

    fn scripts(&mut self, package: Resource<Package>) -> Result<Vec<Script>, Refusal> {
        self.trace.note(format_args!("package.scripts()"));
        self.told(&package, skink_packages::Package::scripts, told_script)
    }

    fn triggers(&mut self, package: Resource<Package>) -> Result<Vec<Trigger>, Refusal> {
        self.trace.note(format_args!("package.triggers()"));
        self.told(&package, skink_packages::Package::triggers, told_trigger)
    }

    fn changelog(&mut self, package: Resource<Package>) -> Result<Vec<Change>, Refusal> {
        self.trace.note(format_args!("package.changelog()"));
        self.told(&package, skink_packages::Package::changelog, told_change)
    }

    fn files(&mut self, package: Resource<Package>) -> Result<FileTable> {
        self.trace.note(format_args!("package.files()"));
        Ok(table(self.table.get(&package)?.open.files()))
    }

    fn contents(
        &mut self,
        package: Resource<Package>,
        files: Vec<u32>,
        max: u64,
    ) -> Result<Vec<Option<Vec<u8>>>, Refusal> {
        self.trace.note(format_args!("package.contents({} files, {max})", files.len()));
        let clock = self.clock;
        let package = self.table.get_mut(&package)?;
        let mut left = max.min(MAX_WHOLE);
        each(package, &files, &clock, |content| {
            PackageError::within("the contents together", content.size(), left)?;
            left -= content.size();
            content.read_all(u64::MAX)
        })
    }

    fn sha256(&mut self, package: Resource<Package>, files: Vec<u32>) -> Result<Vec<String>, Refusal> {
        self.trace.note(format_args!("package.sha256({} files)", files.len()));
        let clock = self.clock;
        let package = self.table.get_mut(&package)?;
        let digests = each(package, &files, &clock, |content| {
            let (mut digest, mut part) = (Sha256::new(), [0; 64 << 10]);
            loop {
                match content.read(&mut part)? {
                    0 => return Ok(hex::encode(digest.finalize())),
                    read => digest.update(part.get(..read).unwrap_or_default()),
                }
            }
        })?;
        Ok(digests.into_iter().map(Option::unwrap_or_default).collect())
    }

    fn elf(&mut self, package: Resource<Package>, files: Vec<u32>) -> Result<Vec<Option<Elf>>, Refusal> {
        self.trace.note(format_args!("package.elf({} files)", files.len()));
        let clock = self.clock;
        let package = self.table.get_mut(&package)?;
        let read = each(package, &files, &clock, |content| {
            // Most files are none, and those are not read.
            let mut start = [0; 4];
            let read = content.read(&mut start)?;
            if read < start.len() || !start.starts_with(b"\x7fELF") {
                return Ok(None);
            }
            let mut bytes = start.to_vec();
            bytes.append(&mut content.read_all(MAX_WHOLE)?);
            skink_packages::Elf::read(&bytes)
        });
        Ok(read?.into_iter().map(|elf| elf.flatten().map(told_elf)).collect())
    }

    fn drop(&mut self, package: Resource<Package>) -> Result<()> {
        self.delete(package).map(drop)
    }
}
