//! What `--reason` and `--disturl` tell of a job.

use crate::facts::{is_name, is_project_name};

/// The names found in one of the two texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    pub(crate) project: Option<String>,
    pub(crate) package: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) arch: Option<String>,
    pub(crate) srcmd5: Option<String>,
    pub(crate) flavor: Option<String>,
}

/// Reads `Building P for project 'X' repository 'R' arch 'A' srcmd5 'M'`, with or without quotes.
pub(crate) fn from_reason(text: &str) -> Origin {
    let mut origin = Origin::default();
    let mut words = text.split_whitespace();
    if words.next() != Some("Building") {
        return origin;
    }
    let Some(package) = words.next() else { return origin };
    if words.next() != Some("for") {
        return origin;
    }
    (origin.package, origin.flavor) = package_and_flavor(package);
    while let (Some(key), Some(value)) = (words.next(), words.next()) {
        let value = value.trim_matches('\'');
        match key {
            "project" => origin.project = kept(value, is_project_name),
            "repository" => origin.repository = kept(value, is_name),
            "arch" => origin.arch = kept(value, is_name),
            "srcmd5" => origin.srcmd5 = kept(value, is_md5),
            _ => break,
        }
    }
    origin
}

/// Whether a reason has the words, in their order, by which `build` knows that a service asks.
pub(crate) fn is_of_service(text: &str) -> bool {
    let mut rest = text.strip_prefix("Building ");
    for word in [" for project ", " repository ", " srcmd5 "] {
        rest = rest.and_then(|text| text.split_once(word)).map(|(_, rest)| rest);
    }
    rest.is_some()
}

/// Reads `obs://INSTANCE/PROJECT/REPOSITORY/SRCMD5-PACKAGE`.
pub(crate) fn from_disturl(url: &str) -> Origin {
    let mut parts = url.strip_prefix("obs://").unwrap_or_default().split('/').skip(1);
    let (project, repository) = (parts.next(), parts.next());
    let Some((srcmd5, package)) = parts.next().and_then(|last| last.split_once('-')) else {
        return Origin::default();
    };
    let (package, flavor) = package_and_flavor(package);
    Origin {
        project: project.and_then(|name| kept(name, is_project_name)),
        package,
        repository: repository.and_then(|name| kept(name, is_name)),
        arch: None,
        srcmd5: kept(srcmd5, is_md5),
        flavor,
    }
}

/// A package of a multibuild is written `PACKAGE:FLAVOR`.
pub(crate) fn package_and_flavor(raw: &str) -> (Option<String>, Option<String>) {
    let raw = raw.trim_matches('\'');
    match raw.split_once(':') {
        Some((package, flavor)) => (kept(package, is_name), kept(flavor, is_name)),
        None => (kept(raw, is_name), None),
    }
}

/// The name, if it can be one.
pub(crate) fn kept(raw: &str, check: fn(&str) -> bool) -> Option<String> {
    check(raw).then(|| raw.to_owned())
}

fn is_md5(raw: &str) -> bool {
    raw.len() == 32 && raw.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "a8335890f069c869773883398a6a2a9d";

    fn show(origin: &Origin) -> String {
        let parts = [&origin.project, &origin.package, &origin.repository, &origin.arch, &origin.flavor];
        let mut shown: Vec<&str> = parts.iter().map(|p| p.as_deref().unwrap_or("-")).collect();
        if origin.srcmd5.is_some() {
            shown.push("md5");
        }
        shown.join(" ")
    }

    #[test]
    fn reasons() {
        let rows = [
            (
                format!("Building hello for project 'e2e' repository 'std' arch 'x86_64' srcmd5 '{MD5}'"),
                "e2e hello std x86_64 - md5",
            ),
            (
                format!("Building hello for project a:b repository std arch i586 srcmd5 {MD5}"),
                "a:b hello std i586 - md5",
            ),
            ("Building gcc:32bit for project 'a' repository 'r' arch 'x'".to_owned(), "a gcc r x 32bit"),
            ("Building hello for project 'a/../b' repository 'r'".to_owned(), "- hello r - -"),
            ("Building hello for project a srcmd5 0123".to_owned(), "a hello - - -"),
            ("rebuild counter sync".to_owned(), "- - - - -"),
            ("Building".to_owned(), "- - - - -"),
            (String::new(), "- - - - -"),
        ];
        for (text, want) in rows {
            assert_eq!(show(&from_reason(&text)), want, "{text}");
        }
    }

    #[test]
    fn only_a_service_has_all_the_words() {
        let rows = [
            ("Building a for project 'p' repository 'r' arch 'x' srcmd5 '0'", true),
            ("Building a for project p repository r srcmd5 0", true),
            ("Building a for project p srcmd5 0 repository r", false),
            ("Building a for project p repository r", false),
            ("rebuild counter sync", false),
            ("", false),
        ];
        for (text, want) in rows {
            assert_eq!(is_of_service(text), want, "{text}");
        }
    }

    #[test]
    fn disturls() {
        let rows = [
            (format!("obs://e2e.local/e2e/standard/{MD5}-hello"), "e2e hello standard - - md5"),
            (format!("obs://x/home:me/r/{MD5}-a-b-c"), "home:me a-b-c r - - md5"),
            (format!("obs://x/p/r/{MD5}-gcc:32bit"), "p gcc r - 32bit md5"),
            ("http://x/p/r/0-a".to_owned(), "- - - - -"),
            ("obs://x/p".to_owned(), "- - - - -"),
        ];
        for (url, want) in rows {
            assert_eq!(show(&from_disturl(&url)), want, "{url}");
        }
    }
}
