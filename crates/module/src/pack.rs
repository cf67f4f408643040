//! Writes a manifest into a component.

use crate::{MANIFEST_SECTION, Manifest, Refusal};

/// Why a manifest could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The bytes are no component.
    #[error(
        "the file is no WebAssembly component; make one of a core module with `wasm-tools component new`"
    )]
    NotAComponent,
    /// The component ends in the middle of a section.
    #[error("the component is cut off or malformed at byte {0}")]
    Malformed(usize),
    /// The component has a manifest already.
    #[error("the component has a manifest already; pack the file as the compiler left it")]
    HasManifest,
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] Refusal),
}

/// How a component begins: `\0asm`, version 13, layer 1.
pub(crate) const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

/// Appends the manifest to the component as a custom section. The same input gives the same output.
///
/// # Errors
/// The bytes are no component or have a manifest at their top level, or the manifest is malformed.
pub fn pack(component: &[u8], manifest_json: &str) -> Result<Vec<u8>, PackError> {
    Manifest::parse(manifest_json)?;
    let mut rest = component.strip_prefix(&COMPONENT).ok_or(PackError::NotAComponent)?;
    while let Some((id, after)) = rest.split_first() {
        let malformed = PackError::Malformed(component.len().saturating_sub(rest.len()));
        let Some((body, after)) = leb(after).and_then(|(size, after)| after.split_at_checked(size)) else {
            return Err(malformed);
        };
        if *id == 0 {
            let name = leb(body).and_then(|(size, name)| name.get(..size)).ok_or(malformed)?;
            if name == MANIFEST_SECTION.as_bytes() {
                return Err(PackError::HasManifest);
            }
        }
        rest = after;
    }
    let mut body = Vec::new();
    push_leb(&mut body, MANIFEST_SECTION.len());
    body.extend_from_slice(MANIFEST_SECTION.as_bytes());
    body.extend_from_slice(manifest_json.as_bytes());
    let mut packed = component.to_vec();
    packed.push(0);
    push_leb(&mut packed, body.len());
    packed.extend_from_slice(&body);
    Ok(packed)
}

/// Reads an unsigned number of at most 32 bits, and returns what follows it.
fn leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((usize::try_from(value).ok()?, bytes.get(index.saturating_add(1)..)?));
        }
    }
    None
}

fn push_leb(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"manifest":1,"name":"h","version":"1","wit":"0.1.0","phases":["check"]}"#;

    #[test]
    fn a_manifest_is_packed_once() {
        let component = wat::parse_str("(component (core module))").unwrap();
        let packed = pack(&component, MANIFEST).unwrap();
        assert!(packed.starts_with(&component) && packed.ends_with(MANIFEST.as_bytes()));
        assert!(matches!(pack(&packed, MANIFEST), Err(PackError::HasManifest)));
    }

    #[test]
    fn what_cannot_be_packed_is_told() {
        let module = wat::parse_str("(module)").unwrap();
        assert!(matches!(pack(&module, MANIFEST), Err(PackError::NotAComponent)));
        assert!(matches!(pack(&COMPONENT, "{}"), Err(PackError::Manifest(_))));
        let rows: [&[u8]; 4] = [&[1], &[1, 5, 0], &[1, 255, 255, 255, 255, 255], &[0, 1, 9]];
        for tail in rows {
            let cut = [&COMPONENT, tail].concat();
            assert!(matches!(pack(&cut, MANIFEST), Err(PackError::Malformed(8))), "{tail:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_they_are_read() {
        for value in [0, 1, 127, 128, 300, 65_536, 0xffff_ffff] {
            let mut bytes = Vec::new();
            push_leb(&mut bytes, value);
            assert_eq!(leb(&bytes), Some((value, &[][..])));
        }
    }
}
