//! Reads a component without running it. Only the walled compiler process does this.
//!
//! Invariant: what passes is a valid component of the engine's features, and small enough in every count that
//! compiling it takes bounded time and memory. Counting comes first and looks at section headers only.

mod count;
mod error;
#[cfg(test)]
mod tests;

use crate::pack::COMPONENT;
use crate::{MANIFEST_SECTION, MAX_MANIFEST, MAX_MODULE};
use count::{Counts, What};
pub use error::InspectError;
use skink_protocol::ModuleDescription;
use wasmparser::{
    BinaryReaderError, ComponentInstance, ComponentInstanceSectionReader, ComponentType,
    ComponentTypeDeclaration, ComponentTypeSectionReader, Encoding, InstanceTypeDeclaration, Parser, Payload,
    TableSectionReader, Validator, WasmFeatures,
};

/// What a hook needs of WebAssembly, for inspection and for the engine alike. Off are threads, garbage
/// collection, exceptions, 64-bit and multiple memories, relaxed SIMD, tail calls, stack switching, and all of
/// the component model's async parts: each is more code that hostile input reaches, and no toolchain for hooks
/// needs it.
pub const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::SIMD)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The most elements that a table may begin with.
const MAX_TABLE: u64 = 1_000_000;

/// The largest section of component types, in bytes. wasmparser reads a type in a type by recursion, three
/// bytes a level, so that this bounds the stack it takes.
const MAX_TYPE_SECTION: usize = 128 << 10;

/// The most component and instance types in one another. Honest ones have four; wasmparser limits the depth of
/// values only, and the compiler behind it recurses over types as well.
const MAX_TYPE_DEPTH: usize = 20;

/// Stack for the reader: enough for as many levels of types as fit in a section. Reserved, not used.
const STACK: usize = 256 << 20;

