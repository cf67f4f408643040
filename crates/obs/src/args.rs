//! The argument loop of `build`, quirks included.
//!
//! - `-opt` is `--opt`; a value comes as `--opt value` or `--opt=value`.
//! - A separate value that begins with `-` counts as missing, and so does an empty one.
//! - An empty argument ends parsing, silently.
//! - Options may come after the recipe, and there may be several recipes.
//! - Some options drop the next argument although they take none ([`Arity::Swallows`]).
//! - Anything that holds a `-` and later a `=` is split, even a recipe; the script then refuses it.

use crate::hook_options::{self, HookItem, UsageError};
use crate::options::{self, Arity, Spec};
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// What one or several neighbouring arguments are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A known option and its value.
    Option(&'static Spec, Option<OsString>),
    /// An option that is not in the table; the script may know it.
    Unknown,
    /// A recipe or a folder. It is doubtful where it could be the value of an unknown option before it.
    Recipe { path: OsString, doubtful: bool },
    /// One of Skink's own options.
    Hook(HookItem),
    /// What the script refuses: a missing value, or one too many.
    Refused,
}

/// One item and the arguments it was made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// Reads arguments into items. What follows an empty argument belongs to no item.
pub(crate) fn read(args: &[OsString]) -> Result<Vec<Item>, UsageError> {
    let mut items: Vec<Item> = Vec::new();
    let mut at = 0;
    while let Some(arg) = args.get(at).filter(|arg| !arg.is_empty()) {
        let next = args.get(at + 1);
        let after_unknown = items.last().is_some_and(|item| item.kind == Kind::Unknown);
        let (kind, used) = match hook_options::read(arg, next)? {
            Some((hook, used)) => (Kind::Hook(hook), used),
            None => read_one(arg, next, after_unknown),
        };
        items.push(Item { kind, span: at..(at + used).min(args.len()) });
        at += used;
    }
    Ok(items)
}

/// Reads one item; the number is how many arguments it takes.
fn read_one(arg: &OsStr, next: Option<&OsString>, after_unknown: bool) -> (Kind, usize) {
    let (param, inline) = split(arg);
    let Some(name) = option_name(param) else {
        return match inline {
            // The script splits it, and then stumbles over what it put back.
            Some(_) => (Kind::Refused, 1),
            None => (Kind::Recipe { path: arg.to_owned(), doubtful: after_unknown }, 1),
        };
    };
    let Some(spec) = name.to_str().and_then(options::find) else {
        return (Kind::Unknown, 1);
    };
    let inline = inline.map(OsStr::to_owned);
    let has_inline = inline.is_some();
    let separate = next.filter(|v| !v.is_empty() && !v.as_bytes().starts_with(b"-")).cloned();
    let given = if has_inline { inline.filter(|v| !v.is_empty()) } else { separate };
    let one_or_two = if has_inline { 1 } else { 2 };
    match (spec.arity, given) {
        (Arity::Flag, _) if has_inline => (Kind::Refused, 1),
        (Arity::Flag, _) => (Kind::Option(spec, None), 1),
        (Arity::Value | Arity::AnyValue | Arity::Optional, Some(v)) => {
            (Kind::Option(spec, Some(v)), one_or_two)
        }
        (Arity::AnyValue, None) if !has_inline => match next.filter(|v| !v.is_empty()) {
            Some(v) => (Kind::Option(spec, Some(v.clone())), 2),
            None => (Kind::Refused, 1),
        },
        (Arity::Value | Arity::AnyValue, None) => (Kind::Refused, 1),
        (Arity::Optional, None) if has_inline => (Kind::Refused, 1),
        (Arity::Optional, None) => (Kind::Option(spec, None), 1),
        (Arity::Inline, given) => (Kind::Option(spec, given.filter(|_| has_inline)), 1),
        // One of ours is taken out before the script sees it, so it is not what the script drops.
        (Arity::Swallows, _) if !has_inline && next.is_some_and(|n| !hook_options::is_ours(n)) => {
            (Kind::Option(spec, None), 2)
        }
        (Arity::Swallows, _) => (Kind::Option(spec, None), 1),
    }
}

/// Splits at the first `=` that has a `-` somewhere before it.
pub(crate) fn split(arg: &OsStr) -> (&OsStr, Option<&OsStr>) {
    let bytes = arg.as_bytes();
    let Some(dash) = bytes.iter().position(|b| *b == b'-') else { return (arg, None) };
    let has_equals = bytes.iter().skip(dash + 1).any(|b| *b == b'=');
    let mut parts = bytes.splitn(2, |b| *b == b'=');
    match (has_equals, parts.next(), parts.next()) {
        (true, Some(head), Some(tail)) => (OsStr::from_bytes(head), Some(OsStr::from_bytes(tail))),
        _ => (arg, None),
    }
}

/// The name without its one or two dashes, where it is an option at all.
pub(crate) fn option_name(param: &OsStr) -> Option<&OsStr> {
    let bytes = param.as_bytes();
    let rest = bytes.strip_prefix(b"--").or_else(|| bytes.strip_prefix(b"-"))?;
    Some(OsStr::from_bytes(rest))
}

