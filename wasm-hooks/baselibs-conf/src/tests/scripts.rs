//! What runs when a package is installed or removed.

use super::{MACROS, with};
use crate::{Moment, Script};
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

fn scripts(lines: &str, has_libraries: bool) -> Result<Vec<Script>, String> {
    with(&format!("liba\n{lines}"), |rules| rules.scripts(has_libraries, &MACROS))
        .map(Option::unwrap_or_default)
}

fn script(moment: Moment, interpreter: &str, body: Option<&str>) -> Script {
    Script { moment, interpreter: vec![interpreter.to_string()], body: body.map(ToString::to_string) }
}

#[test]
fn lines_of_scripts() {
    use Moment::{PostIn, PostUn, PreIn, PreUn};
    for (lines, want) in [
        ("", vec![]),
        ("post \"/sbin/ldconfig\"", vec![script(PostIn, "/bin/sh", Some("/sbin/ldconfig"))]),
        ("post \"-p /sbin/ldconfig\"", vec![script(PostIn, "/sbin/ldconfig", None)]),
        (
            "postin \"-p /bin/bash\"\npost \"echo a\"\npost \"echo b\"",
            vec![script(PostIn, "/bin/bash", Some("echo a\necho b"))],
        ),
        (
            "pre \"a\"\nprein \"b\"\npreun \"c\"\npostun \"d\"",
            vec![
                script(PreIn, "/bin/sh", Some("a\nb")),
                script(PreUn, "/bin/sh", Some("c")),
                script(PostUn, "/bin/sh", Some("d")),
            ],
        ),
        ("post \"-p <lua>\"\npost \"print(1)\"", vec![script(PostIn, "<lua>", Some("print(1)"))]),
        ("post \"echo '%s' 100%% %version\"", vec![script(PostIn, "/bin/sh", Some("echo '%s' 100% 1.5"))]),
        ("post \"echo \"x\"\"", vec![script(PostIn, "/bin/sh", Some("echo \"x\""))]),
        ("post \"\"", vec![script(PostIn, "/bin/sh", None)]),
    ] {
        assert_eq!(scripts(lines, false), Ok(want), "{lines}");
    }
}

#[test]
fn lines_that_no_script_has() {
    for line in [
        "post echo",
        "post \"-p ldconfig\"",
        "post \"-p\"",
        "post \"-p /bin/sh -e\"",
        "post \"%{_bindir}/x\"",
        "post \"%install_info x\"",
    ] {
        let error = scripts(line, false).unwrap_err();
        assert!(error.starts_with("b.conf:2: "), "{line}: {error}");
    }
}

#[test]
fn libraries_below_a_prefix_are_told_there() {
    let own = "/sbin/ldconfig -r /emul";
    for (lines, body) in [
        ("post \"/sbin/ldconfig\"", format!("{own}\n/sbin/ldconfig")),
        ("post \"-p /sbin/ldconfig\"", own.to_string()),
        ("", own.to_string()),
    ] {
        let with_prefix = format!("prefix /emul\n{lines}");
        assert_eq!(
            scripts(&with_prefix, true),
            Ok(vec![script(Moment::PostIn, "/bin/sh", Some(&body))]),
            "{lines}"
        );
    }
    assert_eq!(scripts("prefix /emul", false), Ok(vec![]));
    let error = scripts("prefix /emul\npost \"-p <lua>\"\npost \"x()\"", true).unwrap_err();
    assert!(error.starts_with("b.conf:3: only a shell can run this"), "{error}");
    assert!(scripts("prefix /emul\npost \"-p /bin/bash\"\npost \"x\"", true).is_ok());
    assert_eq!(scripts("", true), Ok(vec![]));
}
