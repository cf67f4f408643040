//! Fenced blocks, and what a page says in comments of what to do with them.
//!
//! | comment before a block | meaning |
//! | --- | --- |
//! | `<!-- test: file PATH -->` | the block is a file of the page's place; `…` in quotes becomes the digest below |
//! | `<!-- test: file PATH, digest of MODULE -->` | the same, with that module's digest |
//! | `<!-- test: policy -->`, `<!-- test: hooks -->` | `skink policy check` finds no error in it |
//! | `<!-- test: shown -->` | it is compared by another test |
//! | `<!-- test: not run: REASON -->` | nothing; counted |
//!
//! A `console` block needs none: its commands run, and print what it shows. `<!-- test: run` begins a comment with
//! commands that set something up and that readers need not see.

use crate::Page;

/// What is done with a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// Its commands run in the page's place, and print what it shows.
    Session,
    /// Its lines run in the page's place and succeed; readers do not see them.
    SetUp,
    /// It is a file of the page's place.
    File {
        /// The file.
        path: String,
        /// The module whose digest stands for `…`.
        digest_of: Option<String>,
    },
    /// It is a policy without errors.
    Policy,
    /// It is a `_hooks` without errors.
    Hooks,
    /// Another test looks at it.
    Shown,
    /// Nothing, for this reason.
    Nothing(String),
}

/// One block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The line of the page that it begins in, from 1.
    pub line: usize,
    /// What is done with it.
    pub what: Use,
    /// Its lines.
    pub text: String,
}

impl Block {
    /// The blocks of a page, in order.
    pub fn all(page: &Page) -> Vec<Self> {
        let mut blocks = Vec::new();
        let mut said: Option<String> = None;
        let mut lines = page.text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let at = |what: &str| format!("{}:{}: {what}", page.path, index + 1);
            if line.trim() == "<!-- test: run" {
                let inner = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "-->");
                let text = inner.map(|line| format!("{line}\n")).collect();
                blocks.push(Self { line: index + 1, what: Use::SetUp, text });
            } else if let Some(rest) = line.trim().strip_prefix("<!-- test: ") {
                let rest =
                    rest.strip_suffix(" -->").unwrap_or_else(|| panic!("{}", at("no end of the comment")));
                said = Some(rest.to_owned());
            } else if let Some(language) = line.trim_start().strip_prefix("```") {
                let indent = line.len() - line.trim_start().len();
                let inner = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
                let text = inner.map(|line| line.get(indent..).unwrap_or("").to_owned() + "\n").collect();
                let what = use_of(language, said.take()).unwrap_or_else(|| {
                    panic!("{}", at("a block that nothing is done with; see tests/docs/src/block.rs"))
                });
                blocks.push(Self { line: index + 1, what, text });
            } else if !line.trim().is_empty() {
                assert!(said.is_none(), "{}", at("a comment on a block, and no block"));
            }
        }
        blocks
    }
}

fn use_of(language: &str, said: Option<String>) -> Option<Use> {
    let Some(said) = said else {
        return (language == "console").then_some(Use::Session);
    };
    if let Some(path) = said.strip_prefix("file ") {
        let (path, digest_of) = match path.split_once(", digest of ") {
            Some((path, module)) => (path, Some(module.to_owned())),
            None => (path, None),
        };
        return Some(Use::File { path: path.to_owned(), digest_of });
    }
    match said.as_str() {
        "policy" => Some(Use::Policy),
        "hooks" => Some(Use::Hooks),
        "shown" => Some(Use::Shown),
        said => said.strip_prefix("not run: ").map(|reason| Use::Nothing(reason.to_owned())),
    }
}
