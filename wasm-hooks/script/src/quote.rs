//! Words of a shell.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_sdk::Failure;

/// `text` as one word of a POSIX shell, whatever it holds.
///
/// # Errors
/// `invalid` where it holds a NUL, which no word can.
pub fn word(text: &str) -> Result<String, Failure> {
    if text.contains('\0') {
        return Err(Failure::Invalid(format!("{text:?} holds a NUL, which no argument of a program can")));
    }
    // Nothing is special between single quotes but their end.
    Ok(format!("'{}'", text.replace('\'', "'\\''")))
}

/// Each text as one word, with `separator` between them.
///
/// # Errors
/// Those of [`word`].
pub fn words<T: AsRef<str>>(texts: &[T], separator: &str) -> Result<String, Failure> {
    let words: Result<Vec<String>, Failure> = texts.iter().map(|text| word(text.as_ref())).collect();
    Ok(words?.join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const ODD: [&str; 8] =
        ["", "plain", "it's", "'", "$(touch x) `y` ${z}", "a\nb\t\\", "\"double\"", "*; exit 1 # -x"];

    #[test]
    fn a_shell_takes_each_for_one_word() {
        let script = format!("printf '%s\\0' {}", words(&ODD, " ").unwrap());
        let said = Command::new("sh").args(["-c", &script]).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        assert_eq!(said.split_terminator('\0').collect::<Vec<_>>(), ODD);
    }

    #[test]
    fn a_nul_is_refused() {
        assert!(matches!(word("a\0b"), Err(Failure::Invalid(_))));
        assert!(words(&["a", "\0"], "|").is_err());
        assert_eq!(words(&["a", "b"], "|").unwrap(), "'a'|'b'");
    }
}
