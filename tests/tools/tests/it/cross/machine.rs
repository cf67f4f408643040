//! The way of kernels that have one table of emulators: an entry in the machine's own, for as long as a job needs it.

use super::{assert_nothing_left, cross_package, cross_root, machine_of, report, start};
use crate::cross::package::Sleeper;
use crate::cross::seen::{Machine, table, user_namespaces_naming};
use rustix::mount::{MountPropagationFlags, mount_change};
use rustix::thread::UnshareFlags;
use skink_effects::{Emulator, Interpreter, MachineTable, Registration};
use skink_job::ForeignArch;
use skink_worker::fault::{EFFECT_POINTS, ONE_TABLE};
use std::fs;
use std::path::Path;

const ENTRY: &str = "skink-aarch64";
const PRETEND: (&str, &str) = ("SKINK_PRETEND", ONE_TABLE);

fn registration() -> Registration {
    let emulator = Emulator::of(ForeignArch::Aarch64);
    emulator.registration(&Interpreter::find(&emulator, Path::new("/")).unwrap())
}

/// As a job does, in a mount namespace of its own: what it mounts is not this program's.
fn as_another_job<T: Send + 'static>(act: impl FnOnce(&MachineTable) -> T + Send + 'static) -> T {
    let job = std::thread::spawn(move || {
        #[expect(deprecated, reason = "the replacement is unsafe for flags that are not used here")]
        rustix::thread::unshare(UnshareFlags::NEWNS).unwrap();
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).unwrap();
        act(&MachineTable::default())
    });
    job.join().unwrap()
}

fn has_entry() -> bool {
    table().join(ENTRY).exists()
}

#[test]
fn the_entry_is_there_while_a_job_needs_it() {
    let (root, machine) = cross_root();
    let sleeper = Sleeper::new(cross_package("one-table", "aarch64"));
    let started = start(&root, &sleeper.package, &["--no-init"], &[PRETEND]);
    sleeper.wait_for_it(&started);
    let during = Machine::look();
    assert_eq!(during.entries.difference(&machine.entries).collect::<Vec<_>>(), [ENTRY]);
    assert_eq!(user_namespaces_naming(&root), [fs::read_link("/proc/self/ns/user").unwrap()]);
    // Another one holds it, too: it stays when the job ends.
    as_another_job(|table| table.hold(&registration(), "another").unwrap());
    sleeper.wake(&root);
    let ended = started.wait();
    assert_eq!(ended.code(), Some(0), "{}", ended.output);
    assert!(has_entry(), "the entry went although another job holds it");
    let release = |holder: &'static str| as_another_job(move |table| table.release(ENTRY, holder).unwrap());
    assert!(!release("nobody") && has_entry());
    assert!(release("another") && !has_entry());
    assert_nothing_left(&machine, &root, "with one table");
    let notes = report(&sleeper.package)["notes"].to_string();
    assert!(notes.contains("every process of the machine could run such programs"), "{notes}");
    let rpm = root.join(".build.packages/RPMS/aarch64/hello-1.0-0.aarch64.rpm");
    assert_eq!(machine_of(&rpm, "/usr/bin/hello"), "ARM aarch64");
}

/// A job that dies at any point leaves an entry at most until the next one starts.
#[test]
fn the_next_job_removes_the_entry_of_a_dead_one() {
    let (root, machine) = cross_root();
    for point in EFFECT_POINTS {
        let package = cross_package("one-table-dies", "aarch64");
        let ended = start(&root, &package, &["--no-init"], &[PRETEND, ("SKINK_FAULT", *point)]).wait();
        assert_eq!(ended.signal(), Some(9), "{point} was not reached:\n{}", ended.output);
        assert_eq!(has_entry(), *point == "effect-made", "{point}");
        let package = cross_package("one-table-next", "");
        let next = start(&root, &package, &["--no-init"], &[]).wait();
        assert_eq!(next.code(), Some(1), "{point}:\n{}", next.output);
        assert_nothing_left(&machine, &root, point);
        let told = report(&package)["notes"].to_string();
        assert_eq!(told.contains(ENTRY), *point == "effect-made", "{point}: {told}");
    }
}

/// An entry of our name that we did not make is nobody's to change.
#[test]
fn an_entry_of_somebody_else_is_left_alone() {
    let (root, machine) = cross_root();
    let foreign = format!(":{ENTRY}:E::skink-test::/bin/true:");
    fs::write(table().join("register"), foreign).unwrap();
    let before = fs::read_to_string(table().join(ENTRY)).unwrap();
    let package = cross_package("one-table-taken", "aarch64");
    let ended = start(&root, &package, &["--no-init"], &[PRETEND]).wait();
    let after = fs::read_to_string(table().join(ENTRY));
    fs::write(table().join(ENTRY), "-1").unwrap();
    assert_eq!(ended.code(), Some(1), "{}", ended.output);
    assert!(ended.output.contains("an entry skink-aarch64 that is not ours"), "{}", ended.output);
    assert_eq!(after.unwrap(), before);
    assert_nothing_left(&machine, &root, "with an entry of somebody else");
    assert_eq!(report(&package)["exit_code"], 1);
}
