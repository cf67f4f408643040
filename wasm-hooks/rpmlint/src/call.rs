//! How rpmlint is called.

use crate::settings::{FailOn, Settings};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use skink_sdk::Input;

/// The arguments, and the small files they name: our configuration and the package's rpmlintrc.
pub(crate) fn arguments(
    settings: &Settings,
    folder: &str,
    packages: &[&str],
    rpmlintrc: Option<Vec<u8>>,
) -> (Vec<String>, Vec<Input>) {
    let mut args = vec!["--info".to_owned()];
    if settings.fail_on != FailOn::Error {
        args.push("--permissive".to_owned());
    }
    let mut inputs = Vec::new();
    let mut pass = |option: &str, input: Input| {
        args.extend([option.to_owned(), input.location()]);
        inputs.push(input);
    };
    pass("--config", Input::new("skink.toml", configuration(settings)));
    if let Some(content) = rpmlintrc {
        pass("--rpmlintrc", Input::new("sources.rpmlintrc", content));
    }
    args.extend(packages.iter().map(|path| format!("{folder}/{path}")));
    (args, inputs)
}

/// rpmlint unpacks what it checks; the scratch folder is the place that the host sees to.
fn configuration(settings: &Settings) -> String {
    let filters: Vec<String> = settings.filters.iter().map(|filter| toml_string(filter)).collect();
    format!(
        "ExtractDir = \"/job/scratch\"\nBadnessThreshold = {}\nFilters = [{}]\n",
        settings.threshold,
        filters.join(", ")
    )
}

/// A basic string of TOML.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_follow_the_settings() {
        let packages = ["RPMS/a.rpm", "SRPMS/b.rpm"];
        let files = ["/job/results/RPMS/a.rpm", "/job/results/SRPMS/b.rpm"];
        let config = ["--config", "/job/inputs/skink.toml"];
        let rc = ["--rpmlintrc", "/job/inputs/sources.rpmlintrc"];
        let rows = [
            (FailOn::Error, None, [&["--info"][..], &config, &files].concat()),
            (FailOn::Badness, None, [&["--info", "--permissive"][..], &config, &files].concat()),
            (
                FailOn::Never,
                Some(b"rc".to_vec()),
                [&["--info", "--permissive"][..], &config, &rc, &files].concat(),
            ),
        ];
        for (fail_on, rpmlintrc, expected) in rows {
            let settings = Settings { fail_on, ..Settings::default() };
            let inputs_expected = 1 + usize::from(rpmlintrc.is_some());
            let (args, inputs) = arguments(&settings, "/job/results", &packages, rpmlintrc);
            assert_eq!(args, expected);
            assert_eq!(inputs.len(), inputs_expected);
        }
    }

    #[test]
    fn the_configuration_is_toml_whatever_a_filter_holds() {
        let filters = vec!["no-doc \"x\"".to_owned(), "a\\.b\n[x]\u{7f}".to_owned()];
        let settings = Settings { filters, threshold: 5, ..Settings::default() };
        assert_eq!(
            configuration(&settings),
            "ExtractDir = \"/job/scratch\"\nBadnessThreshold = 5\n\
             Filters = [\"no-doc \\\"x\\\"\", \"a\\\\.b\\u000A[x]\\u007F\"]\n"
        );
    }
}
