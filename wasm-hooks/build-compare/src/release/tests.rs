use super::*;

fn old() -> Release {
    Release::of_rpm("hello", "1.0", "2.3")
}

#[test]
fn places_that_are_named_by_the_release() {
    let rows = [
        // At the end of a line, in parentheses, and in folders that are named so.
        ("hello 8 1.0-2.3", "hello 8 \u{1}@VERSION@-@RELEASE_LONG@"),
        ("VERSION=1.0-2.3", "VERSION=\u{1}@VERSION@-@RELEASE_LONG@"),
        ("other (= 1.0-2.3), more", "other (= \u{1}@VERSION@-@RELEASE_LONG@), more"),
        ("/boot/vmlinuz-1.0-2-default", "/boot/vmlinuz-\u{1}@VERSION@-@RELEASE_SHORT@-default"),
        (
            "/usr/src/hello-1.0-2.3/x 1.0-2",
            "/usr/src/hello-\u{1}@VERSION@-@RELEASE_LONG@/x \u{1}@VERSION@-@RELEASE_SHORT@",
        ),
        ("/usr/lib/modules/1.0-2.3", "/usr/lib/modules/\u{1}@VERSION@-@RELEASE_LONG@"),
        // Elsewhere it is text as any other.
        ("echo 1.0-2.3 is here", "echo 1.0-2.3 is here"),
        ("/opt/hello-1.0-2.3/x", "/opt/hello-1.0-2.3/x"),
        ("1.0-2", "1.0-2"),
        ("1x0-2.3", "1x0-2.3"),
        // What updates run.
        ("/var/adm/update-scripts/hello-1.0-2.3-run x", "/var/adm/update-scripts/\u{1}@NAME_VER_REL@-run x"),
        (
            "/var/adm/update-messages/hello-1.0-2.3-a.txt",
            "/var/adm/update-messages/\u{1}@NAME_VER_REL@-a.txt",
        ),
        ("/var/adm/update-scripts/hello-1.0-2.3 x", "/var/adm/update-scripts/hello-1.0-2.3 x"),
        ("/var/adm/update-scripts/other-1.0-2.3-run", "/var/adm/update-scripts/other-1.0-2.3-run"),
        // Packages of kernel modules.
        ("a-kmp-default 8 1.2_k5.17-2.3", "a-kmp-default 8 1.2_k5.17-\u{1}@RELEASE_LONG@"),
        ("a-kmp-default 8 1.2-2.3", "a-kmp-default 8 1.2-2.3"),
        (" a-kmp-default 8 1.2_k5-2.3", " a-kmp-default 8 1.2_k5-2.3"),
        ("-kmp- 8 _k-2.3", "-kmp- 8 _k-2.3"),
        ("x --release \"2.3\" --kernelrelease", "x --release \"\u{1}@RELEASE_LONG@\" --kernelrelease"),
        ("x --release \"2.4\" --kernelrelease", "x --release \"2.4\" --kernelrelease"),
        ("", ""),
        // Versions of others that have it within.
        ("libssl3 8 3.1.0-2.3", "libssl3 8 3.1.0-2.3"),
        ("x 8 11.0-2.3", "x 8 11.0-2.3"),
        ("x 8 2~1.0-2.3", "x 8 2~1.0-2.3"),
        ("x (= 3.1.0-2.3)", "x (= 3.1.0-2.3)"),
        ("/lib/modules/5.1.0-2.3 5.1.0-2-default", "/lib/modules/5.1.0-2.3 5.1.0-2-default"),
        ("/boot/x-1.0-2.35 1.0-2.3.1 1.0-25 1.0-2.3+b1", "/boot/x-1.0-2.35 1.0-2.3.1 1.0-25 1.0-2.3+b1"),
        ("/boot/x-1.0-2.3.img", "/boot/x-\u{1}@VERSION@-@RELEASE_LONG@.img"),
        ("/var/adm/update-scripts/hello-1.0-2.35-run", "/var/adm/update-scripts/hello-1.0-2.35-run"),
        ("hello 8 2:1.0-2.3", "hello 8 2:\u{1}@VERSION@-@RELEASE_LONG@"),
        // What looks like a mark is none.
        ("x \u{1}@VERSION@-@RELEASE_LONG@", "x \u{1}\u{1}@VERSION@-@RELEASE_LONG@"),
    ];
    for (line, want) in rows {
        assert_eq!(old().line(line), want, "{line}");
    }
}

#[test]
fn versions_of_debs() {
    let rows = [
        ("1.0-2.3", "1.0", "2.3", "/usr/src/x-1.0-2", "/usr/src/x-\u{1}@VERSION@-@RELEASE_SHORT@"),
        ("2:1.0-1-4", "2:1.0-1", "4", "(= 2:1.0-1-4)", "(= \u{1}@VERSION@-@RELEASE_LONG@)"),
        ("3.0.1-1", "3.0.1", "1", "libx (= 1:3.0.1-1)", "libx (= 1:3.0.1-1)"),
        // Without a revision nothing but the whole version is replaced.
        ("1.0", "1.0", "", "/usr/src/1.0 and 1", "/usr/src/\u{1}@VERSION@-@RELEASE_LONG@ and 1"),
    ];
    for (whole, version, release, line, want) in rows {
        let own = Release::of_deb("hello", whole);
        assert_eq!((own.version.as_str(), own.release.as_str()), (version, release), "{whole}");
        assert_eq!(own.line(line), want, "{whole}");
    }
}

#[test]
fn what_names_nothing_replaces_nothing() {
    for line in ["/usr/src/linux", "a-kmp-b 8 1_k2-", "x --release \"1\" --kernel"] {
        assert_eq!(Release::default().line(line), line);
    }
}

#[test]
fn names_beside_packages() {
    let rows: [(&str, &[&str], &str); 5] = [
        ("tool-1.0-2.3.AppImage", &["1.0-2.3"], "tool-\u{1}@VERSION@-@RELEASE_LONG@.AppImage"),
        ("x_1.0-2.debian.tar.xz", &["7-7", "3:1.0-2"], "x_\u{1}@VERSION@-@RELEASE_LONG@.debian.tar.xz"),
        ("x-1.0-25.zip", &["1.0-2"], "x-1.0-25.zip"),
        ("x-1.0-2.zip", &["", ":"], "x-1.0-2.zip"),
        ("\u{1}", &[], "\u{1}\u{1}"),
    ];
    for (name, versions, want) in rows {
        assert_eq!(in_name(name, versions), want, "{name}");
    }
}
