use super::*;
use crate::header::made::{found, rpm};
use skink_sdk::packages::{Change, Condition, Script};

fn both(
    make: impl Fn(&mut Header, &mut Header),
) -> Vec<(&'static str, String, Option<String>, Option<String>)> {
    let (mut old, mut new) = (rpm("2.1"), rpm("2.2"));
    make(&mut old, &mut new);
    found(Sides { old: &old, new: &new }, compare)
}

fn dependency(kind: DependencyKind, name: &str, flags: u32, version: &str) -> Dependency {
    Dependency { kind, name: name.to_owned(), flags, version: version.to_owned() }
}

#[test]
fn dependencies_differ_by_more_than_the_own_release() {
    use DependencyKind::{Enhances, Order, Provides, Recommends, Requires, Suggests};
    type One<'a> = (DependencyKind, &'a str, u32, &'a str);
    type Row<'a> = (&'a [One<'a>], &'a [One<'a>], Option<(&'a str, Option<&'a str>, Option<&'a str>)>);
    let rows: [Row<'_>; 12] = [
        (&[(Provides, "hello", 8, "1.0-2.1")], &[(Provides, "hello", 8, "1.0-2.2")], None),
        (
            &[(Requires, "a", 0, ""), (Requires, "b", 0, "")],
            &[(Requires, "b", 0, ""), (Requires, "a", 0, "")],
            None,
        ),
        (
            &[(Provides, "x", 8, "1.0-2.1")],
            &[(Provides, "x", 8, "1.0-2.1")],
            Some(("provides", Some("x = 1.0-2.1 (flags 0x8)"), Some("x = 1.0-2.1 (flags 0x8)"))),
        ),
        (
            &[(Requires, "libssl3", 8, "3.1.0-2.1")],
            &[(Requires, "libssl3", 8, "3.1.0-2.2")],
            Some(("requires", Some("libssl3 = 3.1.0-2.1"), Some("libssl3 = 3.1.0-2.2"))),
        ),
        (&[], &[(Requires, "a", 12, "1")], Some(("requires", None, Some("a >= 1")))),
        (&[(Requires, "a", 2, "1")], &[], Some(("requires", Some("a < 1"), None))),
        (
            &[(Requires, "a", 0, "")],
            &[(Requires, "a", 64, "")],
            Some(("requires", Some("a (flags 0x0)"), Some("a (flags 0x40)"))),
        ),
        (
            &[(Requires, "a", 0, ""), (Requires, "a", 0, "")],
            &[(Requires, "a", 0, "")],
            Some(("requires", Some("a"), None)),
        ),
        (
            &[(Suggests, "a", 0, ""), (Requires, "\u{fffd}", 0, "")],
            &[(Suggests, "a", 0, ""), (Requires, "\u{fffd}", 0, "")],
            Some(("requires", None, None)),
        ),
        (&[(Enhances, "a", 0, "")], &[(Enhances, "b", 0, "")], Some(("enhances", Some("a"), Some("b")))),
        (&[(Order, "a", 0, "")], &[], Some(("order", Some("a"), None))),
        // As many of each kind, or a kind would be changed unseen.
        (
            &[(Recommends, "a", 0, "")],
            &[(Recommends, "a", 0, ""), (Suggests, "b", 0, "")],
            Some(("suggests", None, Some("b"))),
        ),
    ];
    for (old_all, new_all, want) in rows {
        let make = |all: &[One<'_>]| {
            all.iter().map(|(kind, name, flags, version)| dependency(*kind, name, *flags, version)).collect()
        };
        let told = both(|old, new| (old.dependencies, new.dependencies) = (make(old_all), make(new_all)));
        let want: Vec<_> = want
            .into_iter()
            .map(|(field, old, new)| {
                ("dependencies-differ", field.to_owned(), old.map(str::to_owned), new.map(str::to_owned))
            })
            .collect();
        assert_eq!(told, want, "{old_all:?} {new_all:?}");
    }
}

#[test]
fn what_a_source_package_provides_does_not_count() {
    let told = both(|old, new| {
        (old.is_source, new.is_source) = (true, true);
        old.dependencies.push(dependency(DependencyKind::Provides, "a", 0, ""));
    });
    assert_eq!(told, []);
}