/// The arguments without the dropped items. `separator` is an option that changes nothing; it goes where an
/// item was dropped between two others, so that an option before the gap cannot take what comes after it.
pub(crate) fn without(
    args: &[OsString],
    items: &[Item],
    dropped: impl Fn(&Item) -> bool,
    separator: &[OsString],
) -> Vec<OsString> {
    let mut kept = Vec::with_capacity(args.len());
    let mut gap = false;
    let mut end = 0;
    for item in items {
        end = item.span.end;
        if dropped(item) {
            gap = !kept.is_empty();
            continue;
        }
        let arguments = args.get(item.span.clone()).unwrap_or_default();
        if gap {
            kept.extend_from_slice(separator);
        }
        kept.extend_from_slice(arguments);
        gap = false;
    }
    if gap {
        kept.extend_from_slice(separator);
    }
    kept.extend_from_slice(args.get(end..).unwrap_or_default());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(args: &[&str]) -> String {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let shown: Vec<String> = read(&args).unwrap().iter().map(|item| show_kind(&item.kind)).collect();
        shown.join(" ")
    }

    fn show_kind(kind: &Kind) -> String {
        match kind {
            Kind::Option(spec, None) => spec.name.to_owned(),
            Kind::Option(spec, Some(value)) => format!("{}={}", spec.name, value.to_string_lossy()),
            Kind::Unknown => "?".to_owned(),
            Kind::Recipe { path, doubtful } => {
                format!("<{}{}>", path.to_string_lossy(), if *doubtful { "?" } else { "" })
            }
            Kind::Hook(_) => "hook".to_owned(),
            Kind::Refused => "!".to_owned(),
        }
    }

    #[test]
    fn the_quirks() {
        let rows: &[(&[&str], &str)] = &[
            (&["-root", "/r", "a.spec"], "root=/r <a.spec>"),
            (&["--root=/r", "a.spec", "--clean"], "root=/r <a.spec> clean"),
            (&["--root", "--clean"], "! clean"),
            (&["--root=", "x"], "! <x>"),
            (&["--vm-args=--register=no --keep-unit"], "vm-args=--register=no --keep-unit"),
            (&["--vm-args", "--register=no"], "! ?"),
            (&["a.spec", "", "--clean"], "<a.spec>"),
            (&["--clean=yes"], "!"),
            (&["--kvm", "disk", "a.spec"], "kvm=disk <a.spec>"),
            (&["--kvm", "--clean", "a.spec"], "kvm clean <a.spec>"),
            (&["--kvm=", "a.spec"], "! <a.spec>"),
            (&["--kvm=disk", "a.spec"], "kvm=disk <a.spec>"),
            (&["--ccache", "a.spec"], "ccache <a.spec>"),
            (&["--ccache=sccache", "a.spec"], "ccache=sccache <a.spec>"),
            (&["--sccache", "--clean", "a.spec"], "sccache <a.spec>"),
            (&["--lxc", "a.spec"], "lxc"),
            (&["--lxc=x", "a.spec"], "lxc <a.spec>"),
            (&["--vm-network"], "vm-network"),
            (&["--kiwi-parameter", "--foo", "x"], "kiwi-parameter=--foo <x>"),
            (&["--kiwi-parameter=--foo", "x"], "kiwi-parameter=--foo <x>"),
            (&["--kiwi-parameter"], "!"),
            (&["--nosuch", "v", "a.spec"], "? <v?> <a.spec>"),
            (&["a-b=c.spec"], "!"),
            (&["a=b-c.spec"], "<a=b-c.spec>"),
            (&["--", "-"], "? ?"),
            (&["---clean"], "?"),
            (&["-X", "gdb", "--extrapacks=vim"], "extra-packs=gdb extra-packs=vim"),
            (&["--define", "a b", "--define=x y=z"], "define=a b define=x y=z"),
            (&["--list-state", "--liststate"], "list-state list-state"),
            (&["--lxc", "--hook-none", "a.spec"], "lxc hook <a.spec>"),
        ];
        for (args, want) in rows {
            assert_eq!(show(args), *want, "{args:?}");
        }
    }

    #[test]
    fn a_dropped_item_leaves_no_gap_to_fall_into() {
        let rows: &[(&[&str], &[&str])] = &[
            (&["--kvm", "--hook-none", "a.spec"], &["--kvm", "-s", "a.spec"]),
            (&["--hook-none", "a.spec"], &["a.spec"]),
            (&["--clean", "a.spec", "--hook-none"], &["--clean", "a.spec", "-s"]),
            (&["--lxc", "--hook-none"], &["--lxc", "-s"]),
            (&["--hook-none", "", "x"], &["", "x"]),
        ];
        for (args, want) in rows {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            let items = read(&args).unwrap();
            let hooks = |item: &Item| matches!(item.kind, Kind::Hook(_));
            assert_eq!(without(&args, &items, hooks, &["-s".into()]), *want, "{args:?}");
        }
    }
}
