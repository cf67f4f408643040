use super::grant::location;
use super::open::{look, open_regular, size};
use super::read::{part, sha256, whole};
use super::walk::{Found, walk};
use super::{File, Tree};
use crate::bindings::skink::hook::files::{Entry, Host, HostFile, HostTree, Kind};
use crate::trace::Short;
use crate::{Refusal, State};
use rustix::fs::FileType;
use skink_job::RelPath;
use std::os::fd::AsFd;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::Resource;

impl Host for State {}

impl State {
    /// Checks the handle and the path.
    fn at(&self, tree: &Resource<Tree>, path: &str, call: &str) -> Result<(&Tree, RelPath), Refusal> {
        let tree = self.table.get(tree)?;
        let path = path.parse().map_err(|error| Refusal::invalid(format!("{call}: {error}")))?;
        Ok((tree, path))
    }
}

impl HostTree for State {
    fn list(&mut self, tree: Resource<Tree>) -> Result<Vec<Entry>, Refusal> {
        self.trace.note(format_args!("tree.list()"));
        let dir = Arc::clone(&self.table.get(&tree)?.dir);
        Ok(walk(dir.as_fd(), &self.clock)?.into_iter().map(entry).collect())
    }

    fn stat(&mut self, tree: Resource<Tree>, path: String) -> Result<Entry, Refusal> {
        self.trace.note(format_args!("tree.stat({})", Short(&path)));
        let (tree, path) = self.at(&tree, &path, "tree.stat")?;
        let (stat, target) = look(tree.dir.as_fd(), &path)?;
        let kind = FileType::from_raw_mode(stat.st_mode);
        let size = if matches!(kind, FileType::RegularFile) { size(&stat) } else { 0 };
        Ok(entry(Found { path: path.into(), kind, size, mode: stat.st_mode & 0o7777, target }))
    }

    fn read(&mut self, tree: Resource<Tree>, path: String, max: u64) -> Result<Vec<u8>, Refusal> {
        self.trace.note(format_args!("tree.read({}, {max})", Short(&path)));
        let (tree, path) = self.at(&tree, &path, "tree.read")?;
        let (file, size) = open_regular(tree.dir.as_fd(), &path, tree.devices)?;
        Ok(whole(&file, path.as_str(), size, max, &self.clock)?)
    }

    fn sha256(&mut self, tree: Resource<Tree>, paths: Vec<String>) -> Result<Vec<String>, Refusal> {
        self.trace.note(format_args!("tree.sha256({} paths)", paths.len()));
        let mut digests = Vec::with_capacity(paths.len());
        for path in paths {
            let (tree, path) = self.at(&tree, &path, "tree.sha256")?;
            let (file, size) = open_regular(tree.dir.as_fd(), &path, tree.devices)?;
            digests.push(sha256(&file, path.as_str(), size, &self.clock)?.to_string());
        }
        Ok(digests)
    }

    fn open(&mut self, tree: Resource<Tree>, path: String) -> Result<Resource<File>, Refusal> {
        self.trace.note(format_args!("tree.open({})", Short(&path)));
        let (tree, path) = self.at(&tree, &path, "tree.open")?;
        let (file, size) = open_regular(tree.dir.as_fd(), &path, tree.devices)?;
        Ok(self.push(File { file: Arc::new(file), size })?)
    }

    fn location(&mut self, tree: Resource<Tree>) -> Result<String> {
        self.trace.note(format_args!("tree.location()"));
        Ok(location(self.table.get(&tree)?.role).to_owned())
    }

    fn drop(&mut self, tree: Resource<Tree>) -> Result<()> {
        self.delete(tree).map(drop)
    }
}

impl HostFile for State {
    fn size(&mut self, file: Resource<File>) -> Result<u64> {
        self.trace.note(format_args!("file.size()"));
        Ok(self.table.get(&file)?.size)
    }

    fn read(&mut self, file: Resource<File>, offset: u64, length: u32) -> Result<Vec<u8>, Refusal> {
        self.trace.note(format_args!("file.read({offset}, {length})"));
        let file = &self.table.get(&file)?.file;
        Ok(part(file, "the file", offset, length)?)
    }

    fn drop(&mut self, file: Resource<File>) -> Result<()> {
        self.delete(file).map(drop)
    }
}

fn entry(found: Found) -> Entry {
    let Found { path, kind, size, mode, target } = found;
    let kind = match kind {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Symlink,
        FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Kind::Other,
    };
    Entry { path, kind, size, mode, target }
}
