//! What is left out of texts, by names of files, and what beside it is not.

use super::{Row, check};

/// What tools write into texts.
const TEXTS: &[Row] = &[
    ("/x/foo.spec", "Name: a\nRelease:  1.1\n", "Name: a\nRelease: 1.2\n", true),
    ("/x/foo.spec", "Name: a\nRelease: 1\n", "Name: b\nRelease: 1\n", false),
    ("/x/foo.spec", " Release: 1\n", " Release: 2\n", true),
    ("/x/foo.spec", "echo Release: 1\n", "echo Release: 2\n", false),
    ("/x/foo.txt", "Release: 1\n", "Release: 2\n", false),
    (
        "/var/adm/perl-modules/a",
        "=head2 Wed Jul  1 00:00:00 2009: C<Module> L<A>\n",
        "=head2 Thu Jul 22 10:00:00 2010: C<Module> L<A>\n",
        true,
    ),
    (
        "/var/adm/perl-modules/a",
        "=head2 Wed Jul  1 00:00:00 2009: C<Module> L<A>\n",
        "=head2 Wed Jul  1 00:00:00 2009: C<Module> L<B>\n",
        false,
    ),
    (
        "/usr/lib/emacs/a.elc",
        ";;; Compiled by abuild@one on Wed Jul  1 00:00:00 2009\n;;; from file /a/b.el\n;;; emacs version 27\n;;; bytecomp version 1\n(a)\n",
        ";;; Compiled by abuild@two on Thu Jul 22 10:11:12 2010\n;;; from file /c/d.el\n;;; emacs version 28\n;;; bytecomp version 2\n(a)\n",
        true,
    ),
    ("/usr/lib/emacs/a.elc", ";;; from file /a/b.el\n(a)\n", ";;; from file /a/b.el\n(b)\n", false),
    ("/usr/lib/emacs/a.elc", ";;; from file /a/b.el\n", ";;; from file /a/b.elc?\n", false),
    (
        "/usr/bin/libtool",
        "# Libtool was configured on host build33:\na\n",
        "# Libtool was configured on host x:\na\n",
        true,
    ),
    (
        "/usr/bin/libtool",
        "# Libtool was configured on host build33:\na\n",
        "# Libtool was configured on host build33:\nb\n",
        false,
    ),
    (
        "/etc/sendmail.cf",
        "##### built by abuild@build33 on Thu May 6 11:21:17 UTC 2010\n",
        "##### built by abuild@x on Fri May 17 01:02:03 UTC 2024\n",
        true,
    ),
    (
        "/etc/mail/submit.cf",
        "##### built by abuild@build33 on Thu May 6 11:21:17 UTC 2010\n",
        "##### built by mallory@x on Fri May 17 01:02:03 UTC 2024\n",
        false,
    ),
    (
        "/usr/lib64/R/library/a/DESCRIPTION",
        "A: b\nBuilt: R 3.6.1; x86_64; 2019-08-13 04:19:49 UTC; unix\n",
        "A: b\nBuilt: R 3.6.1; x86_64; 2020-09-14 05:20:50 UTC; unix\n",
        true,
    ),
    (
        "/usr/lib64/R/library/a/DESCRIPTION",
        "Built: R 3.6.1; x86_64; 2019-08-13 04:19:49 UTC; unix\n",
        "Built: R 3.6.2; x86_64; 2019-08-13 04:19:49 UTC; unix\n",
        false,
    ),
    (
        "/a/LinuxX86-64Env.Set.sh",
        "# Generated on: Mon Apr 18 13:19:22 UTC 2011\nA=1\n",
        "# Generated on: Tue Apr 19 13:19:22 UTC 2011 \nA=1\n",
        true,
    ),
    (
        "/a/LinuxX86-64Env.Set.sh",
        "# Generated on: Mon Apr 18 13:19:22 UTC 2011\nA=1\n",
        "# Generated on: Mon Apr 18 13:19:22 UTC 2011\nA=2\n",
        false,
    ),
    ("/a/linuxrc.config", "InitrdID: a\nb\n", "InitrdID: c\nb\n", true),
    ("/a/linuxrc.config", "InitrdID: a\nb\n", "InitrdID: a\nc\n", false),
    ("/a/etc/hosts", "127.0.0.1 build1\n::1 x\n", "127.0.0.1\tbuild2 x\n::1 x\n", true),
    ("/a/etc/hosts", "127.0.0.1 build1\n::1 x\n", "127.0.0.1 build1\n::1 y\n", false),
    ("/a/etc/hosts", "127.0.0.11 build1\n", "127.0.0.12 build1\n", false),
    ("/a/dune-package", "(lang dune 2.8)\n(name a)\n", "(lang dune 3.17)\n(name a)\n", true),
    ("/a/dune-package", "(lang dune 2.8)\n(name a)\n", "(lang dune 2.8)\n(name b)\n", false),
    ("/a/dune-package", "(name a)\n(lang dune 2.8)\n", "(name a)\n(lang dune 3.17)\n", false),
    ("/usr/share/fonts/fonts.dir", "2\na\nb\n", "2\nb\na\n", true),
    ("/usr/share/fonts/fonts.scale", "2\na\nb\n", "2\nb\nc\n", false),
    ("/usr/share/fonts/encodings.dir", "2\na\na\n", "2\na\n", false),
    (
        "/usr/share/javadoc/gjdoc.properties",
        "#Fri Jan 01 11:27:36 GMT 2009\na=b\n",
        "#Sat Feb 02 12:28:37 GMT 2019\na=b\n",
        true,
    ),
    (
        "/usr/share/javadoc/a/gjdoc.properties",
        "#Fri Jan 01 11:27:36 GMT 2009\na=b\n",
        "#Fri Jan 01 11:27:36 GMT 2009\na=c\n",
        false,
    ),
    (
        "/a/x.ps",
        "%!PS\n%%CreationDate: a\n%%Creator: groff version 1.22.4\n%DVIPSSource:  x\nshow\n",
        "%!PS\n%%CreationDate: b\n%%Creator: groff version 1.23.0\n%DVIPSSource:\ty\nshow\n",
        true,
    ),
    ("/a/x.ps", "%!PS\n%%CreationDate: a\nshow\n", "%!PS\nshow\n", true),
    ("/a/x.ps", "%!PS\n%%Creator: groff version 1\n", "%!PS\n%%Creator: dvips version 1\n", false),
    ("/a/x.ps", "%!PS\n%%CreationDate: a\nshow\n", "%!PS\n%%CreationDate: a\nhide\n", false),
    ("/a/x.ps", "%!PS\n%%CreationDate: a\rshow\r", "%!PS\n%%CreationDate: a\rhide\r", false),
    ("/a/x.ps", "%!PS\r\n%%CreationDate: a\r\nshow\n", "%!PS\r\n%%CreationDate: b\r\nshow\n", true),
];

