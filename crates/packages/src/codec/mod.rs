//! How packages are compressed: each way by the crate of its format, within a bound of memory.

mod encode;

pub(crate) use encode::Encoder;

use crate::PackageError;
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

    /// Reads what was compressed; no decoder holds more than so many bytes.
    pub(crate) fn decoder<'a>(
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

/// What a decoder says: an error of the system is the machine's, and any other the package's.
pub(crate) fn problem(error: io::Error) -> PackageError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        PackageError::Truncated("what is compressed")
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
