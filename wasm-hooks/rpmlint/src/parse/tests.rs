use super::*;

/// What the real rpmlint 2.4 wrote; `tests/corpus/README.md` says how it was recorded.
const CORPUS: [(&str, &str); 5] = [
    ("several", include_str!("../../tests/corpus/several.stdout")),
    ("badness", include_str!("../../tests/corpus/badness.stdout")),
    ("source", include_str!("../../tests/corpus/source.stdout")),
    ("one", include_str!("../../tests/corpus/one.stdout")),
    ("clean", include_str!("../../tests/corpus/clean.stdout")),
];

fn count(report: &Report, severity: Severity) -> usize {
    report.findings.iter().filter(|f| f.severity == severity).count()
}

#[test]
fn as_many_findings_as_rpmlint_counted() {
    for (name, text) in CORPUS {
        let report = report(text);
        let counted = format!(
            "{} errors, {} warnings, ",
            count(&report, Severity::Error),
            count(&report, Severity::Warning)
        );
        let summary = report.summary.unwrap();
        assert!(summary.contains(&counted), "{name}: found {counted}but rpmlint says {summary}");
    }
}

#[test]
fn every_line_of_a_description_is_the_help_of_its_rule() {
    for (name, text) in CORPUS {
        let report = report(text);
        // Each description once, as rpmlint prints it.
        let mut printed: Vec<&str> = Vec::new();
        for finding in &report.findings {
            printed.extend(finding.help.as_deref().filter(|help| printed.last() != Some(help)));
        }
        let body = text.split_once("\n\n").unwrap().1;
        let expected: Vec<&str> = body
            .lines()
            .filter(|line| finding(line).is_none() && !line.is_empty())
            .filter(|line| !line.contains(" specfiles checked; ") && !line.contains(" exceeds threshold "))
            .collect();
        assert_eq!(printed.join("\n"), expected.join("\n"), "{name}");
    }
}

#[test]
fn a_description_belongs_to_its_own_rule_only() {
    let report = report(
        "checks: 26, packages: 2\n\na.noarch: W: without-words /x\na.noarch: E: with-words\nb.noarch: E: with-words\n\
         What it means.\nAnd more.\n\nb.noarch: W: last\n",
    );
    let rows: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.help.as_deref())).collect();
    let help = Some("What it means.\nAnd more.");
    assert_eq!(rows, [("without-words", None), ("with-words", help), ("with-words", help), ("last", None)]);
    assert!(report.summary.is_none());
}

#[test]
fn the_threshold_is_told_of() {
    let [_, (_, badness), ..] = CORPUS;
    let report = report(badness);
    assert_eq!(report.exceeded.as_deref(), Some("Badness 10071 exceeds threshold 999"));
    let extra: Vec<_> =
        report.findings.iter().flat_map(|f| &f.extra).map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(extra, ["badness=9", "badness=9", "badness=10000"]);
}

#[test]
fn lines() {
    type Row = (&'static str, Severity, &'static str, &'static str, [Option<&'static str>; 2], Option<u32>);
    let rows: [Row; 6] = [
        (
            "mc.x86_64: W: non-standard-dir-perm /a b 750",
            Severity::Warning,
            "non-standard-dir-perm",
            "/a b 750",
            [Some("mc.x86_64"), Some("/a")],
            None,
        ),
        (
            "self.noarch: E: no-url-tag",
            Severity::Error,
            "no-url-tag",
            "no url tag",
            [Some("self.noarch"), None],
            None,
        ),
        (
            "a.noarch: E: binary-in-etc (Badness: 10000) /etc/a",
            Severity::Error,
            "binary-in-etc",
            "/etc/a (badness 10000)",
            [Some("a.noarch"), Some("/etc/a")],
            None,
        ),
        (
            "hello.spec:17: E: rpm-buildroot-usage %prep cd: x",
            Severity::Error,
            "rpm-buildroot-usage",
            "%prep cd: x",
            [None, Some("hello.spec")],
            Some(17),
        ),
        ("hello.src:3: I: x", Severity::Info, "x", "x", [Some("hello.src"), None], Some(3)),
        (
            "a.noarch: W: odd (Badness: many) y",
            Severity::Warning,
            "odd",
            "(Badness: many) y",
            [Some("a.noarch"), None],
            None,
        ),
    ];
    for (line, severity, code, message, [package, file], number) in rows {
        let finding = finding(line).unwrap();
        assert_eq!(finding.severity, severity, "{line}");
        assert_eq!((finding.code.as_str(), finding.message.as_str()), (code, message), "{line}");
        assert_eq!((finding.package.as_deref(), finding.file.as_deref()), (package, file), "{line}");
        assert_eq!(finding.line, number, "{line}");
    }
}

#[test]
fn what_is_no_finding() {
    let rows = [
        "",
        "2 blocks",
        "(none): E: there is no installed rpm \"x\".",
        "the Packager tag. Ex: Packager: John Doe <john.doe@example.com>.",
        "two words: E: x",
        ": E: x",
        "a.noarch: X: y",
        "a.noarch:99999999999: W: y",
        "a.noarch: W:",
        "configuration:",
    ];
    for line in rows {
        assert!(finding(line).is_none(), "{line}");
    }
    assert_eq!(own_words(include_str!("../../tests/corpus/several.stderr")).count(), 2);
}