/// Programs below names of which something is left out, and programs in what is no program.
const PROGRAMS: &[Row] = &[
    ("/usr/bin/x.spec", "#!/bin/sh\nRelease: 1\n", "#!/bin/sh\nRelease: 2\n", false),
    ("/usr/bin/x.spec", "Release: 1\n", "Release: ;reboot\n", false),
    ("/x/foo.spec", "Release: 1\n", "Release: %(reboot)\n", false),
    ("/x/foo.spec", "Release: 1\n", "Release: 2\rVersion: 2\n", false),
    ("/x/foo.spec", "Release: 1%{?dist}\n", "Release: <CI_CNT>.<B_CNT>\n", true),
    ("/usr/bin/x.exe.mdb", "one\n", "two\n", true),
    ("/usr/bin/x.exe.mdb", "#!/bin/sh\none\n", "#!/bin/sh\ntwo\n", false),
    ("/usr/bin/created.rid", "one\n", "#!/bin/sh\ntwo\n", false),
    ("/usr/bin/created.rid", "\x7fELFone\n", "two\n", false),
    ("/usr/bin/x.ps", "#!/usr/bin/perl\n%%CreationDate: a\n", "#!/usr/bin/perl\n%%CreationDate: b\n", false),
    ("/a/x.ps", "%%CreationDate: a\n", "%%CreationDate: b\n", false),
    ("/a/x.ps", "%!PS\n%%CreationDate: a\u{c}show\n", "%!PS\n%%CreationDate: a\u{c}run\n", false),
    ("/a/x.ps", "%!PS\n(\n%%CreationDate: a\n) show\n", "%!PS\n(\n%%CreationDate: b\n) show\n", false),
    ("/usr/bin/a.elc", "#!/bin/sh\n;;; emacs version 1\n", "#!/bin/sh\n;;; emacs version 2\n", false),
    (
        "/usr/lib/emacs/a.elc",
        ";ELC\n;;; emacs version 1\n(eval \"\n;;; emacs version 1\n\")\n",
        ";ELC\n;;; emacs version 1\n(eval \"\n;;; emacs version 2\n\")\n",
        false,
    ),
    (
        "/etc/sendmail.cf",
        "Mprog, A=built by abuild@a on Mon Jan 1 1:00:00 sh -c one 2024\n",
        "Mprog, A=built by abuild@a on Mon Jan 1 1:00:00 sh -c two 2024\n",
        false,
    ),
    (
        "/usr/bin/libtool",
        "#!/bin/sh\n# Libtool was configured on host a:\n",
        "#!/bin/sh\n# Libtool was configured on host b:\n",
        true,
    ),
    ("/usr/bin/libtool", "#!/bin/sh\none\n", "#!/bin/sh\ntwo\n", false),
    ("/var/adm/update-scripts/foo", "#!/bin/sh\nsh foo-1.0-1.1-x\n", "#!/bin/sh\nsh foo-1.0-1.2-x\n", true),
    ("/x/dune-package", "(lang dune 2.8)\n", "(lang dune (run a))\n", false),
];

