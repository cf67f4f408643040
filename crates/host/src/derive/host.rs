use super::Sink;
use crate::bindings::skink::hook::derive as wit;
use crate::bindings::skink::hook::derive::Host;
use crate::outbox::Outbox;
use crate::packages::{Package, dependency, field, refused, script, trigger};
use crate::{Refusal, State};
use skink_packages::{Altered, Origin, Placed, Recipe};
use wasmtime::component::Resource;

impl Host for State {
    fn derive(
        &mut self,
        original: Resource<Package>,
        recipe: wit::Recipe,
        outbox: Resource<Outbox>,
    ) -> Result<String, Refusal> {
        self.trace.note(format_args!("derive({} files)", recipe.files.len()));
        self.table.get(&outbox)?;
        let Self { table, output, inputs, clock, .. } = self;
        let package = table.get_mut(&original)?;
        let recipe = taken(recipe);
        let name =
            package.open.derived_name(&recipe).map_err(|error| refused(&package.path, &error, clock))?;
        let file = name.parse().map_err(|error| Refusal::invalid(format!("derive: {error}")))?;
        let mut writer = output.create(file, inputs.results.as_ref(), clock)?;
        let mut stopped = None;
        let sink = Sink::new(output, &mut writer, *clock, &mut stopped);
        if let Err(error) = package.open.derive(&recipe, sink) {
            output.abandon(writer);
            return Err(stopped.unwrap_or_else(|| refused(&package.path, &error, clock)));
        }
        output.finish(writer)?;
        Ok(name)
    }
}

fn taken(recipe: wit::Recipe) -> Recipe {
    let wit::Recipe { fields, dependencies, scripts, triggers, files } = recipe;
    Recipe {
        fields: fields.into_iter().map(field).collect(),
        dependencies: dependencies.into_iter().map(dependency).collect(),
        scripts: scripts.into_iter().map(script).collect(),
        triggers: triggers.into_iter().map(trigger).collect(),
        files: files.into_iter().map(placed).collect(),
    }
}

fn placed(wit::Placed { path, origin }: wit::Placed) -> Placed {
    let origin = match origin {
        wit::Origin::Original(place) => Origin::Original(place),
        wit::Origin::Altered(wit::Altered { file, flags, target }) => {
            Origin::Altered(Altered { file, flags, target })
        }
        wit::Origin::Symlink(target) => Origin::Symlink(target),
        wit::Origin::Directory => Origin::Directory,
    };
    Placed { path, origin }
}
