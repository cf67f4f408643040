//! The sha256 of a file of any size.

use sha2::{Digest as _, Sha256};
use skink_job::Digest;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(crate) fn of_file(path: &Path) -> io::Result<Digest> {
    of(&mut File::open(path)?)
}

pub(crate) fn of(file: &mut File) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest::from_bytes(hash.finalize().into())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_files_sha256() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        std::fs::write(&file, "abc").unwrap();
        let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_file(&file).unwrap().to_string(), want);
    }
}