/// The release in texts.
const RELEASED: &[Row] = &[
    (
        "/usr/share/doc/foo/changelog",
        "foo (1.0-1.1) stable\n\n  * x\n\n -- A B <c@d>  Mon, 01 Jan 2024 10:00:00 +0000\n",
        "foo (1.0-1.2) stable\n\n  * x\n\n -- A B <c@d>  Tue,  2 Jan 2024 11:22:33 -0100\n",
        true,
    ),
    (
        "/usr/share/doc/foo/changelog.Debian",
        "foo (1.0-1.1) stable\n\n  * x\n",
        "foo (1.0-1.2) stable\n\n  * y\n",
        false,
    ),
    (
        "/usr/share/doc/foo/changelog",
        " -- A B <c@d>  Mon, 01 Jan 2024 10:00:00 +0000\n",
        " -- A C <c@d>  Mon, 01 Jan 2024 10:00:00 +0000\n",
        false,
    ),
    ("/usr/share/doc/foo/changelog", "foo (2.0-1.1) stable\n", "foo (2.0-1.2) stable\n", false),
    (
        "/usr/share/doc/foo/changelog",
        "/boot/vmlinuz-1.0-1.1 and 1.0-1\n",
        "/boot/vmlinuz-1.0-1.2 and 1.0-1\n",
        true,
    ),
    (
        "/usr/share/doc/foo/changelog",
        "/opt/vmlinuz-1.0-1.1 and 1.0-1\n",
        "/opt/vmlinuz-1.0-1.2 and 1.0-1\n",
        false,
    ),
    ("/var/adm/update-scripts/foo", "sh foo-1.0-1.1-x\n", "sh foo-1.0-1.2-x\n", true),
    ("/var/adm/update-messages/foo", "sh foo-1.0-1.1-x\n", "sh foo-1.0-1.2-y\n", false),
    ("/var/adm/update-scripts/foo", "sh foo-1.0-1.1\n", "sh bar-1.0-1.2\n", false),
    ("/usr/bin/foo", "foo-1.0-1.1\n", "foo-1.0-1.2\n", false),
    // Parts of other words.
    ("/var/adm/update-scripts/foo", "sh myfoo-1.0-1.1-x\n", "sh myfoo-1.0-1.2-x\n", false),
    ("/var/adm/update-scripts/foo", "sh foo-1.0-1.15-x\n", "sh foo-1.0-1.25-x\n", false),
    ("/usr/share/doc/foo/changelog", "/boot/a-1.0-1.15\n", "/boot/a-1.0-1.25\n", false),
    ("/usr/share/doc/foo/changelog", "bar (3.1.0-1.1) x\n", "bar (3.1.0-1.2) x\n", false),
    // What looks like a mark.
    ("/var/adm/update-scripts/foo", "sh \u{1}@NVR@-x\n", "sh foo-1.0-1.2-x\n", false),
    ("/var/adm/update-scripts/foo", "sh @NVR@-x\n", "sh foo-1.0-1.2-x\n", false),
    ("/usr/share/doc/foo/changelog", "foo (\u{1}@VR@) x\n", "foo (1.0-1.2) x\n", false),
    ("/usr/share/doc/foo/changelog", "foo (@VR@) x\n", "foo (1.0-1.2) x\n", false),
];

