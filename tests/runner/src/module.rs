//! Components from core modules in text form, against the real `wit/`.
//!
//! A module's text holds its imports and functions by their names in the canonical ABI, and begins with
//! `;; world: NAME`; `prelude.wat` is put behind it. Worlds beside those of `wit/` are in `wit/worlds.wit`.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const PRELUDE: &str = include_str!("prelude.wat");
const WORLDS: &str = include_str!("wit/worlds.wit");
/// The parts of WASI that the modules use.
const WASI: [(&str, &str); 3] = [
    ("io.wit", include_str!("wit/io.wit")),
    ("clocks.wit", include_str!("wit/clocks.wit")),
    ("cli.wit", include_str!("wit/cli.wit")),
];

/// The component of `modules/NAME.wat`.
pub fn component(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("modules/{name}.wat"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    from_text(&text).unwrap_or_else(|error| panic!("{name}: {error:#?}"))
}

/// The component of a module's text.
pub fn from_text(text: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let world = text.lines().next().and_then(|line| line.strip_prefix(";; world: ")).ok_or("no world")?;
    let mut resolve = Resolve::default();
    let (hook, _) = resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit"))?;
    for (name, text) in WASI {
        resolve.push_str(name, text)?;
    }
    let worlds = resolve.push_str("worlds.wit", WORLDS)?;
    let named = |package| resolve.packages.get(package).and_then(|package| package.worlds.get(world));
    let world = *named(worlds).or_else(|| named(hook)).ok_or("there is no such world")?;
    let mut core = wat::parse_str(format!("(module\n{text}\n{PRELUDE})"))?;
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8)?;
    Ok(ComponentEncoder::default().module(&core)?.validate(true).encode()?)
}
