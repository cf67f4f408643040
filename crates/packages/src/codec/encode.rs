//! Compressing what a package is made of.

use super::Codec;
use crate::PackageError;
use std::io::{self, Write};

/// Compresses what is written to it.
pub(crate) enum Encoder<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(liblzma::write::XzEncoder<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Encoder<W> {
    /// `level` is one of the format's own, and `size` how many bytes will come.
    pub(crate) fn new(codec: Codec, level: Option<u32>, size: u64, to: W) -> Result<Self, PackageError> {
        let stream = |stream: Result<_, liblzma::stream::Error>| {
            stream.map_err(|error| PackageError::Io(error.into()))
        };
        Ok(match codec {
            Codec::None => Self::None(to),
            Codec::Gzip => {
                // No time in it, or no two were equal.
                Self::Gzip(flate2::write::GzEncoder::new(
                    to,
                    flate2::Compression::new(level.unwrap_or(9).min(9)),
                ))
            }
            Codec::Bzip2 => Self::Bzip2(bzip2::write::BzEncoder::new(
                to,
                bzip2::Compression::new(level.unwrap_or(9).clamp(1, 9)),
            )),
            Codec::Xz => {
                let check = liblzma::stream::Check::Crc32;
                let made = liblzma::stream::Stream::new_easy_encoder(level.unwrap_or(6).min(9), check);
                Self::Xz(liblzma::write::XzEncoder::new_stream(to, stream(made)?))
            }
            Codec::Lzma => {
                let options = liblzma::stream::LzmaOptions::new_preset(level.unwrap_or(6).min(9));
                let made = options.and_then(|options| liblzma::stream::Stream::new_lzma_encoder(&options));
                Self::Xz(liblzma::write::XzEncoder::new_stream(to, stream(made)?))
            }
            Codec::Zstd => {
                let level = level.unwrap_or(3).clamp(1, 22).cast_signed();
                let mut encoder = zstd::stream::write::Encoder::new(to, level).map_err(PackageError::Io)?;
                // With it a small package takes little memory, and little time.
                encoder.set_pledged_src_size(Some(size)).map_err(PackageError::Io)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Writes what is left, and gives back what was written to.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::None(to) => Ok(to),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Bzip2(encoder) => encoder.finish(),
            Self::Xz(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::None(to) => to.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Bzip2(encoder) => encoder.write(bytes),
            Self::Xz(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
