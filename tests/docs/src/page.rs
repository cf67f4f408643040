//! The pages of the documents.

use std::fs;
use std::path::{Path, PathBuf};

/// One page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its path below the checkout, such as `docs/src/policy.md`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Whether what is compared is to be written anew.
pub fn updating() -> bool {
    std::env::var_os("SKINK_UPDATE").is_some()
}

/// Every page: those of the book and those beside the code.
pub fn pages() -> Vec<Page> {
    let root = checkout();
    let mut paths: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(|name| root.join(name))
        .to_vec();
    collect(&root.join("docs"), &mut paths);
    let mut pages: Vec<Page> = paths.iter().map(|path| Page::read(&root, path)).collect();
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    pages
}

/// The pages of the book, without its summary.
pub fn book() -> Vec<Page> {
    let is_chapter = |page: &Page| page.path.starts_with("docs/src/") && !page.path.ends_with("/SUMMARY.md");
    pages().into_iter().filter(is_chapter).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}

impl Page {
    fn read(root: &Path, path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        Self { path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text }
    }

    /// Writes it back.
    pub fn write(&self) {
        fs::write(checkout().join(&self.path), &self.text).unwrap();
    }
}
