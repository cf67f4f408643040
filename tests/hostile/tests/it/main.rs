//! Hostile and broken modules through the real `skink hook run`. Run by `cargo xtask test hostile`.
//!
//! Each line of a `rows!` is one attack, with the number and nearly the name that it has in the catalogue of
//! hostile modules. Whatever the attack is, `Attack::ends` also checks that the command ended by itself with the
//! right exit code and no word of a panic, that the results are byte for byte what they were and nothing was
//! written elsewhere, that the report says why and what was denied, in a text that harms no terminal, and that no
//! process, mount or scratch folder is left.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "these are tests"
)]

/// One test a line: its row, its name, the attack, how it must end, and what else must hold.
macro_rules! rows {
    ($($row:literal $name:ident: $attack:expr => $expect:expr $(, $also:expr)?;)*) => {
        pub(crate) const ROWS: &[u32] = &[$($row),*];
        $(
            #[test]
            fn $name() {
                let _seen = $attack.ends(stringify!($name), $expect);
                $(
                    let also: fn(&skink_tests_hostile::Seen) = $also;
                    also(&_seen);
                )?
            }
        )*
    };
}

mod admission;
mod allocate;
mod binary;
mod effects;
mod features;
mod files;
mod handles;
mod keys;
mod limits;
mod names;
mod ordinary;
mod output;
mod swap;
mod text;
mod together;
mod tool_runs;
mod tools;
mod walls;

/// The rows of the catalogue that the walls, the runner and the first three hooks must stand.
const WANTED: [u32; 33] = [
    1, 2, 3, 5, 7, 8, 9, 11, 12, 14, 15, 17, 19, 20, 21, 24, 26, 28, 29, 30, 31, 33, 34, 35, 36, 37, 38, 39,
    41, 43, 45, 50, 54,
];

#[test]
fn every_row_has_a_test() {
    let modules = [
        admission::ROWS,
        effects::ROWS,
        features::ROWS,
        files::ROWS,
        handles::ROWS,
        limits::ROWS,
        names::ROWS,
        output::ROWS,
        swap::ROWS,
        text::ROWS,
        tool_runs::ROWS,
        tools::ROWS,
    ];
    let mut found = modules.concat();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, WANTED);
}
