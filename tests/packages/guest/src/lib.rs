//! The guest of the stage `packages`: writes what it is told of each package, and makes a copy of each but those of sources.

use skink_sdk::packages::{Format, Origin, Package, Placed, Recipe, Script, derive, open};
use skink_sdk::{Failure, Transform, TransformContext, finish};

struct PackageFacts;

impl Transform for PackageFacts {
    fn transform(context: &TransformContext) -> Result<(), Failure> {
        let (results, outbox) = (context.results()?, context.outbox()?);
        let mut told = String::new();
        for entry in results.list()?.iter().filter(|entry| entry.is_file()) {
            let package = match open(&results, &entry.path) {
                Ok(package) => package,
                Err(failure) => {
                    told.push_str(&format!("{}: {failure:?}\n", entry.path));
                    continue;
                }
            };
            told.push_str(&format!("{}: {}\n", entry.path, facts(&package)?));
            if !package.is_source() {
                let name = derive(&package, &copy(&package)?, &outbox)?;
                told.push_str(&format!("made {name}\n"));
            }
        }
        let facts = outbox.create("facts")?;
        facts.write(told.as_bytes())?;
        finish(facts)
    }
}

fn facts(package: &Package) -> Result<String, Failure> {
    let files = package.files();
    let rows = files.rows();
    let own: Vec<u32> =
        rows.iter().filter(|file| file.is_file() && !file.is_ghost()).map(|file| file.place).collect();
    let contents = package.contents(&own, u64::MAX)?;
    let digests = package.sha256(&own)?;
    let elf = package.elf(&own)?;
    Ok(format!(
        "{} fields, {} dependencies, {} scripts, {} triggers, {} changes, {} files, {} bytes, {} digests, {} of them known, {} programs, {} of files",
        package.fields().len(),
        package.dependencies()?.len(),
        package.scripts()?.len(),
        package.triggers()?.len(),
        package.changelog()?.len(),
        rows.len(),
        contents.iter().flatten().map(Vec::len).sum::<usize>(),
        digests.iter().filter(|digest| !digest.is_empty()).count(),
        own.iter().zip(&digests).filter(|(place, digest)| rows[**place as usize].digest == **digest).count(),
        elf.iter().flatten().count(),
        rows.iter().map(|file| file.dependencies.len()).sum::<usize>(),
    ))
}

/// The package under another name, with its files and a script.
fn copy(package: &Package) -> Result<Recipe, Failure> {
    let mut fields = package.fields();
    let name = match package.format() {
        Format::Rpm => "name",
        Format::Deb => "Package",
    };
    fields.retain(|field| field.name == name);
    fields.iter_mut().flat_map(|field| &mut field.values).for_each(|name| name.push_str("-copy"));
    let table = package.files();
    let files = table
        .rows()
        .iter()
        .map(|file| Placed { path: file.path.to_owned(), origin: Origin::Original(file.place) })
        .collect();
    let mut scripts: Vec<Script> = package.scripts()?;
    scripts.truncate(1);
    Ok(Recipe { fields, dependencies: Vec::new(), scripts, triggers: Vec::new(), files })
}

skink_sdk::transform!(PackageFacts);
skink_sdk::manifest!(include_str!("../manifest.json"));
