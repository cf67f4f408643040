//! What is said of one package for one target.

use super::{LIBA, MACROS, conf, lines, target, with};
use crate::{Conf, Format, Package};
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

/// The names that `liba` requires as lines say.
fn required(text: &str) -> Result<Option<Vec<String>>, String> {
    with(text, |rules| Ok(rules.relations(&MACROS)?.into_iter().map(|one| one.name).collect()))
}

#[test]
fn which_lines_are_for_a_package() {
    let some = |names: &[&str]| Ok(Some(names.iter().map(ToString::to_string).collect::<Vec<_>>()));
    for (text, want) in [
        ("liba\n requires \"x\"\nlibb\n requires \"y\"", some(&["x"])),
        ("package liba\nrequires \"x\"", some(&["x"])),
        // Before the first package of the second file nothing is for anybody.
        ("requires \"x\"\nliba", some(&[])),
        ("libb\nrequires \"x\"", Ok(None)),
        // A pattern alone makes no package of it, but its lines count.
        ("package /lib.*/\nrequires \"x\"", Ok(None)),
        ("liba\npackage /lib.*/\nrequires \"x\"", some(&["x"])),
        (
            "liba\npackage /lib(.*)/\nrequires \"<match1>\"\npackage /lib/\nrequires \"y<match1>\"",
            some(&["a", "y"]),
        ),
        ("liba\npackage /lib(x)?/\nrequires \"y<match1>\"", some(&["y"])),
        ("liba\npackage /nothing/\nrequires \"x\"", some(&[])),
        ("liba\narch i586 requires \"x\"\narch ppc requires \"y\"", some(&["x"])),
        ("liba\ntargettype 32bit requires \"x\"\ntargettype x86 requires \"y\"", some(&["x"])),
        ("liba\ntargetarch x86_64 requires \"x\"\ntargetarch ia64 requires \"y\"", some(&["x"])),
        ("liba\narch i586 targettype 32bit targetarch x86_64 requires \"x\"", some(&["x"])),
        // Where a package is named behind a target that is another, what follows is for nobody.
        ("liba\ntargettype x86 package libb\nrequires \"x\"", some(&[])),
        ("liba\ntargettype x86 package /libb/\nrequires \"x\"", some(&[])),
        // Behind another architecture it is as if the line were not there.
        ("liba\narch ppc package libb\nrequires \"x\"", some(&["x"])),
        ("arch i586 package liba\nrequires \"x\"", some(&["x"])),
        ("liba\nend_of_config\nrequires \"x\"", some(&[])),
        ("liba\nblock!", Ok(None)),
        ("liba\ntargettype x86 block!", some(&[])),
        ("libb\nblock!\nliba", some(&[])),
        ("liba\narch ppc targets a:b\nrequires \"x\"", some(&["x"])),
        (
            "liba\ntargettype 32bit targets a:b",
            Err("b.conf:2: targets cannot stand behind a condition".into()),
        ),
    ] {
        assert_eq!(required(text), want, "{text}");
    }
}

#[test]
fn variables() {
    let text = lines(&[
        "extension -x",
        "prefix /p",
        "configdir /c-<targettype>/<name>",
        "liba",
        "requires \"<name>|<version>|<targettype>|<targetarch>|<prefix>|<extension>|<configdir>|<match1>|<release>\"",
        "targettype x86 prefix /never",
        "libb",
        "prefix /last/",
    ]);
    let want = "liba|1.5|32bit|x86_64|/p|-x|/c-32bit/liba||<release>";
    assert_eq!(required(&text), Ok(Some(vec![want.into()])));
    assert_eq!(
        with(&text, |rules| Ok((rules.prefix, rules.config_folder))),
        Ok(Some(("/last".into(), "/c-32bit/liba".into())))
    );
}

#[test]
fn prefixes_are_plain_paths() {
    for line in ["prefix emul", "prefix /a/../b", "configdir x", "prefix /a//b"] {
        let error = with(&std::format!("liba\n{line}"), |_| Ok(())).unwrap_err();
        assert!(error.starts_with("b.conf:2: "), "{line}: {error}");
    }
}

#[test]
fn what_the_package_is_called() {
    for (text, want) in [
        ("liba", "liba-32bit"),
        ("targetname x-<name>\nliba", "x-liba"),
        ("liba\ntargetname x\nlibb\ntargetname y", "x"),
        ("libb\ntargetname y\nliba", "liba-32bit"),
        ("liba\npackage /(.)a/\ntargetname <match1><targettype>", "b32bit"),
    ] {
        assert_eq!(with(text, |rules| Ok(rules.name)), Ok(Some(want.into())), "{text}");
    }
    let mut conf = Conf::new(Format::Rpm);
    conf.read("b.conf", "liba").unwrap();
    let error = conf.rules(LIBA, &target(), false).map(drop).unwrap_err().to_string();
    assert_eq!(
        error,
        "b.conf: no line `targetname` says what the package of liba for x86_64:32bit is called"
    );
}

#[test]
fn what_no_package_is_called() {
    for (format, name, is_fine) in [
        (Format::Rpm, "a-1.x_y+z~r^s", true),
        (Format::Rpm, "_a", true),
        (Format::Rpm, "-a", false),
        (Format::Rpm, ".a", false),
        (Format::Rpm, "a b", false),
        (Format::Rpm, "../a", false),
        (Format::Rpm, "a/b", false),
        (Format::Rpm, "\u{fc}", false),
        (Format::Deb, "a-1.x+y", true),
        (Format::Deb, "_a", false),
        (Format::Deb, "a~b", false),
    ] {
        let mut conf = Conf::new(format);
        conf.read("b.conf", &format!("liba\ntargetname {name}")).unwrap();
        let error = conf.rules(LIBA, &target(), false).map(drop).err().map(|error| error.to_string());
        let want = format!("b.conf:2: no package can be called {name:?}");
        assert_eq!(error.is_none(), is_fine, "{name}: {error:?}");
        assert!(error.is_none_or(|error| error.starts_with(&want)), "{name}");
    }
}

#[test]
fn debug_information_follows_the_libraries() {
    let conf = conf("liba\npackage /(.*)-debuginfo$/\ntargetname <match1>-<targettype>-debuginfo").unwrap();
    for (name, was_made, want) in [
        ("liba-debuginfo", true, Some("liba-32bit-debuginfo")),
        ("liba-debuginfo", false, None),
        ("liba-debug", true, None),
    ] {
        let package = Package { name, version: "1", architecture: "i586" };
        let rules = conf.rules(package, &target(), was_made).unwrap();
        assert_eq!(rules.map(|rules| rules.name).as_deref(), want, "{name} {was_made}");
    }
}

#[test]
fn automatic_dependencies() {
    for (line, want) in [
        ("autoreqprov on", true),
        ("autoreqprov off", false),
        ("autoreqprov Off", false),
        ("autoreqprov no", false),
        ("autoreqprov 0", false),
        ("autoreqprov false", false),
        ("autoreqprov yes", true),
        ("autoreqprov off\nautoreqprov on", true),
    ] {
        let text = std::format!("liba\n{line}");
        assert_eq!(with(&text, |rules| Ok(rules.has_own_dependencies)), Ok(Some(want)), "{line}");
    }
    assert_eq!(with("liba\nlibb\nautoreqprov off", |rules| Ok(rules.has_own_dependencies)), Ok(Some(true)));
}
