//! The reference of the interface, made from `wit/` itself: a page a file, and one that leads to them.

use crate::Page;
use crate::page::checkout;
use std::collections::BTreeMap;
use std::fs;
use wit_parser::{
    Docs, Function, FunctionKind, Handle, Interface, Resolve, SourceMap, Type, TypeDef, TypeDefKind, TypeId,
    WorldItem,
};

/// Where the pages are, below the checkout.
const FOLDER: &str = "docs/src/wit";

/// The pages as they should be.
pub fn reference() -> Vec<Page> {
    let folder = checkout().join("wit");
    let mut resolve = Resolve::default();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        texts.insert(name, fs::read_to_string(&path).unwrap());
    }
    let mut sources = SourceMap::new();
    texts.iter().for_each(|(name, text)| sources.push_str(name, text));
    let group = sources.parse().unwrap_or_else(|(_, error)| panic!("wit/: {error}"));
    let package = resolve.push_group(group).unwrap_or_else(|error| panic!("wit/: {error}"));
    let package = &resolve.packages[package];
    let mut files: BTreeMap<String, Vec<&Interface>> = BTreeMap::new();
    for (name, text) in texts {
        let declared = text.lines().filter_map(|line| line.strip_prefix("interface ")?.strip_suffix(" {"));
        let found = declared.map(|name| &resolve.interfaces[package.interfaces[name]]);
        files.insert(name, found.collect());
    }
    let mut first = Writer { resolve: &resolve, text: String::new() };
    first.front(&package.name.to_string(), &files);
    for (_, world) in &package.worlds {
        let world = &resolve.worlds[*world];
        let exports = world.exports.values().filter_map(|item| match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id].name.clone(),
            WorldItem::Function(_) | WorldItem::Type { .. } => None,
        });
        let exports: Vec<String> =
            exports.map(|name| format!("[`{name}`](phases.md#interface-{name})")).collect();
        first.line(&format!("| `{}` | {} |", world.name, exports.join(", ")));
    }
    let mut pages = vec![page("README", first.text)];
    for (name, interfaces) in files {
        let mut writer = Writer { resolve: &resolve, text: format!("{GENERATED}# wit/{name}.wit\n\n") };
        interfaces.iter().for_each(|interface| writer.interface(interface));
        pages.push(page(&name, writer.text));
    }
    pages
}

const GENERATED: &str = "<!-- Made from wit/ by `cargo xtask docs`; change it there. -->\n\n";

fn page(name: &str, text: String) -> Page {
    Page { path: format!("{FOLDER}/{name}.md"), text: text.trim_end().to_owned() + "\n" }
}

