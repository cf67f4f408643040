use super::*;

fn message(text: &str) -> Option<Message> {
    match line(text) {
        Line::Message(message) => Some(message),
        Line::Note { .. }
        | Line::Function { .. }
        | Line::TopLevel
        | Line::Inlined { .. }
        | Line::Assembler(_)
        | Line::Enter { .. }
        | Line::Leave { .. }
        | Line::Referenced(_)
        | Line::Cmake { .. }
        | Line::Unpackaged(_)
        | Line::Other => None,
    }
}

/// Those that the corpus does not have: older compilers, other programs, other ways to say it.
#[test]
fn messages() {
    type Row = (&'static str, Kind, &'static str, Option<(&'static str, Option<u32>)>, &'static str);
    let rows: [Row; 20] = [
        (
            "a.c:3: warning: implicit declaration of function 'f'",
            Kind::Warning,
            "implicit-function-declaration",
            Some(("a.c", Some(3))),
            "implicit declaration of function 'f'",
        ),
        (
            "a.c:3:1: warning: call to '__builtin___strcpy_chk' will always overflow destination buffer [enabled by default]",
            Kind::Warning,
            "stringop-overflow",
            Some(("a.c", Some(3))),
            "call to '__builtin___strcpy_chk' will always overflow destination buffer",
        ),
        (
            "a.c:3:1: warning: odd [-Wformat-truncation=]",
            Kind::Warning,
            "format-truncation",
            Some(("a.c", Some(3))),
            "odd",
        ),
        (
            "a.c:3:1: warning: odd [-Wstrict-overflow=2]",
            Kind::Warning,
            "strict-overflow",
            Some(("a.c", Some(3))),
            "odd",
        ),
        (
            "a.c:3:1: error: odd [-Werror,-Wunused-value]",
            Kind::Error,
            "unused-value",
            Some(("a.c", Some(3))),
            "odd",
        ),
        ("a.c:3:1: error: odd [-Werror]", Kind::Error, "compiler-error", Some(("a.c", Some(3))), "odd"),
        (
            "a.cc:3:1: error: invalid conversion [-fpermissive]",
            Kind::Error,
            "fpermissive",
            Some(("a.cc", Some(3))),
            "invalid conversion",
        ),
        (
            "a.c:3:1: warning: array [4] of a[5]",
            Kind::Warning,
            "compiler-warning",
            Some(("a.c", Some(3))),
            "array [4] of a[5]",
        ),
        (
            "a.c:3:1: internal compiler error: Segmentation fault",
            Kind::Error,
            "compiler-error",
            Some(("a.c", Some(3))),
            "Segmentation fault",
        ),
        (
            "<command-line>: warning: \"X\" redefined",
            Kind::Warning,
            "compiler-warning",
            None,
            "\"X\" redefined",
        ),
        (
            "x86_64-suse-linux-gcc-13: error: unrecognized option",
            Kind::Error,
            "compiler-error",
            None,
            "unrecognized option",
        ),
        (
            "/usr/lib64/gcc/x86_64-suse-linux/13/../../../../x86_64-suse-linux/bin/ld: a.o:b.c:7: undefined reference to `f'",
            Kind::Error,
            "linker-error",
            Some(("b.c", Some(7))),
            "undefined reference to `f'",
        ),
        (
            "/usr/bin/ld: warning: a.o: missing .note.GNU-stack section implies executable stack",
            Kind::Warning,
            "linker-warning",
            None,
            "a.o: missing .note.GNU-stack section implies executable stack",
        ),
        (
            "gmake[3]: *** [sub/Makefile:7: all] Segmentation fault (core dumped)",
            Kind::Consequence,
            "make-error",
            Some(("sub/Makefile", Some(7))),
            "the target all failed: Segmentation fault (core dumped)",
        ),
        (
            "make[1]: *** [hello.o] Error 1",
            Kind::Consequence,
            "make-error",
            None,
            "the target hello.o failed: Error 1",
        ),
        (
            "Makefile:3: *** missing separator.  Stop.",
            Kind::Error,
            "make-error",
            Some(("Makefile", Some(3))),
            "missing separator.",
        ),
        (
            "error: Bad exit status from /var/tmp/rpm-tmp.x (%check)",
            Kind::Consequence,
            "section-failed",
            None,
            "the section %check of the recipe failed",
        ),
        (
            "error: Directory not found: /x",
            Kind::Error,
            "file-not-found",
            Some(("/x", None)),
            "%files lists what the build did not install",
        ),
        (
            "[   12.3] BUG: unable to handle page fault",
            Kind::Warning,
            "kernel-message",
            None,
            "[   12.3] BUG: unable to handle page fault",
        ),
        (
            "traps: x[7] general protection fault ip:1 sp:2",
            Kind::Warning,
            "kernel-message",
            None,
            "traps: x[7] general protection fault ip:1 sp:2",
        ),
    ];
    for (text, kind, code, place, said) in rows {
        let message = message(text).unwrap_or_else(|| panic!("no message: {text}"));
        assert_eq!(
            (message.kind, message.code.as_str(), message.text.as_str()),
            (kind, code, said),
            "{text}"
        );
        assert_eq!(message.place.as_ref().map(|p| (p.file.as_str(), p.line)), place, "{text}");
    }
}

#[test]
fn lines_that_belong_to_others() {
    let place = |file: &str, line, column| Place { file: file.to_owned(), line: Some(line), column };
    let rows = [
        ("a.c: In function 'f':", Line::Function { file: Some("a.c"), name: "f" }),
        (
            "a.cc: In member function 'int S::f(char)':",
            Line::Function { file: Some("a.cc"), name: "int S::f(char)" },
        ),
        ("In function 'strcpy',", Line::Function { file: None, name: "strcpy" }),
        ("a.c: At top level:", Line::TopLevel),
        (
            "    inlined from 'f' at a.c:3:4,",
            Line::Inlined { function: "f", place: place("a.c", 3, Some(4)) },
        ),
        ("a.c:1:2: note: here", Line::Note { place: Some(place("a.c", 1, Some(2))), text: "here" }),
        ("a.s: Assembler messages:", Line::Assembler("a.s")),
        ("make[2]: Entering directory '/x'", Line::Enter { level: 2, folder: "/x" }),
        ("make: Leaving directory `/x'", Line::Leave { level: 0, folder: "/x" }),
        (">>> referenced by a.c:3 (/x/a.c:3)", Line::Referenced(place("a.c", 3, None))),
        ("warning: Installed (but unpackaged) file(s) found:", Line::Unpackaged(Kind::Warning)),
    ];
    for (text, want) in rows {
        assert_eq!(line(text), want, "{text}");
    }
}

#[test]
fn what_is_nothing_of_ours() {
    let rows = [
        "",
        ":",
        ": ",
        ": error: x",
        "checking whether cc: warning: works... yes",
        "12:30:45: error: a log of its own",
        "Test 3: error: expected",
        "PASS: a.c:3",
        "cc -DX=\": error: \" a.c",
        "In total: 3 files",
        "    5 | char *pointer(void)",
        "make: Nothing to be done for 'all'.",
        "make[x]: *** [a] Error 1",
        "make[1]: *** Waiting for unfinished jobs....",
        "make: [Makefile:7: broken] Error 1 (ignored)",
        "configure: WARNING: x is not there",
        "warning: /x: Header V3 RSA/SHA256 Signature, key ID: NOKEY",
        "error[empty-file]: a finding of another hook",
        "RPM build errors:",
        "cc1: all warnings being treated as errors",
        "hello: segfault at 0 of two words",
    ];
    for text in rows {
        assert!(message(text).is_none(), "{text}: {:?}", line(text));
    }
}

#[test]
fn a_line_of_nothing_but_colons_ends_soon() {
    // Some 30 thousand attempts, each over the whole line, if they were not bounded.
    for piece in [": error: ", "a: warning: ", "x.o: undefined reference to ", "make: *** "] {
        let text = piece.repeat((16 << 10) / piece.len());
        for _ in 0..1000 {
            line(&text);
        }
    }
}
