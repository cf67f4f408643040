//! A deb as Skink reads it, in the same words as [`crate::deb_theirs`].

use skink_packages::deb::Deb;
use skink_packages::{Bounds, Entry, EntryKind};
use std::fs::File;
use std::path::Path;

/// `RPMFILE_CONFIG`.
const CONFIG: u32 = 1;

/// Fields that are files beside `control`.
const FILES: [&str; 5] = ["triggers", "conffiles", "shlibs", "symbols", "templates"];

/// One line for each thing that is known.
pub fn told(package: &Path) -> Vec<String> {
    let deb = Deb::open(File::open(package).unwrap(), Bounds::default());
    let deb = deb.unwrap_or_else(|e| panic!("{}: {e}", package.display()));
    let field = |name: &str, values: &[String]| {
        let of_file = FILES.contains(&name) || name.starts_with("control/");
        let value = if of_file { values.join("\n") } else { values.concat() };
        // dpkg writes relations anew.
        let value = if of_file { value } else { crate::deb_theirs::plain(name, &value) };
        format!("{name}: {:?}", value.trim_end())
    };
    let mut told: Vec<String> = deb.fields().iter().map(|one| field(&one.name, &one.values)).collect();
    let dependencies = deb.dependencies().unwrap();
    told.extend(
        dependencies
            .iter()
            .map(|one| format!("{:?}: {} {} {:?}", one.kind, one.name, one.flags, one.version)),
    );
    let scripts = deb.scripts().unwrap();
    told.extend(
        scripts.iter().map(|one| {
            format!("{:?}: {:?} {} {:?}", one.kind, one.interpreter, one.flags, one.body.as_ref())
        }),
    );
    told.extend(deb.files().iter().flat_map(|file| file_told(file, deb.files())));
    told
}

fn file_told(file: &Entry, all: &[Entry]) -> Vec<String> {
    let first =
        all.iter().find(|one| (one.file_system, one.inode) == (file.file_system, file.inode)).unwrap();
    let is_device = matches!(file.kind, EntryKind::CharacterDevice | EntryKind::BlockDevice);
    let device =
        format!("{},{}", file.device >> 8 & 0xfff, file.device & 0xff | file.device >> 12 & 0xf_ff00);
    let columns = [
        ("mode", format!("{:o}", file.mode)),
        ("owner", format!("{}/{}", file.owner, file.group)),
        ("size", file.size.to_string()),
        ("modified", file.modified.to_string()),
        ("target", file.target.clone().unwrap_or_default()),
        ("device", if is_device { device } else { String::new() }),
        ("same as", first.path.clone()),
        ("configuration", (file.flags & CONFIG != 0).to_string()),
        ("digest", file.digest.clone()),
    ];
    let head = format!("file {}", file.path);
    std::iter::once(head).chain(columns.map(|(word, value)| format!("  {word} {value}"))).collect()
}
