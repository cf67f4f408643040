//! Who owns a file, by name and number.
//!
//! dpkg takes the number where nobody has the name, so a file is owned by another one where only the number is another. Both are told.

/// The name whose number is the same on each machine.
const ROOT: &str = "root";

/// A name with its number behind it; only the number where there is no name, and only the name of root.
pub(super) fn told(name: &[u8], number: u64) -> String {
    match String::from_utf8_lossy(name).as_ref() {
        "" => number.to_string(),
        ROOT if number == 0 => ROOT.to_owned(),
        name => format!("{name}:{number}"),
    }
}

/// The name in what is told; empty where there is none.
pub(super) fn name(told: &str, number: u64) -> &str {
    if told == ROOT {
        return ROOT;
    }
    told.strip_suffix(&number.to_string()).and_then(|name| name.strip_suffix(':')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (own, number, wanted) in [
            ("root", 0, "root"),
            ("root", 10, "root:10"),
            ("", 0, "0"),
            ("", 399, "399"),
            ("abuild", 399, "abuild:399"),
            ("abuild", 0, "abuild:0"),
            ("7", 7, "7:7"),
            ("a:7", 7, "a:7:7"),
            (":", u64::MAX, "::18446744073709551615"),
        ] {
            assert_eq!(told(own.as_bytes(), number), wanted);
            assert_eq!(name(wanted, number), own, "{wanted}");
        }
    }
}
