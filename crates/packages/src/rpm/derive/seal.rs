//! What comes before the payload: lead, signatures, header; and the digests in them.

use super::super::{SIGNATURE_ALIGNMENT, tag};
use super::implied::Identity;
use super::write::Tags;
use crate::PackageError;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};

/// Digests of the payload, and of header and payload.
#[derive(Clone)]
pub(super) struct Sums {
    /// Of the archive as it is.
    pub(super) plain: String,
    /// Of the archive as it is compressed.
    pub(super) packed: String,
    pub(super) packed_bytes: u64,
    /// Of the header and the payload.
    pub(super) md5: [u8; 16],
}

impl Sums {
    /// As long as they will be.
    pub(super) fn none() -> Self {
        let digits = "0".repeat(64);
        Self { plain: digits.clone(), packed: digits, packed_bytes: 0, md5: [0; 16] }
    }

    /// Makes the last one: the header is known now, and the payload is read again.
    pub(super) fn read_back<F: Read + Seek>(
        &mut self,
        from: &mut F,
        start: u64,
        framed: impl Fn(&Self) -> Result<Vec<u8>, PackageError>,
    ) -> Result<(), PackageError> {
        let mut digest = Md5::new();
        let framed = framed(self)?;
        // The header is the last part of what comes before the payload.
        let header = framed.get(signatures_end(&framed)..).unwrap_or_default();
        digest.update(header);
        from.seek(SeekFrom::Start(start)).map_err(PackageError::Io)?;
        let mut part = vec![0; 256 << 10];
        loop {
            match from.read(&mut part).map_err(PackageError::Io)? {
                0 => break,
                read => digest.update(part.get(..read).unwrap_or_default()),
            }
        }
        self.md5 = digest.finalize().into();
        Ok(())
    }
}

/// Where the signatures end, with what fills them up.
fn signatures_end(framed: &[u8]) -> usize {
    let word = |at: usize| {
        framed.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
    };
    let start = super::super::lead::SIZE as usize;
    let (entries, data) = (word(start + 8) as usize, word(start + 12) as usize);
    start + (16 + entries * 16 + data).next_multiple_of(SIGNATURE_ALIGNMENT as usize)
}

/// Lead, signatures and header of a package.
pub(super) fn frame(
    identity: &Identity,
    tags: &Tags,
    sums: &Sums,
    archive_bytes: u64,
) -> Result<Vec<u8>, PackageError> {
    let mut tags = tags.clone();
    tags.texts(tag::PAYLOADSHA256, [sums.packed.as_str()]);
    tags.words(tag::PAYLOADSHA256ALGO, [SHA256]);
    tags.texts(tag::PAYLOADSHA256ALT, [sums.plain.as_str()]);
    let too_large = || PackageError::recipe("the header would be larger than a header can be");
    let header = tags.written(tag::HEADERIMMUTABLE).ok_or_else(too_large)?;
    let mut signatures = Tags::default();
    signatures.text(tag::SIGNATURE_SHA1, &hex::encode(Sha1::digest(&header)));
    signatures.text(tag::SIGNATURE_SHA256, &hex::encode(Sha256::digest(&header)));
    signatures.binary(tag::SIGNATURE_MD5, &sums.md5);
    let bytes = sums.packed_bytes.saturating_add(header.len() as u64);
    // Which of the two is known before the payload is compressed.
    if archive_bytes <= i32::MAX as u64 {
        signatures.words(tag::SIGNATURE_SIZE, [bytes as u32]);
        signatures.words(tag::SIGNATURE_PAYLOADSIZE, [archive_bytes as u32]);
    } else {
        signatures.longs(tag::SIGNATURE_LONGSIZE, [bytes]);
        signatures.longs(tag::SIGNATURE_LONGPAYLOADSIZE, [archive_bytes]);
    }
    let mut framed = lead(identity);
    framed.append(&mut signatures.written(tag::HEADERSIGNATURES).ok_or_else(too_large)?);
    framed.resize(framed.len().next_multiple_of(SIGNATURE_ALIGNMENT as usize), 0);
    framed.extend_from_slice(&header);
    Ok(framed)
}

/// `PGPHASHALGO_SHA256`.
const SHA256: u32 = 8;

/// Of a binary package; nobody reads more of it than that it is there.
fn lead(identity: &Identity) -> Vec<u8> {
    const NAME: usize = 66;
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1];
    let name = identity.full_name();
    let mut name: Vec<u8> = name.bytes().take(NAME - 1).collect();
    name.resize(NAME, 0);
    lead.append(&mut name);
    // Linux, and signatures in a header.
    lead.extend_from_slice(&[0, 1, 0, 5]);
    lead.resize(super::super::lead::SIZE as usize, 0);
    lead
}
