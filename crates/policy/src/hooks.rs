//! The file `_hooks` of a project or a package.

use crate::entry::{self, HookEntry, Layer, MAX_HOOKS};
use crate::reader::{Table, by_grammar, read_file};
use crate::{Place, Problems};
use skink_job::HookName;

/// What one `_hooks` file declares, in its order.
#[derive(Debug, Clone)]
pub struct HooksFile {
    pub(crate) declared: Vec<Declared>,
}

/// One table of the file.
#[derive(Debug, Clone)]
pub(crate) enum Declared {
    /// A hook. Its layer is set when the layers are merged.
    Hook(Box<HookEntry>),
    /// `disabled = true`: the hook of that name in an outer layer is not wanted.
    Disabled { name: HookName, place: Place },
}

impl HooksFile {
    /// What this file declares and then what `later` does: of two entries of one name, the later one counts.
    #[must_use]
    pub fn followed_by(mut self, later: Self) -> Self {
        self.declared.extend(later.declared);
        self
    }

    /// Reads a `_hooks` file. `file` is how messages call it.
    pub fn parse(text: impl AsRef<[u8]>, file: &str) -> Result<Self, Problems> {
        read_file(text.as_ref(), file, "the hooks file", |top| {
            let mut declared = Vec::new();
            if !check_schema(top) {
                return Self { declared };
            }
            top.named_tables("hooks", "[hooks.NAME]", |name, table| {
                let place = name.place.clone();
                let name = match by_grammar::<HookName>(name.value) {
                    Ok(name) => Some(name),
                    Err(message) => {
                        table.report(&place, message);
                        None
                    }
                };
                if declared.len() == MAX_HOOKS {
                    table.report(&place, format!("a file may declare at most {MAX_HOOKS} hooks"));
                }
                declared.extend(read_hook(table, name, place));
            });
            Self { declared }
        })
    }
}

fn read_hook(table: &Table<'_>, name: Option<HookName>, place: Place) -> Option<Declared> {
    let disabled = table.flag("disabled") == Some(true);
    // Where the name is bad, the keys are read all the same, so that all their problems are told at once.
    let known = name.is_some();
    let name = name.or_else(|| "x".parse().ok())?;
    let hook = entry::read(table, name.clone(), Layer::Project, place.clone());
    if disabled {
        return Some(Declared::Disabled { name, place });
    }
    table.missing("module", "module = \"rpmlint.wasm\", a file beside this one");
    hook.filter(|_| known).map(|hook| Declared::Hook(Box::new(hook)))
}

/// Whether the file is written for this reader. If not, its keys mean something else and are not looked at.
pub(crate) fn check_schema(top: &Table<'_>) -> bool {
    let schema = top.count("schema");
    top.missing("schema", "schema = 1, as the first line");
    let Some(schema) = schema else { return true };
    if schema.value == 1 {
        return true;
    }
    let message = format!("this file has schema {}, this Skink reads schema 1", schema.value);
    top.report_helped(&schema.place, message, || "take a Skink that is as new as the file".to_owned());
    top.give_up();
    false
}
