//! How packages are compressed: each way by the crate of its format, within a bound of memory.

mod encode;
mod punctual;

pub(crate) use encode::Encoder;

use crate::{Bounds, PackageError};
use punctual::Punctual;
use std::io::{self, BufRead, BufReader, Read};

/// Bytes by which a format is told.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The logarithms of windows that zstd knows.
const WINDOWS: std::ops::RangeInclusive<u32> = 10..=31;

/// What zstd says of a window that is larger than it may be.
const ZSTD_MEMORY: &str = "Frame requires too much memory for decoding";

/// A way of compressing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    None,
    Gzip,
    Bzip2,
    Xz,
    /// What came before xz.
    Lzma,
    Zstd,
}

impl Codec {
    /// By the word of a package's header.
    pub(crate) fn named(word: &str) -> Result<Self, PackageError> {
        Ok(match word {
            "gzip" => Self::Gzip,
            "bzip2" => Self::Bzip2,
            "xz" => Self::Xz,
            "lzma" => Self::Lzma,
            "zstd" => Self::Zstd,
            "none" | "identity" => Self::None,
            other => return Err(PackageError::Unsupported(format!("the compression {other:?}"))),
        })
    }

    /// By the first bytes; none where they are of something else.
    fn of(bytes: &[u8]) -> Option<Self> {
        const MAGICS: [(&[u8], Codec); 5] = [
            (&GZIP, Codec::Gzip),
            (b"BZh", Codec::Bzip2),
            (b"\xfd7zXZ\0", Codec::Xz),
            (b"\x5d\0\0", Codec::Lzma),
            (b"\x28\xb5\x2f\xfd", Codec::Zstd),
        ];
        MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, codec)| *codec)
    }

    /// What it is in truth: rpm names gzip also where nothing is compressed.
    pub(crate) fn of_payload(self, mut from: impl Read) -> Result<Self, PackageError> {
        let mut start = [0; GZIP.len()];
        match self {
            Self::Gzip if from.read_exact(&mut start).is_ok() && start == GZIP => Ok(Self::Gzip),
            Self::Gzip => Ok(Self::None),
            Self::None | Self::Bzip2 | Self::Xz | Self::Lzma | Self::Zstd => Ok(self),
        }
    }

    /// Reads what was compressed, with no more memory than a decoder may have, until the deadline.
    pub(crate) fn decoder<'a>(
        self,
        from: impl Read + 'a,
        bounds: &Bounds,
    ) -> Result<Box<dyn Read + 'a>, PackageError> {
        let decoder = self.unbound_decoder(from, bounds.decoder_bytes)?;
        Ok(Box::new(Punctual::new(decoder, bounds.deadline)))
    }

    fn unbound_decoder<'a>(
        self,
        from: impl Read + 'a,
        memory: u64,
    ) -> Result<Box<dyn Read + 'a>, PackageError> {
        let mut from = BufReader::new(from);
        Ok(match self {
            Self::None => Box::new(from),
            // rpm writes this word also for what is not compressed at all.
            Self::Gzip if !from.fill_buf().map_err(PackageError::Io)?.starts_with(&GZIP) => Box::new(from),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(from)),
            Self::Xz => {
                Box::new(xz(from, liblzma::stream::Stream::new_stream_decoder(memory, CONCATENATED))?)
            }
            Self::Lzma => Box::new(Alone(xz(from, liblzma::stream::Stream::new_lzma_decoder(memory))?)),
            Self::Zstd => Box::new(zstd(from, memory)?),
        })
    }
}

const CONCATENATED: u32 = liblzma::stream::CONCATENATED;

fn xz<R: BufRead>(
    from: R,
    stream: Result<liblzma::stream::Stream, liblzma::stream::Error>,
) -> Result<liblzma::bufread::XzDecoder<R>, PackageError> {
    let stream = stream.map_err(|error| PackageError::Io(error.into()))?;
    Ok(liblzma::bufread::XzDecoder::new_stream(from, stream))
}

/// The old format is one stream; its decoder does not ask whether anything follows.
struct Alone<R: BufRead>(liblzma::bufread::XzDecoder<R>);

impl<R: BufRead> Read for Alone<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(into)?;
        if read == 0 && !into.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something follows its end"));
        }
        Ok(read)
    }
}

fn zstd<'a, R: BufRead>(from: R, memory: u64) -> Result<zstd::stream::read::Decoder<'a, R>, PackageError> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(from).map_err(PackageError::Io)?;
    let window = memory.max(1).ilog2().clamp(*WINDOWS.start(), *WINDOWS.end());
    decoder.window_log_max(window).map_err(PackageError::Io)?;
    Ok(decoder)
}

/// Unpacks what a known format compressed, to at most so many bytes; none where it is something else.
pub fn decompress(bytes: &[u8], most: u64, bounds: &Bounds) -> Result<Option<Vec<u8>>, PackageError> {
    let Some(codec) = Codec::of(bytes) else { return Ok(None) };
    let mut unpacked = Vec::new();
    let decoder = codec.decoder(bytes, bounds)?;
    decoder.take(most.saturating_add(1)).read_to_end(&mut unpacked).map_err(problem)?;
    PackageError::within("what is compressed", unpacked.len() as u64, most)?;
    Ok(Some(unpacked))
}

/// What a decoder says: an error of the system is the machine's, and any other the package's.
pub(crate) fn problem(error: io::Error) -> PackageError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        PackageError::Truncated("what is compressed")
    } else if error.kind() == io::ErrorKind::TimedOut && error.raw_os_error().is_none() {
        PackageError::Late
    } else if is_of_memory(&error) {
        PackageError::Unsupported("compression that takes more memory than a decoder may have".to_owned())
    } else if error.raw_os_error().is_some() {
        PackageError::Io(error)
    } else {
        PackageError::corrupt(format!("what is compressed cannot be unpacked: {error}"))
    }
}

fn is_of_memory(error: &io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    matches!(inner.downcast_ref(), Some(liblzma::stream::Error::MemLimit)) || inner.to_string() == ZSTD_MEMORY
}
