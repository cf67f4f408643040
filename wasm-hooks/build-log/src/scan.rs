//! The log from its first line to its last: what a line means because of those before it.

use super::collect::Collection;
use super::lines;
use super::message::{Kind, Line, Message, cmake_code, line};
use super::place::{Folders, Place};
use alloc::borrow::ToOwned;
use alloc::string::String;

/// Bytes of a text of CMake's that are enough.
const MAX_CMAKE: usize = 1 << 10;

/// What is known between two lines.
#[derive(Debug)]
pub(crate) struct Scan<'s> {
    collection: Collection<'s>,
    folders: Folders,
    /// Messages are about this function, of this file where that is known.
    function: Option<(Option<String>, String)>,
    /// The function that it was compiled into, and where.
    inlined: Option<(String, Place)>,
    /// The file that the assembler speaks of.
    assembler: Option<String>,
    /// What CMake says, and the text of it so far.
    cmake: Option<(Kind, Option<Place>, String)>,
    /// Names of files in no package are to come.
    unpackaged: Option<Kind>,
}

impl<'s> Scan<'s> {
    pub(crate) fn new(collection: Collection<'s>) -> Self {
        Self {
            collection,
            folders: Folders::default(),
            function: None,
            inlined: None,
            assembler: None,
            cmake: None,
            unpackaged: None,
        }
    }

    /// Reads the next line.
    pub(crate) fn line(&mut self, raw: &[u8]) {
        let bare = lines::bare(raw);
        if self.continued(bare) {
            return;
        }
        // Every line that is ours has a colon, but for one.
        if memchr::memchr(b':', bare).is_none() && !has_core_dump(bare) {
            return;
        }
        let text = lines::text(bare);
        self.read(&text);
    }

    /// What was collected.
    pub(crate) fn end(mut self) -> Collection<'s> {
        // What CMake began ends here too.
        self.cmake_text(b"");
        self.collection
    }

    /// Lines that have a meaning by the line before alone.
    fn continued(&mut self, bare: &[u8]) -> bool {
        if let Some(kind) = self.unpackaged {
            let text = lines::text(bare);
            match text.strip_prefix("   ").map(str::trim).filter(|file| file.starts_with('/')) {
                Some(file) => {
                    let place = Place { file: file.to_owned(), line: None, column: None };
                    let text = "the build installed the file, but it is in no package".to_owned();
                    let code = "unpackaged-file".to_owned();
                    let message = Message {
                        kind,
                        code,
                        text,
                        place: Some(place),
                        first: None,
                        flag: None,
                        of_compiler: false,
                    };
                    self.add(message, None);
                    return true;
                }
                None => self.unpackaged = None,
            }
        }
        self.cmake_text(bare)
    }

    /// The first paragraph of CMake's text, which is indented.
    fn cmake_text(&mut self, bare: &[u8]) -> bool {
        let Some((kind, place, mut so_far)) = self.cmake.take() else { return false };
        let text = lines::text(bare);
        let is_text = text.starts_with("  ") && so_far.len() < MAX_CMAKE;
        if is_text || (so_far.is_empty() && text.is_empty()) {
            if !so_far.is_empty() {
                so_far.push(' ');
            }
            so_far.push_str(text.trim());
            self.cmake = Some((kind, place, so_far));
            return true;
        }
        let code = cmake_code(kind).to_owned();
        self.add(
            Message { kind, code, text: so_far, place, first: None, flag: None, of_compiler: false },
            None,
        );
        text.is_empty()
    }

    fn read(&mut self, text: &str) {
        match line(text) {
            Line::Message(message) => self.message(message),
            Line::Note { place, text } => {
                let file = place.as_ref().map(|place| self.folders.resolve(&place.file));
                self.collection.note(file.as_deref(), place.and_then(|place| place.line), text);
            }
            Line::Function { file, name } => {
                self.function = Some((file.map(str::to_owned), name.to_owned()));
                self.inlined = None;
            }
            Line::TopLevel => self.function = None,
            // The last one is the outermost.
            Line::Inlined { function, place } => self.inlined = Some((function.to_owned(), place)),
            Line::Assembler(file) => self.assembler = Some(file.to_owned()),
            Line::Enter { level, folder } => self.folders.enter(level, folder),
            Line::Leave { level, folder } => self.folders.leave(level, folder),
            Line::Referenced(place) => {
                let file = self.folders.resolve(&place.file);
                self.collection.locate(Place { file, ..place });
            }
            Line::Cmake { kind, place } => self.cmake = Some((kind, place, String::new())),
            Line::Unpackaged(kind) => self.unpackaged = Some(kind),
            Line::Other => {}
        }
    }

    fn message(&mut self, mut message: Message) {
        if message.code == "assembler" {
            // Other programs begin lines with `FILE:LINE: Error:` too.
            let file = message.place.as_ref().map(|place| place.file.as_str());
            if file.is_none() || file != self.assembler.as_deref() {
                return;
            }
            message.code =
                if message.kind == Kind::Warning { "compiler-warning" } else { "compiler-error" }.to_owned();
        }
        let mut function = self.function_of(&message).map(str::to_owned);
        if let (Some((caller, at)), Some(place)) = (self.inlined.take(), &mut message.place) {
            // A header of the system is not what is to be mended.
            if place.file.starts_with("/usr/") {
                *place = at;
                function = Some(caller);
            }
        }
        self.add(message, function);
    }

    fn function_of(&self, message: &Message) -> Option<&str> {
        let (file, name) = self.function.as_ref().filter(|_| message.of_compiler)?;
        let same = |file: &String| message.place.as_ref().is_some_and(|place| place.file == *file);
        file.as_ref().is_none_or(same).then_some(name)
    }

    fn add(&mut self, mut message: Message, function: Option<String>) {
        if let Some(place) = &mut message.place {
            place.file = self.folders.resolve(&place.file);
        }
        let first = message.first.take();
        self.collection.add(message, function);
        if let Some(first) = first {
            let file = self.folders.resolve(&first.file);
            self.collection.note(Some(&file), first.line, "first defined here");
        }
    }
}

fn has_core_dump(line: &[u8]) -> bool {
    const WORDS: &[u8] = b"(core dumped)";
    memchr::memchr_iter(b'(', line).any(|at| line.get(at..).is_some_and(|rest| rest.starts_with(WORDS)))
}

#[cfg(test)]
mod tests;
