//! How abipkgdiff is called.

use crate::pair::{Pair, Side};
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use skink_sdk::{Failure, Input};

/// Where the tool finds the trees.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub(crate) old: String,
    pub(crate) new: String,
}

/// The arguments for one pair. Only what is handed over here turns changes off, neither files of the host nor files
/// in the packages, so that the verdict is the same everywhere.
///
/// # Errors
/// A path that must not be handed to abipkgdiff.
pub(crate) fn arguments(
    pair: &Pair<'_>,
    folders: &Folders,
    suppressions: &[Input],
    demand_debug_info: bool,
) -> Result<Vec<String>, Failure> {
    let mut args = vec!["--dso-only", "--no-default-suppression", "--no-abignore"];
    if demand_debug_info {
        args.push("--fail-no-dbg");
    }
    let mut args: Vec<String> = args.into_iter().map(str::to_owned).collect();
    for input in suppressions {
        args.extend(["--suppressions".to_owned(), input.location()]);
    }
    // Headers of one side alone would tell what is public of that side alone.
    let devel = pair.old.devel.is_some() && pair.new.devel.is_some();
    let sides = [(&pair.old, &folders.old, "1"), (&pair.new, &folders.new, "2")];
    for (side, folder, number) in sides {
        args.extend(belongings(side, folder, number, devel)?);
    }
    for (side, folder, _) in sides {
        args.push(place(folder, side.package.path)?);
    }
    Ok(args)
}

fn belongings(side: &Side<'_>, folder: &str, number: &str, devel: bool) -> Result<Vec<String>, Failure> {
    let mut args = Vec::new();
    for path in &side.debug {
        args.extend([format!("--d{number}"), place(folder, path)?]);
    }
    for path in side.devel.iter().filter(|_| devel) {
        args.extend([format!("--devel{number}"), place(folder, path)?]);
    }
    Ok(args)
}

/// abipkgdiff hands paths to a shell, and a build may name its files as it likes.
fn place(folder: &str, path: &str) -> Result<String, Failure> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+~^:-/".contains(&b);
    if path.bytes().all(plain) {
        return Ok(format!("{folder}/{path}"));
    }
    Err(Failure::because(format!(
        "{path} cannot be compared: abipkgdiff hands file names to a shell, and this one holds more than letters, \
         digits and . _ + ~ ^ : -"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pair::Package;

    fn side<'a>(path: &'a str, debug: &[&'a str], devel: Option<&'a str>) -> Side<'a> {
        Side { package: Package { name: "x", arch: "y", path }, debug: debug.to_vec(), devel }
    }

    #[test]
    fn arguments_of_a_pair() {
        let folders = Folders { old: "/o".to_owned(), new: "/n".to_owned() };
        let always = ["--dso-only", "--no-default-suppression", "--no-abignore"];
        let plain = (side("a.rpm", &[], None), side("R/a.rpm", &[], None));
        let whole =
            (side("a.rpm", &["d.rpm", "e.rpm"], Some("v.rpm")), side("b.rpm", &["D.rpm"], Some("V.rpm")));
        let half = (side("a.rpm", &[], Some("v.rpm")), side("b.rpm", &[], None));
        let suppr = Input::new("0.abignore", b"x".to_vec());
        type Row<'a> = ((Side<'a>, Side<'a>), Vec<Input>, bool, Vec<&'a str>);
        let rows: [Row<'_>; 4] = [
            (plain.clone(), vec![], false, vec!["/o/a.rpm", "/n/R/a.rpm"]),
            (
                plain,
                vec![suppr],
                true,
                vec!["--fail-no-dbg", "--suppressions", "/job/inputs/0.abignore", "/o/a.rpm", "/n/R/a.rpm"],
            ),
            (
                whole,
                vec![],
                false,
                vec![
                    "--d1", "/o/d.rpm", "--d1", "/o/e.rpm", "--devel1", "/o/v.rpm", "--d2", "/n/D.rpm",
                    "--devel2", "/n/V.rpm", "/o/a.rpm", "/n/b.rpm",
                ],
            ),
            (half, vec![], false, vec!["/o/a.rpm", "/n/b.rpm"]),
        ];
        for ((old, new), suppressions, demand, more) in rows {
            let args = arguments(&Pair { old, new }, &folders, &suppressions, demand).unwrap();
            assert_eq!(args, [&always[..], &more].concat());
        }
    }

    #[test]
    fn a_name_that_a_shell_would_read_is_not_handed_over() {
        let folders = Folders { old: "/o".to_owned(), new: "/n".to_owned() };
        let rows = [
            ("lib_c++-1.0~rc1^git-0.x86_64.rpm", true),
            ("RPMS/x86_64/a.rpm", true),
            ("a_1%3a2_amd64.deb", false),
            ("a;reboot.rpm", false),
            ("a b.rpm", false),
            ("$(a).rpm", false),
            ("a\n.rpm", false),
            ("ä.rpm", false),
        ];
        for (path, fine) in rows {
            let pair = Pair { old: side("a.rpm", &[], None), new: side(path, &[], None) };
            assert_eq!(arguments(&pair, &folders, &[], false).is_ok(), fine, "{path}");
            let pair = Pair { old: side("a.rpm", &[path], None), new: side("a.rpm", &[], None) };
            assert_eq!(arguments(&pair, &folders, &[], false).is_ok(), fine, "{path}");
        }
    }
}