/// Reads and validates a component.
///
/// # Errors
/// The bytes are no component, are malformed, use what is off, hold too much of something, or have no manifest
/// or more than one.
pub fn inspect(bytes: &[u8]) -> Result<ModuleDescription, InspectError> {
    check_kind(bytes)?;
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("inspect".to_owned()).stack_size(STACK);
        let reader = reader.spawn_scoped(scope, || read(bytes)).map_err(|_| InspectError::NoThread)?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn read(bytes: &[u8]) -> Result<ModuleDescription, InspectError> {
    let mut found = Findings::default();
    for payload in Parser::new(0).parse_all(bytes) {
        found.take(payload.map_err(|error| InspectError::invalid(&error))?)?;
    }
    if let Err(error) = Validator::new_with_features(FEATURES).validate_all(bytes) {
        // What only lacks a proposal is told from what is broken by asking again with all of them.
        let valid = Validator::new_with_features(WasmFeatures::all()).validate_all(bytes).is_ok();
        return Err(if valid { InspectError::off(&error) } else { InspectError::invalid(&error) });
    }
    let manifest = found.manifest.ok_or(InspectError::NoManifest)?;
    Ok(ModuleDescription { manifest, imports: found.imports, exports: found.exports })
}

/// Tells by the first bytes what was given instead of a component.
fn check_kind(bytes: &[u8]) -> Result<(), InspectError> {
    if bytes.len() > MAX_MODULE {
        return Err(InspectError::TooLarge { found: bytes.len() });
    }
    if bytes.starts_with(&COMPONENT) {
        return Ok(());
    }
    let text = bytes.trim_ascii_start();
    Err(if bytes.starts_with(b"\0asm\x01\0\0\0") {
        InspectError::CoreModule
    } else if bytes.starts_with(b"\0asm") {
        InspectError::OtherVersion
    } else if bytes.starts_with(b"\x7fELF") {
        InspectError::Precompiled
    } else if text.starts_with(b"(component") || text.starts_with(b"(module") || text.starts_with(b";;") {
        InspectError::Text
    } else if bytes.is_empty() {
        InspectError::Empty
    } else {
        InspectError::NoWebAssembly
    })
}

/// How many levels of component and instance types lie in one another.
fn depth(ty: &ComponentType<'_>) -> usize {
    let below = match ty {
        ComponentType::Component(declarations) => declarations
            .iter()
            .map(|declaration| match declaration {
                ComponentTypeDeclaration::Type(ty) => depth(ty),
                ComponentTypeDeclaration::CoreType(_)
                | ComponentTypeDeclaration::Alias(_)
                | ComponentTypeDeclaration::Export { .. }
                | ComponentTypeDeclaration::Import(_) => 0,
            })
            .max(),
        ComponentType::Instance(declarations) => declarations
            .iter()
            .map(|declaration| match declaration {
                InstanceTypeDeclaration::Type(ty) => depth(ty),
                InstanceTypeDeclaration::CoreType(_)
                | InstanceTypeDeclaration::Alias(_)
                | InstanceTypeDeclaration::Export { .. } => 0,
            })
            .max(),
        ComponentType::Defined(_) | ComponentType::Func(_) | ComponentType::Resource { .. } => None,
    };
    below.unwrap_or(0).saturating_add(1)
}

/// What was found on the way through the sections.
#[derive(Default)]
struct Findings {
    counts: Counts,
    /// Component instantiations in each component that is open, outermost first; `None` for a core module.
    open: Vec<Option<u64>>,
    manifest: Option<String>,
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Findings {
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here has no content of interest")]
    fn take(&mut self, payload: Payload<'_>) -> Result<(), InspectError> {
        if let Some((what, count)) = counted(&payload) {
            self.counts.add(what, count)?;
        }
        match payload {
            Payload::Version { encoding, .. } => self.enter(encoding == Encoding::Component),
            Payload::End(_) => match self.open.pop().flatten() {
                Some(instances) => self.counts.multiply(instances),
                None => Ok(()),
            },
            Payload::CustomSection(section) => self.take_custom(section.name(), section.data()),
            // Names count at the top level only: inside, components are wired to one another.
            Payload::ComponentImportSection(section) if self.open.len() == 1 => {
                for import in section {
                    self.imports.push(read_item(import)?.name.name.to_owned());
                }
                Ok(())
            }
            Payload::ComponentExportSection(section) if self.open.len() == 1 => {
                for export in section {
                    self.exports.push(read_item(export)?.name.name.to_owned());
                }
                Ok(())
            }
            Payload::ComponentInstanceSection(section) => self.take_instances(section),
            Payload::TableSection(section) => take_tables(section),
            Payload::ComponentTypeSection(section) => take_types(section),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, component: bool) -> Result<(), InspectError> {
        self.counts.add(if component { What::Components } else { What::Modules }, 1)?;
        self.open.push(component.then_some(0));
        self.counts.check_depth(self.open.len())
    }

    fn take_instances(&mut self, section: ComponentInstanceSectionReader<'_>) -> Result<(), InspectError> {
        for instance in section {
            if let (ComponentInstance::Instantiate { .. }, Some(Some(open))) =
                (read_item(instance)?, self.open.last_mut())
            {
                *open = open.saturating_add(1);
            }
        }
        Ok(())
    }

    fn take_custom(&mut self, name: &str, data: &[u8]) -> Result<(), InspectError> {
        if name != MANIFEST_SECTION {
            return Ok(());
        }
        if self.manifest.is_some() {
            return Err(InspectError::TwoManifests);
        }
        if data.len() > MAX_MANIFEST {
            return Err(InspectError::ManifestTooLarge { found: data.len() });
        }
        let text = std::str::from_utf8(data).map_err(|_| InspectError::ManifestNoText)?;
        self.manifest = Some(text.to_owned());
        Ok(())
    }
}

fn read_item<T>(item: Result<T, BinaryReaderError>) -> Result<T, InspectError> {
    item.map_err(|error| InspectError::invalid(&error))
}

/// The sections of which the number of items is limited.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others have no items, or are counted when they begin"
)]
fn counted(payload: &Payload<'_>) -> Option<(What, u32)> {
    match payload {
        Payload::ComponentInstanceSection(section) => Some((What::ComponentInstances, section.count())),
        Payload::InstanceSection(section) => Some((What::CoreInstances, section.count())),
        Payload::FunctionSection(section) => Some((What::Functions, section.count())),
        Payload::MemorySection(section) => Some((What::Memories, section.count())),
        Payload::TableSection(section) => Some((What::Tables, section.count())),
        Payload::DataSection(section) => Some((What::DataSegments, section.count())),
        Payload::ElementSection(section) => Some((What::ElementSegments, section.count())),
        Payload::GlobalSection(section) => Some((What::Globals, section.count())),
        Payload::TypeSection(section) => Some((What::Types, section.count())),
        Payload::CoreTypeSection(section) => Some((What::Types, section.count())),
        Payload::ComponentTypeSection(section) => Some((What::Types, section.count())),
        Payload::ImportSection(section) => Some((What::Names, section.count())),
        Payload::ExportSection(section) => Some((What::Names, section.count())),
        Payload::ComponentImportSection(section) => Some((What::Names, section.count())),
        Payload::ComponentExportSection(section) => Some((What::Names, section.count())),
        Payload::ComponentAliasSection(section) => Some((What::Aliases, section.count())),
        Payload::ComponentCanonicalSection(section) => Some((What::Aliases, section.count())),
        _ => None,
    }
}

fn take_tables(section: TableSectionReader<'_>) -> Result<(), InspectError> {
    for table in section {
        let found = read_item(table)?.ty.initial;
        if found > MAX_TABLE {
            return Err(InspectError::TableTooLarge { found, max: MAX_TABLE });
        }
    }
    Ok(())
}

fn take_types(section: ComponentTypeSectionReader<'_>) -> Result<(), InspectError> {
    let found = section.range().len();
    if found > MAX_TYPE_SECTION {
        return Err(InspectError::TypesTooLarge { found, max: MAX_TYPE_SECTION });
    }
    for ty in section {
        if depth(&read_item(ty)?) > MAX_TYPE_DEPTH {
            return Err(InspectError::TypesTooDeep { max: MAX_TYPE_DEPTH });
        }
    }
    Ok(())
}