#[test]
fn what_tools_write_into_texts() {
    check(TEXTS);
}

#[test]
fn programs_are_compared_whatever_their_names() {
    check(PROGRAMS);
}

#[test]
fn the_release_in_texts() {
    check(RELEASED);
}

#[test]
fn without_the_release() {
    let release = crate::Release { name: "foo", version: "1.0", release: "1.1" };
    let rows = [
        ("x = 1.0-1.1", "x = \u{1}@VR@"),
        ("x = 1.0-1.1 y", "x = 1.0-1.1 y"),
        ("/lib/modules/1.0-1 x", "/lib/modules/\u{1}@V@ x"),
        ("/usr/src/a-1.0-1.1/b", "/usr/src/a-\u{1}@VR@/b"),
        ("/var/adm/update-scripts/foo-1.0-1.1-x", "/var/adm/update-scripts/\u{1}@NVR@-x"),
        ("/var/adm/update-scripts/foo-1.0-1.1 x", "/var/adm/update-scripts/foo-1.0-1.1 x"),
        ("/var/adm/update-scripts/foo-1.0-1.15-x", "/var/adm/update-scripts/foo-1.0-1.15-x"),
        ("a-kmp-default 8 1.2.2_k5.17.0-1.1", "a-kmp-default 8 1.2.2_k5.17.0-\u{1}@R@"),
        (" a-kmp-default 8 1.2.2_k5.17.0-1.1", " a-kmp-default 8 1.2.2_k5.17.0-1.1"),
        ("x --release \"1.1\" --kernelrelease", "x --release \"\u{1}@R@\" --kernelrelease"),
        ("a\n/usr/lib/.build-id/ab/cd 1\nb", "a\nb"),
        // Versions of others that have it within.
        ("x = 3.1.0-1.1", "x = 3.1.0-1.1"),
        ("x = 21.0-1.1", "x = 21.0-1.1"),
        ("x = 2~1.0-1.1", "x = 2~1.0-1.1"),
        ("/boot/x-1.0-1.15 1.0-1.1.2 1.0-15 1.0-1.1+b1", "/boot/x-1.0-1.15 1.0-1.1.2 1.0-15 1.0-1.1+b1"),
        ("/boot/5.1.0-1.1 5.1.0-1", "/boot/5.1.0-1.1 5.1.0-1"),
        ("/boot/x-1.0-1.1.img (1.0-1.1)", "/boot/x-\u{1}@VR@.img (\u{1}@VR@)"),
        ("x = 2:1.0-1.1", "x = 2:\u{1}@VR@"),
        // What looks like a mark is none.
        ("x = \u{1}@VR@ @VR@", "x = \u{1}\u{1}@VR@ @VR@"),
    ];
    for (text, wanted) in rows {
        assert_eq!(crate::without_release(text, release), wanted, "{text}");
    }
    let deb = crate::Release { name: "foo", version: "1.0-1.1", release: "" };
    let rows = [
        ("foo (1.0-1.1) x", "foo (\u{1}@VR@) x"),
        ("libfoo (= 3.1.0-1.1) x", "libfoo (= 3.1.0-1.1) x"),
        ("libfoo (= 1:1.0-1.1) x", "libfoo (= 1:1.0-1.1) x"),
    ];
    for (text, wanted) in rows {
        assert_eq!(crate::without_release(text, deb), wanted, "{text}");
    }
}
