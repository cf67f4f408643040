//! Components from core modules in text form, against the real `wit/`.
//!
//! A module's text holds its imports and functions by their names in the canonical ABI, and begins with
//! `;; world: NAME`. `support/prelude.wat` is put behind it, unless its second line is `;; no prelude`. Worlds
//! beside those of `wit/` are in `support/worlds.wit`.

use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve, SourceMap};

const PRELUDE: &str = include_str!("../support/prelude.wat");
const WORLDS: &str = include_str!("../support/worlds.wit");
const HTTP: &str = include_str!("../support/http.wit");

/// The text of a module and of the interfaces that it is made against.
#[derive(Debug, Clone)]
pub struct ComponentText {
    module: String,
    interfaces: Vec<(String, String)>,
    worlds: String,
}

/// The component of `modules/NAME.wat`.
pub fn component(name: &str) -> Vec<u8> {
    ComponentText::named(name).build()
}

/// The component of a component's text, which is taken as it is.
pub fn component_from_text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl ComponentText {
    /// The module `modules/NAME.wat` and the interfaces of `wit/`.
    pub fn named(name: &str) -> Self {
        let mut interfaces: Vec<(String, String)> = std::fs::read_dir(here("../../wit"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read(&path)))
            .collect();
        interfaces.sort();
        Self { module: read(&here(&format!("modules/{name}.wat"))), interfaces, worlds: WORLDS.to_owned() }
    }

    /// Replaces a text wherever it stands; it must stand somewhere.
    #[must_use]
    pub fn with(mut self, from: &str, to: &str) -> Self {
        let texts = || self.interfaces.iter().map(|(_, text)| text).chain([&self.module, &self.worlds]);
        assert!(texts().any(|text| text.contains(from)), "no {from:?} in the module or in wit/");
        self.module = self.module.replace(from, to);
        self.worlds = self.worlds.replace(from, to);
        for (_, text) in &mut self.interfaces {
            *text = text.replace(from, to);
        }
        self
    }

    /// Makes the component.
    pub fn build(&self) -> Vec<u8> {
        self.try_build().unwrap_or_else(|error| panic!("{error:#?}\n{}", self.module))
    }

    fn try_build(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let world =
            self.module.lines().next().and_then(|line| line.strip_prefix(";; world: ")).ok_or("no world")?;
        let mut resolve = Resolve::default();
        let mut hook = SourceMap::new();
        for (name, text) in &self.interfaces {
            hook.push_str(name, text);
        }
        let hook = resolve.push_group(hook.parse().map_err(|(_, error)| error.to_string())?)?;
        resolve.push_source("http.wit", HTTP)?;
        let worlds = resolve.push_source("worlds.wit", &self.worlds)?;
        let holds = |package: &PackageId| resolve.packages[*package].worlds.contains_key(world);
        let package = [worlds, hook].into_iter().find(holds).ok_or("no package has that world")?;
        let world = resolve.select_world(&[package], Some(world))?;
        let prelude = if self.module.lines().nth(1) == Some(";; no prelude") { "" } else { PRELUDE };
        let mut core = wat::parse_str(format!("(module\n{}\n{prelude})", self.module))?;
        embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8)?;
        Ok(ComponentEncoder::default().module(&core)?.validate(true).encode()?)
    }
}
