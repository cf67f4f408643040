//! Lines that are none, and what is told without a package.

use super::{conf, lines};
use crate::{Conf, Format};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

#[test]
fn a_line_that_is_none_is_told_wherever_it_stands() {
    for (text, why) in [
        ("liba\n  requers \"b\"", "b.conf:2: \"requers\" is no directive"),
        ("# x\n\nother\n  bogus x", "b.conf:4: \"bogus\" is no directive"),
        ("arch ppc bogus x", "b.conf:1: \"bogus\" is no directive"),
        ("targettype 32bit bogus x", "b.conf:1: \"bogus\""),
        ("liba 1", "b.conf:1: \"liba\" is no directive"),
        ("block !", "b.conf:1: \"block\""),
        ("liba1.5", "b.conf:1: \"liba1.5\" is no directive; if it is a package, write: package liba1.5"),
        ("targetarch x targettype y prefix /z", "b.conf:1: targettype is in the wrong place"),
        ("targettype 32bit arch i586 prefix /z", "b.conf:1: arch is in the wrong place"),
        ("/usr/lib/liba.so", "b.conf:1: \"/usr/lib/liba.so\" is no directive"),
        ("arch i586 targets x86_64:32bit a/b:x", "b.conf:1: \"a/b:x\" is no target"),
        ("targets :32bit", "b.conf:1: \":32bit\" is no target"),
        ("targets -a:32bit", "b.conf:1: \"-a:32bit\" is no target"),
    ] {
        let error = conf(text).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(why), "{text:?}: {error}");
    }
}

#[test]
fn lines_that_are_fine() {
    for text in [
        "",
        "# requers",
        "  \t\n\n",
        "liba\r\n requires \"x\"\r",
        "prefix",
        "post",
        "block!",
        "arch i586 targettype 32bit targetarch x86_64 requires \"x\"",
        "+^/usr/.*$",
        "-x",
        "\"/a -> b\"",
        "<name>-x",
        "package lib.a",
        "package /a b/",
    ] {
        assert_eq!(conf(text).map(drop).map_err(|error| error.to_string()), Ok(()), "{text:?}");
    }
}

#[test]
fn a_file_is_not_larger_than_a_configuration_is() {
    assert!(conf(&"#".repeat(2 << 20)).is_err());
    assert!(conf(&"liba\n".repeat(30_000)).is_err());
    assert!(conf(&"#\n".repeat(30_000)).is_ok());
}

#[test]
fn targets() {
    let text = lines(&[
        "targets all:x",
        "arch i586 targets x86_64:32bit ia64:x86",
        "arch i586  targets   x86_64:32bit alone",
        "arch ppc targets ppc64:32bit",
        "# arch i586 targets no:no",
        " arch i586 targets never:never",
    ]);
    let conf = conf(&text).unwrap();
    for (architecture, want) in [
        ("i586", &["all:x", "alone:", "ia64:x86", "x86_64:32bit"][..]),
        ("ppc", &["all:x", "ppc64:32bit"]),
        ("i5.6", &["all:x"]),
        ("", &["all:x"]),
    ] {
        let targets: Vec<String> = conf.targets(architecture).iter().map(ToString::to_string).collect();
        assert_eq!(targets, want, "{architecture}");
    }
}

#[test]
fn names() {
    for (line, rpm, deb) in [
        ("liba", Some("liba"), Some("liba")),
        ("  libstdc++6  ", Some("libstdc++6"), Some("libstdc++6")),
        ("package liba", Some("liba"), Some("liba")),
        ("arch ppc package liba", Some("liba"), Some("liba")),
        ("arch ppc targettype 32bit package liba", Some("liba"), Some("liba")),
        ("package lib.a", Some("lib.a"), Some("lib.a")),
        // A name behind a condition alone names nothing.
        ("arch i586 liba", None, None),
        ("package /lib.*/", None, None),
        ("end_of_config", None, None),
        ("# package liba", None, None),
        ("requires \"the package liba\"", None, None),
        ("lib.a", None, Some("lib.a")),
    ] {
        for (format, want) in [(Format::Rpm, rpm), (Format::Deb, deb)] {
            let mut conf = Conf::new(format);
            if conf.read("b.conf", line).is_err() {
                assert_eq!(want, None, "{line}");
                continue;
            }
            assert_eq!(conf.names().into_iter().next(), want, "{line} {format:?}");
        }
    }
}

#[test]
fn a_line_does_not_grow_without_end() {
    let text = format!("liba\nextension x\n{}", "extension <extension><extension>\n".repeat(60));
    let error = super::with(&text, |_| Ok(())).unwrap_err();
    assert!(error.contains("with the values of its variables"), "{error}");
    let text = format!("liba\nextension {}\n{}", "x".repeat(60_000), "+<extension>\n".repeat(100));
    let error = super::with(&text, |_| Ok(())).unwrap_err();
    assert!(error.contains(": up to here there are more than"), "{error}");
}

#[test]
fn a_pattern_that_takes_for_ever_is_an_error() {
    let name = "a".repeat(40);
    let mut conf = Conf::new(Format::Rpm);
    conf.read("b.conf", &format!("{name}\ntargetname x\npackage /^(a|a|aa)*(?=b)\\1/\n")).unwrap();
    let package = crate::Package { name: &name, version: "1", architecture: "i586" };
    let error = conf.rules(package, &super::target(), false).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("b.conf:3: the pattern"), "{error}");
    assert!(error.contains("takes too long"), "{error}");
}

#[test]
fn a_pattern_that_is_none_is_an_error() {
    for (line, why) in [
        ("package /(/", "b.conf:2: the pattern \"(\" is none"),
        ("package //", "b.conf:2: the pattern is empty"),
        ("+", "b.conf:2: the pattern is empty"),
        ("+(?<!a+)b", "b.conf:2: the pattern"),
        ("+(\\w{500}){500}", "b.conf:2: the pattern"),
        (&"+(?=a)".repeat(1000), "b.conf:2: the pattern has more than"),
        ("requires -[", "b.conf:2: the pattern"),
    ] {
        let error = super::with(&format!("liba\n{line}"), |rules| {
            rules.relations(&super::MACROS)?;
            rules.lay(&[], &std::collections::BTreeSet::new())
        });
        let error = error.expect_err(line);
        assert!(error.starts_with(why), "{line}: {error}");
    }
}
