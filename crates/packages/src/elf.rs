//! What is in a program or library: enough to compare two of them section by section, and to tell what they need.
//!
//! Invariant: no more is read and kept than twice the bytes of the file, however often its tables point to the same ones.

use crate::PackageError;
use object::endian::Endianness;
use object::read::elf::{FileHeader, SectionHeader, SectionTable};
use object::{FileKind, elf};
use sha2::{Digest, Sha256};

/// Facts of an ELF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// 32 or 64.
    pub bits: u32,
    /// `e_machine`: 62 is x86-64.
    pub machine: u32,
    /// `e_type`: 1 to link, 2 a program at a fixed address, 3 a library or any other program.
    pub kind: u32,
    /// Its own name as a library.
    pub soname: Option<String>,
    /// Names of the libraries that it needs.
    pub needed: Vec<String>,
    /// Versions of symbols that it has.
    pub versions: Vec<String>,
    /// Versions of symbols that it needs, each with the library: `libc.so.6(GLIBC_2.34)`.
    pub needed_versions: Vec<String>,
    /// In hexadecimal digits.
    pub build_id: Option<String>,
    /// All but the empty first one.
    pub sections: Vec<Section>,
}

/// A section of an ELF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Such as `.text`.
    pub name: String,
    /// `sh_type`: 8 has no bytes in the file.
    pub kind: u32,
    /// `sh_flags`: 2 is loaded.
    pub flags: u64,
    /// In bytes, when it is loaded.
    pub size: u64,
    /// Where its bytes begin in the file.
    pub offset: u64,
    /// Where it is loaded; 0 where it is not.
    pub address: u64,
    /// Of its bytes in the file.
    pub sha256: String,
}

impl Elf {
    /// Reads one; none where the bytes are something else.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, PackageError> {
        let read = match FileKind::parse(bytes) {
            Ok(FileKind::Elf32) => Reader::<elf::FileHeader32<Endianness>>::open(bytes, 32),
            Ok(FileKind::Elf64) => Reader::<elf::FileHeader64<Endianness>>::open(bytes, 64),
            Ok(_) | Err(_) => return Ok(None),
        };
        read.map(Some).map_err(|error| {
            PackageError::corrupt(format!("its ELF structure does not hold together: {error}"))
        })
    }
}

struct Reader<'a, H: FileHeader> {
    bytes: &'a [u8],
    endian: Endianness,
    sections: SectionTable<'a, H>,
    /// How much may still be read and kept.
    left: u64,
}

type Read<T> = object::read::Result<T>;

impl<H: FileHeader<Endian = Endianness>> Reader<'_, H> {
    fn open(bytes: &[u8], bits: u32) -> Result<Elf, String> {
        let said = |error: object::read::Error| error.to_string();
        let header = H::parse(bytes).map_err(said)?;
        let endian = header.endian().map_err(said)?;
        let sections = header.sections(endian, bytes).map_err(said)?;
        let mut reader = Reader { bytes, endian, sections, left: (bytes.len() as u64).saturating_mul(2) };
        let mut facts = Elf {
            bits,
            machine: u32::from(header.e_machine(endian).0),
            kind: u32::from(header.e_type(endian).0),
            soname: None,
            needed: Vec::new(),
            versions: Vec::new(),
            needed_versions: Vec::new(),
            build_id: None,
            sections: Vec::new(),
        };
        reader.tell_sections(&mut facts)?;
        reader.tell_dynamic(&mut facts)?;
        reader.tell_versions(&mut facts)?;
        reader.tell_needed_versions(&mut facts)?;
        Ok(facts)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), String> {
        // Each costs something, or there could be any number of empty ones.
        let rest = self.left.checked_sub(bytes as u64 + 1);
        self.left = rest.ok_or("its tables point to the same bytes again and again")?;
        Ok(())
    }

    fn text(&mut self, bytes: Read<&[u8]>) -> Result<String, String> {
        let bytes = bytes.map_err(|error| error.to_string())?;
        self.spend(bytes.len())?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn tell_sections(&mut self, facts: &mut Elf) -> Result<(), String> {
        let sections = self.sections;
        for section in sections.iter().skip(1) {
            let name = self.text(sections.section_name(self.endian, section))?;
            let data = section.data(self.endian, self.bytes).map_err(|error| format!("{name}: {error}"))?;
            self.spend(data.len())?;
            if name == ".note.gnu.build-id" {
                facts.build_id = self.build_id(section)?;
            }
            facts.sections.push(Section {
                name,
                kind: section.sh_type(self.endian).0,
                flags: section.sh_flags(self.endian).0,
                size: section.sh_size(self.endian).into(),
                offset: section.sh_offset(self.endian).into(),
                address: section.sh_addr(self.endian).into(),
                sha256: hex::encode(Sha256::digest(data)),
            });
        }
        Ok(())
    }

    fn build_id(&mut self, section: &H::SectionHeader) -> Result<Option<String>, String> {
        let said = |error: object::read::Error| error.to_string();
        let Some(mut notes) = section.notes(self.endian, self.bytes).map_err(said)? else { return Ok(None) };
        while let Some(note) = notes.next().map_err(said)? {
            if note.name() == elf::ELF_NOTE_GNU && note.n_type(self.endian) == elf::NT_GNU_BUILD_ID {
                self.spend(note.desc().len())?;
                return Ok(Some(hex::encode(note.desc())));
            }
        }
        Ok(None)
    }

    fn tell_dynamic(&mut self, facts: &mut Elf) -> Result<(), String> {
        let table =
            self.sections.dynamic_table(self.endian, self.bytes).map_err(|error| error.to_string())?;
        for entry in table.iter() {
            if entry.tag == elf::DT_NEEDED {
                let name = self.text(table.string(entry))?;
                facts.needed.push(name);
            } else if entry.tag == elf::DT_SONAME {
                facts.soname = Some(self.text(table.string(entry))?);
            }
        }
        Ok(())
    }

    fn tell_versions(&mut self, facts: &mut Elf) -> Result<(), String> {
        let said = |error: object::read::Error| error.to_string();
        let (endian, bytes) = (self.endian, self.bytes);
        let Some((mut all, link)) = self.sections.gnu_verdef(endian, bytes).map_err(said)? else {
            return Ok(());
        };
        let strings = self.sections.strings(endian, bytes, link).map_err(said)?;
        while let Some((version, mut names)) = all.next().map_err(said)? {
            self.spend(0)?;
            let is_file = version.vd_flags.get(endian).contains(elf::VER_FLG_BASE);
            if let Some(name) = names.next().map_err(said)?.filter(|_| !is_file) {
                let name = self.text(name.name(endian, strings))?;
                facts.versions.push(name);
            }
        }
        Ok(())
    }

    fn tell_needed_versions(&mut self, facts: &mut Elf) -> Result<(), String> {
        let said = |error: object::read::Error| error.to_string();
        let (endian, bytes) = (self.endian, self.bytes);
        let Some((mut all, link)) = self.sections.gnu_verneed(endian, bytes).map_err(said)? else {
            return Ok(());
        };
        let strings = self.sections.strings(endian, bytes, link).map_err(said)?;
        while let Some((needed, mut versions)) = all.next().map_err(said)? {
            let library = self.text(needed.file(endian, strings))?;
            while let Some(version) = versions.next().map_err(said)? {
                let version = self.text(version.name(endian, strings))?;
                // The name of the library stands in each.
                self.spend(library.len())?;
                facts.needed_versions.push(format!("{library}({version})"));
            }
        }
        Ok(())
    }
}
