//! Of the same packages and configuration the hook `baselibs` makes the same packages as mkbaselibs does.
//!
//! The packages are built by the real rpmbuild of `baselibs/*.spec`, each configuration is a file of `baselibs/conf/`, and the real
//! mkbaselibs is what the hook is compared with. What may differ is named in one place, `known`, with its reason, and an entry that
//! no longer names a difference fails.

mod accepted;
mod bad;
mod case;
mod compare;
mod corpus;
mod deb;
mod facts;
mod hook;
mod known;
mod oracle;
mod parity;
mod sharp;

use std::path::PathBuf;
use std::process::Output;

/// What the stage tells its tests.
fn told(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run `cargo xtask test packages`")))
}

/// All that a program said.
fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// Runs something for each of the items, as many at once as the machine has processors; gives what came out, in their order.
fn each<T: Sync, R: Send>(items: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, item)) = {
            let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            items.get(at).map(|item| (at, item))
        } {
            done.push((at, run(item)));
        }
        done
    };
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}
