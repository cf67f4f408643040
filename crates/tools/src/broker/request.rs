//! What a guest may ask for: arguments and inputs, checked before anything is made for them.

use crate::Tool;
use skink_job::{FileName, SafeText};
use skink_protocol::FailureKind;
use std::collections::BTreeSet;

/// Arguments of one tool.
pub(super) const MAX_ARGS: usize = 65_536;

/// Bytes of all arguments of one tool, each with its end.
pub(super) const MAX_ARG_BYTES: usize = 1 << 20;

/// Bytes of one argument with its end: the kernel takes no more.
pub(super) const MAX_ONE_ARG: usize = 128 << 10;

/// Inputs of one tool, and their bytes.
pub(super) const MAX_INPUTS: usize = 1024;
pub(super) const MAX_INPUT_BYTES: usize = 16 << 20;

/// Why a request is not granted.
pub(crate) type Refusal = (FailureKind, String);

/// Arguments that a program can be given as they are.
pub(super) fn checked_args(args: &[String]) -> Result<(), Refusal> {
    if args.len() > MAX_ARGS {
        let what = format!("{} arguments; {MAX_ARGS} are allowed, lay a list as an input", args.len());
        return Err((FailureKind::Limit, what));
    }
    let bytes: usize = args.iter().map(|arg| arg.len() + 1).sum();
    if bytes > MAX_ARG_BYTES || args.iter().any(|arg| arg.len() >= MAX_ONE_ARG) {
        let what =
            "the arguments are too long; 1 MiB in all and 128 KiB each are allowed, lay a list as an input";
        return Err((FailureKind::Limit, what.to_owned()));
    }
    if args.iter().any(|arg| arg.contains('\0')) {
        return Err((FailureKind::Invalid, "an argument holds a NUL byte".to_owned()));
    }
    Ok(())
}

/// Arguments that the policy allows for the tool.
pub(super) fn check_patterns(tool: &Tool, args: &[String]) -> Result<(), Refusal> {
    let Some((place, arg)) = tool.refused(args) else { return Ok(()) };
    let arg = SafeText::line(arg).truncated(200);
    let what = format!("argument {place} of tool {}, {arg:?}, fits no pattern of the policy", tool.name);
    Err((FailureKind::Denied, what))
}

/// Inputs with flat, distinct names.
pub(super) fn checked_inputs(inputs: Vec<(String, Vec<u8>)>) -> Result<Vec<(FileName, Vec<u8>)>, Refusal> {
    let bytes: usize = inputs.iter().map(|(_, content)| content.len()).sum();
    if inputs.len() > MAX_INPUTS || bytes > MAX_INPUT_BYTES {
        let what = format!("{} inputs of {bytes} bytes; {MAX_INPUTS} of 16 MiB are allowed", inputs.len());
        return Err((FailureKind::Limit, what));
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(inputs.len());
    for (name, content) in inputs {
        let name: FileName = name.parse().map_err(|e| (FailureKind::Invalid, format!("an input: {e}")))?;
        if !names.insert(name.clone()) {
            return Err((FailureKind::Invalid, format!("two inputs are named {name}")));
        }
        checked.push((name, content));
    }
    Ok(checked)
}

/// Arguments for the report: quoted, and cut.
pub(super) fn shown_args(args: &[String]) -> SafeText {
    const SHOWN: usize = 200;
    let mut text = String::new();
    for arg in args {
        if text.len() > SHOWN {
            break;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
        let separator = if text.is_empty() { "" } else { " " };
        let quote = if !arg.is_empty() && arg.chars().all(plain) { "" } else { "'" };
        let arg: String = arg.chars().take(SHOWN + 1).collect();
        text.extend([separator, quote, &arg, quote]);
    }
    SafeText::line(&text).truncated(SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_no_program_can_be_given_are_refused() {
        use FailureKind::{Invalid, Limit};
        let rows = [
            ("none", Vec::new(), None),
            ("odd ones", vec![String::new(), "--x=$(y)\n".into()], None),
            ("as many as allowed", vec![String::new(); MAX_ARGS], None),
            ("one too many", vec![String::new(); MAX_ARGS + 1], Some(Limit)),
            ("one as long as allowed", vec!["x".repeat(MAX_ONE_ARG - 1)], None),
            ("one too long", vec!["x".repeat(MAX_ONE_ARG)], Some(Limit)),
            ("too long together", vec!["x".repeat(1023); 1025], Some(Limit)),
            ("a NUL", vec!["a\0b".into()], Some(Invalid)),
        ];
        for (what, args, want) in rows {
            assert_eq!(checked_args(&args).err().map(|(kind, _)| kind), want, "{what}");
        }
    }

    #[test]
    fn inputs_are_flat_distinct_and_bounded() {
        use FailureKind::{Invalid, Limit};
        let input = |name: &str, len| (name.to_owned(), vec![0; len]);
        let rows = [
            (vec![input("a", 1), input("b.toml", MAX_INPUT_BYTES - 1)], None),
            (vec![input("a", 1), input("b", MAX_INPUT_BYTES)], Some(Limit)),
            ((0..=MAX_INPUTS).map(|n| input(&n.to_string(), 0)).collect(), Some(Limit)),
            (vec![input("a", 0), input("a", 1)], Some(Invalid)),
            (vec![input("a/b", 0)], Some(Invalid)),
            (vec![input("..", 0)], Some(Invalid)),
            (vec![input("", 0)], Some(Invalid)),
            (vec![input("/etc/passwd", 0)], Some(Invalid)),
        ];
        for (inputs, want) in rows {
            let names: Vec<String> = inputs.iter().map(|(name, _)| name.clone()).take(3).collect();
            assert_eq!(checked_inputs(inputs).err().map(|(kind, _)| kind), want, "{names:?}");
        }
    }

    #[test]
    fn shown_arguments_are_escaped_and_cut() {
        let args = |list: &[&str]| shown_args(&list.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
        assert_eq!(args(&["-c", "a b", "", "\x1b[2J\n"]).as_str(), "-c 'a b' '' '\\u{1b}[2J\\n'");
        assert!(args(&[&"x".repeat(10_000)]).as_str().len() < 220);
        assert!(shown_args(&vec!["y".to_owned(); 10_000]).as_str().ends_with("[cut]"));
    }
}