#[test]
fn scripts() {
    let script = |interpreter: &str, body: Option<&str>, flags| Script {
        kind: ScriptKind::PostIn,
        interpreter: [interpreter.to_owned()].into(),
        body: body.map(str::to_owned),
        flags,
    };
    let sh = |body| Some(script("/bin/sh", Some(body), 0));
    type Row<'a> = (Option<Script>, Option<Script>, Option<(Option<&'a str>, Option<&'a str>)>);
    let rows: [Row<'_>; 11] = [
        (None, None, None),
        (sh("\u{7f}ELF\u{fffd}"), sh("\u{7f}ELF\u{fffd}"), Some((None, None))),
        (Some(script("/bin/\u{fffd}", None, 0)), Some(script("/bin/\u{fffd}", None, 0)), Some((None, None))),
        (
            sh("ls /lib/modules/5.1.0-2.1-default"),
            sh("ls /lib/modules/5.1.0-2.2-default"),
            Some((Some("ls /lib/modules/5.1.0-2.1-default"), Some("ls /lib/modules/5.1.0-2.2-default"))),
        ),
        (sh("true"), sh("true"), None),
        (sh("a\nV=1.0-2.1\nb"), sh("a\nV=1.0-2.2\nb"), None),
        (sh("a\nb"), sh("a\nc"), Some((Some("b"), Some("c")))),
        (sh("a"), None, Some((Some("a"), None))),
        (None, Some(script("/sbin/ldconfig", None, 0)), Some((None, Some("/sbin/ldconfig")))),
        (sh("a"), Some(script("/bin/bash", Some("a"), 0)), Some((Some("/bin/sh"), Some("/bin/bash")))),
        (sh("a"), Some(script("/bin/sh", Some("a"), 1)), Some((Some("0x0"), Some("0x1")))),
    ];
    for (was, is, want) in rows {
        let told = both(|old, new| {
            old.scripts.extend(was.clone());
            new.scripts.extend(is.clone());
        });
        let told: Vec<_> = told
            .iter()
            .map(|(code, field, old, new)| (*code, field.as_str(), old.as_deref(), new.as_deref()))
            .collect();
        let want: Vec<_> =
            want.into_iter().map(|(old, new)| ("script-differs", "post-in", old, new)).collect();
        assert_eq!(told, want);
    }
}

#[test]
fn each_part_of_a_trigger_counts() {
    let trigger = || Trigger {
        kind: TriggerKind::Package,
        interpreter: ["/bin/sh".to_owned()].into(),
        body: "echo\nV=1.0-2.1".to_owned(),
        flags: 0,
        priority: None,
        conditions: [Condition { name: "a".to_owned(), flags: 0, version: String::new() }].into(),
    };
    type Row = (fn(&mut Trigger), bool);
    let changes: [Row; 8] = [
        (|_| {}, false),
        (|trigger| trigger.body = "echo\nV=1.0-2.2".to_owned(), false),
        (|trigger| trigger.body.push('x'), true),
        (|trigger| trigger.kind = TriggerKind::File, true),
        (|trigger| trigger.interpreter.push("-e".to_owned()), true),
        (|trigger| trigger.flags = 1, true),
        (|trigger| trigger.priority = Some(1), true),
        (|trigger| trigger.conditions.clear(), true),
    ];
    for (place, (change, differs)) in changes.into_iter().enumerate() {
        let told = both(|old, new| {
            let mut changed = trigger();
            changed.body = changed.body.replace("2.1", "2.2");
            change(&mut changed);
            (old.triggers, new.triggers) = ([trigger()].into(), [changed].into());
        });
        assert_eq!(
            told.iter().map(|row| row.0).collect::<Vec<_>>(),
            if differs { ["trigger-differs"].to_vec() } else { Vec::new() },
            "{place}"
        );
    }
    assert_eq!(both(|old, _| old.triggers.push(trigger())).len(), 1);
    let unclear = || [Trigger { body: "\u{fffd}".to_owned(), ..trigger() }].into();
    assert_eq!(both(|old, new| (old.triggers, new.triggers) = (unclear(), unclear())).len(), 1);
}

#[test]
fn the_last_change_counts() {
    let change = |time, text: &str| Some(Change { time, author: "a".to_owned(), text: text.to_owned() });
    let rows = [
        (None, None, false),
        (change(1, "x"), change(1, "x"), false),
        (change(1, "x"), change(2, "x"), true),
        (change(1, "x"), change(1, "y"), true),
        (change(1, "x"), None, true),
        (change(1, "\u{fffd}"), change(1, "\u{fffd}"), true),
    ];
    for (was, is, differs) in rows {
        let told = both(|old, new| (old.change, new.change) = (was.clone(), is.clone()));
        assert_eq!(told.iter().any(|row| row.0 == "changelog-differs"), differs);
    }
}
