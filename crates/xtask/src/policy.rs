//! The policy of the demo: the example's, with the digests of the hooks that were built here.

use crate::hooks::Hook;
use crate::layout::Layout;
use anyhow::{Context, bail};
use std::fs;
use std::path::Path;

/// Writes the policy to `path`.
pub(crate) fn write(layout: &Layout, hooks: &[Hook], path: &Path) -> anyhow::Result<()> {
    let template = layout.examples().join("policy.toml.in");
    let text = fs::read_to_string(&template).with_context(|| format!("reading {}", template.display()))?;
    let mut values: Vec<(String, String)> =
        hooks.iter().map(|hook| (format!("sha256:{}", hook.name), hook.digest.clone())).collect();
    for (name, folder) in [("pool", layout.pool()), ("extra", layout.extra())] {
        values.push((name.to_owned(), folder.display().to_string()));
    }
    let text = fill(&text, &values).with_context(|| format!("filling {}", template.display()))?;
    crate::layout::write(path, text)
}

/// Puts values in the place of `@name@`. A name without a value is an error, so that no rule is lost silently.
fn fill(text: &str, values: &[(String, String)]) -> anyhow::Result<String> {
    let mut filled = String::new();
    for (index, part) in text.split('@').enumerate() {
        if index % 2 == 0 {
            filled.push_str(part);
            continue;
        }
        match values.iter().find(|(name, _)| name == part) {
            Some((_, value)) => filled.push_str(value),
            None => bail!("there is no value for @{part}@; is the hook of that name in wasm-hooks/?"),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled_or_named() {
        let values = [("sha256:a".to_owned(), "11".to_owned()), ("pool".to_owned(), "/p".to_owned())];
        let rows = [
            ("x = [\"@sha256:a@\"]\ny = \"@pool@\"", Some("x = [\"11\"]\ny = \"/p\"")),
            ("nothing", Some("nothing")),
            ("x = \"@sha256:b@\"", None),
        ];
        for (text, want) in rows {
            assert_eq!(fill(text, &values).ok().as_deref(), want, "{text}");
        }
    }

    #[test]
    fn the_example_has_a_value_for_every_place() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders = fs::read_dir(root.join("wasm-hooks")).unwrap();
        let hooks = folders.map(|entry| format!("sha256:{}", entry.unwrap().file_name().to_string_lossy()));
        let names = hooks.chain(["pool".to_owned(), "extra".to_owned()]);
        let values: Vec<_> = names.map(|name| (name, "value".to_owned())).collect();
        let template = fs::read_to_string(root.join("examples/policy.toml.in")).unwrap();
        assert!(!fill(&template, &values).unwrap().contains('@'));
    }
}