struct Writer<'a> {
    resolve: &'a Resolve,
    text: String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn docs(&mut self, docs: &Docs) {
        if let Some(text) = docs.contents.as_deref().filter(|text| !text.trim().is_empty()) {
            self.line(text.trim());
            self.line("");
        }
    }

    fn front(&mut self, package: &str, files: &BTreeMap<String, Vec<&Interface>>) {
        self.text = format!("{GENERATED}# The interface in WIT\n\n");
        self.line(&format!(
            "What a hook may import and what it exports: `{package}`. A hook exports the interface of each"
        ));
        self.line("of its phases; a getter of the phase's context gives what the module was granted, and nothing else.");
        self.line("\n| file | interfaces |\n| --- | --- |");
        for (name, interfaces) in files {
            let names: Vec<&str> =
                interfaces.iter().filter_map(|interface| interface.name.as_deref()).collect();
            self.line(&format!("| [wit/{name}.wit]({name}.md) | `{}` |", names.join("`, `")));
        }
        self.line("\nA module is of one world or of several:\n\n| world | exports |\n| --- | --- |");
    }

    fn interface(&mut self, interface: &Interface) {
        let name = interface.name.as_deref().unwrap_or_default();
        self.line(&format!("## interface {name}\n"));
        self.docs(&interface.docs);
        for (name, id) in &interface.types {
            self.type_of(name, *id, interface);
        }
        for function in interface.functions.values().filter(|f| matches!(f.kind, FunctionKind::Freestanding))
        {
            self.line(&format!("### {}\n", function.name));
            self.declared(&self.signature(function));
            self.docs(&function.docs);
        }
    }

    fn declared(&mut self, text: &str) {
        self.line(&format!("<!-- test: shown -->\n```wit\n{text}\n```\n"));
    }

    fn type_of(&mut self, name: &str, id: TypeId, interface: &Interface) {
        let def = &self.resolve.types[id];
        let fields: Vec<(String, String)> = match &def.kind {
            TypeDefKind::Type(_) => return, // what another interface declares
            TypeDefKind::Record(record) => {
                let each = record.fields.iter();
                each.map(|field| (format!("{}: {}", field.name, self.shown(&field.ty)), about(&field.docs)))
                    .collect()
            }
            TypeDefKind::Variant(variant) => {
                let case = |case: &wit_parser::Case| match &case.ty {
                    Some(ty) => format!("{}({})", case.name, self.shown(ty)),
                    None => case.name.clone(),
                };
                variant.cases.iter().map(|one| (case(one), about(&one.docs))).collect()
            }
            TypeDefKind::Enum(words) => {
                words.cases.iter().map(|word| (word.name.clone(), about(&word.docs))).collect()
            }
            TypeDefKind::Flags(flags) => {
                flags.flags.iter().map(|flag| (flag.name.clone(), about(&flag.docs))).collect()
            }
            TypeDefKind::Resource => return self.resource(name, id, def, interface),
            other => {
                panic!("wit/ has a {} named {name}, which the reference cannot show yet", other.as_str())
            }
        };
        self.line(&format!("### {} {name}\n", def.kind.as_str()));
        self.docs(&def.docs);
        self.line("| | |\n| --- | --- |");
        for (field, about) in fields {
            self.line(&format!("| `{field}` | {about} |"));
        }
        self.line("");
    }

    fn resource(&mut self, name: &str, id: TypeId, def: &TypeDef, interface: &Interface) {
        self.line(&format!("### resource {name}\n"));
        self.docs(&def.docs);
        for function in interface.functions.values().filter(|function| function.kind.resource() == Some(id)) {
            self.line(&format!("#### {name}.{}\n", function.item_name()));
            self.declared(&self.signature(function));
            self.docs(&function.docs);
        }
    }

    fn signature(&self, function: &Function) -> String {
        let skipped = usize::from(matches!(function.kind, FunctionKind::Method(_)));
        let params = function.params.iter().skip(skipped);
        let params: Vec<String> = params.map(|p| format!("{}: {}", p.name, self.shown(&p.ty))).collect();
        let result = function.result.map(|ty| format!(" -> {}", self.shown(&ty))).unwrap_or_default();
        format!("{}: func({}){result}", function.item_name(), params.join(", "))
    }

    fn shown(&self, ty: &Type) -> String {
        let Type::Id(id) = ty else { return format!("{ty:?}").to_lowercase() };
        let def = &self.resolve.types[*id];
        if let Some(name) = &def.name {
            return name.clone();
        }
        let maybe = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| self.shown(ty));
        let named = |id: TypeId| self.shown(&Type::Id(id));
        match &def.kind {
            TypeDefKind::Handle(Handle::Own(id)) => named(*id),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", named(*id)),
            TypeDefKind::Option(ty) => format!("option<{}>", self.shown(ty)),
            TypeDefKind::List(ty) => format!("list<{}>", self.shown(ty)),
            TypeDefKind::Tuple(tuple) => {
                let each: Vec<String> = tuple.types.iter().map(|ty| self.shown(ty)).collect();
                format!("tuple<{}>", each.join(", "))
            }
            TypeDefKind::Result(result) => match (&result.ok, &result.err) {
                (None, None) => "result".to_owned(),
                (Some(ok), None) => format!("result<{}>", self.shown(ok)),
                (ok, err) => format!("result<{}, {}>", maybe(ok), maybe(err)),
            },
            other => panic!("wit/ has a nameless {}, which the reference cannot show yet", other.as_str()),
        }
    }
}

/// Documentation in one line of a table.
fn about(docs: &Docs) -> String {
    docs.contents
        .as_deref()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}
