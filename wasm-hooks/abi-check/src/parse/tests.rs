use super::*;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn rendered(report: &Report) -> String {
    let mut text = String::new();
    for change in &report.changes {
        let library = change.library.as_deref().unwrap_or("-");
        writeln!(text, "{} {library}: {}", change.code.as_str(), change.message).unwrap();
        let named = [("symbol", &change.symbol), ("place", &change.place)];
        for (key, value) in named.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
            writeln!(text, "    {key} = {value}").unwrap();
        }
        for line in &change.details {
            writeln!(text, "    | {line}").unwrap();
        }
    }
    for (library, why) in &report.failed {
        writeln!(text, "failed {library}: {why}").unwrap();
    }
    text
}

/// `SKINK_UPDATE=1` writes the changes anew.
#[test]
fn what_abipkgdiff_says_becomes_these_changes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let update = std::env::var_os("SKINK_UPDATE").is_some();
    let mut differ = Vec::new();
    let codes = fs::read_to_string(folder.join("exit-codes")).unwrap();
    for name in codes.lines().filter_map(|line| line.split(' ').next()) {
        let text = fs::read_to_string(folder.join(format!("{name}.stdout"))).unwrap();
        let seen = rendered(&report(&text));
        let golden = folder.join(format!("{name}.changes"));
        if update {
            fs::write(&golden, &seen).unwrap();
        }
        if fs::read_to_string(&golden).unwrap_or_default() != seen {
            differ.push(format!("{name}:\n{seen}"));
        }
    }
    assert_eq!(differ, Vec::<String>::new());
}

/// What the corpus does not have.
#[test]
fn entries_of_other_kinds() {
    let head = "================ changes of 'l.so'===============\n";
    let rows: [(&str, &str); 6] = [
        (
            "  1 Removed function symbol not referenced by debug info:\n\n    [D] f@@V_1.0\n",
            "function-removed l.so: f@@V_1.0 was removed\n    symbol = f@@V_1.0\n",
        ),
        (
            "  1 removed type unreachable from any public interface:\n\n    [D] 'struct s' at a.h:1:1\n",
            "abi-changed l.so: struct s changed\n",
        ),
        (
            "  SONAME changed from 'l.so.1' to 'l.so.2'\n",
            "soname-changed l.so: the soname changed from 'l.so.1' to 'l.so.2'\n",
        ),
        (
            "  1 Changed variable:\n\n    [C] 'int v' was changed at a.c:1:2:\n      size of symbol changed from 4 to 8\n",
            "variable-changed l.so: int v changed: size of symbol changed from 4 to 8\n    place = a.c:1:2\n    | size of symbol changed from 4 to 8\n",
        ),
        ("    [X] 'function f()'\n    text\n", ""),
        ("  1 Removed function:\n    [D] \n", "function-removed l.so:  was removed\n    symbol = \n"),
    ];
    for (text, want) in rows {
        assert_eq!(rendered(&report(&[head, text].concat())), want, "{text}");
    }
    // Nothing of it counts outside of a section.
    assert_eq!(report("    [D] f\n      why\n  1 Removed function:\n"), Report::default());
}

#[test]
fn what_a_forged_line_hides_is_counted() {
    let forged = "\
================ changes of 'l.so'===============
  Functions changes summary: 3 Removed, 1 Changed (2 filtered out), 0 Added function
  Variables changes summary: 0 Removed, 0 Changed, 0 Added variable

  3 Removed functions:

    [D] f
================ end of changes of 'l.so'===============
    [D] g
================ end of changes of 'l.so'===============
";
    let report = report(forged);
    let told: Vec<_> = report.changes.iter().map(|change| (change.code, change.message.as_str())).collect();
    let counted = "abipkgdiff counts 4 changes, but 1 can be read; see abi-check.log";
    assert_eq!(told, [(Code::FunctionRemoved, "f was removed"), (Code::AbiChanged, counted)]);
}

#[test]
fn details_are_bounded() {
    let mut text = "================ changes of 'l.so'===============\n  1 Changed function:\n    [C] 'function f()' at a.c:1:1 has some sub-type changes:\n".to_owned();
    (0..100_000).for_each(|n| text.push_str(&format!("      reason {n}\n")));
    let report = report(&text);
    assert_eq!(report.changes[0].details.len(), MAX_DETAILS);
    assert_eq!(report.changes[0].message, "f() changed: reason 0");
}
