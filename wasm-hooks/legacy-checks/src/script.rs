//! The script that makes the root look like a build root after the build, and runs the directory's scripts.
//!
//! What they may rely on is what obs-build gives them: root, `/` as the working directory, `BUILD_ROOT=/`, `PNAME`,
//! the user abuild, and the results in the folder that `/.build.packages` points to.

use crate::settings::Settings;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use skink_script::{word, words};
use skink_sdk::{Entry, Failure, Rpm};

/// The user that obs-build makes in each build root.
const USER: &str = r#"user() {
	entry=$(grep '^abuild:' /etc/passwd)
	case $entry in
	'')
		echo 'abuild:x:399:399:Autobuild:/home/abuild:/bin/bash' >>/etc/passwd &&
			echo 'abuild:x:399:' >>/etc/group &&
			mkdir -p /home/abuild && chown 399:399 /home/abuild
		;;
	abuild:*:399:399:*) ;;
	*)
		echo "the tool root's user abuild is another than 399:399: $entry"
		return 1
		;;
	esac
}
step 'make the user abuild' user || finish
"#;

/// The folders of a recipe's build, before results and sources are laid into them.
const FOLDERS: &str = r#"layout() {
	if test -z "$topdir"; then
		echo 'rpm --eval %_topdir says nothing; is the package rpm in the tool root?'
		return 1
	fi
	for folder in BUILD RPMS SOURCES SPECS SRPMS BUILDROOT OTHER; do
		mkdir -p "$topdir/$folder" || return
	done
"#;

const LAID: &str = r#"	rm -f /.build.packages
	ln -s "${topdir#/}" /.build.packages && chown -Rh 399:399 "$topdir"
}
step 'lay out the results' layout || finish
"#;

/// Runs the scripts one after the other. The names that are skipped are the arguments.
const EACH: &str = r#"found=0
for script in "$directory"/*; do
	test -e "$script" || continue
	name=${script##*/}
	if ! is_run "$script"; then
		echo "$name is not executable, and not run"
		continue
	fi
	found=$((found + 1))
	if is_skipped "$name"; then
		echo "$name is skipped"
	else
		step "$script" "$script"
	fi
done
for name; do
	test -e "$directory/$name" || echo "skip names $name, which is not in $directory"
done
none() {
	echo "there is no script in $directory"
	return 1
}
test "$found" -gt 0 || step 'look for scripts' none
finish
"#;

/// Where the results and sources of a job are, and what is in the results.
pub(crate) struct Trees<'a> {
    pub(crate) results: &'a str,
    pub(crate) entries: &'a [Entry],
    pub(crate) sources: Option<&'a str>,
}

/// Writes the script.
///
/// # Errors
/// A word that no script can hold.
pub(crate) fn script(settings: &Settings, recipe: &str, trees: &Trees<'_>) -> Result<String, Failure> {
    let directory = settings.directory.path();
    let mut text = format!("directory={directory}\n");
    text.push_str(
        "there() {\n\ttest -d \"$directory\" || { echo \"the tool root has no $directory\"; return 1; }\n}\n\
         step \"look into $directory\" there || finish\n",
    );
    text.push_str(USER);
    // Other recipes have no rpm to ask.
    let is_spec = recipe.is_empty() || recipe.ends_with(".spec");
    let topdir = if is_spec { "$(HOME=/home/abuild rpm --eval %_topdir)" } else { "/usr/src/packages" };
    text.push_str(&format!("topdir={topdir}\n{FOLDERS}"));
    for line in laid(trees)? {
        text.push_str(&format!("\t{line} || return\n"));
    }
    text.push_str(LAID);
    text.push_str("PNAME=");
    if let Some(source) = source_packages(trees.entries).last() {
        let source = word(&format!("{}/{source}", trees.results))?;
        text.push_str(&format!("$(rpm --nodigest --nosignature -qp --qf '%{{NAME}}' {source})"));
    }
    text.push_str("\nexport BUILD_ROOT=/ DO_RPM_REMOVE=true PNAME\ncd /\n");
    text.push_str(&each(settings)?);
    Ok(text)
}

/// Commands that copy results and sources.
fn laid(trees: &Trees<'_>) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    let Trees { results, entries, sources } = trees;
    let built = ["RPMS/", "SRPMS/", "DEBS/", "OTHER/", "KIWI/", "DOCKER/"];
    if entries.iter().any(|entry| built.iter().any(|folder| entry.path.starts_with(folder))) {
        lines.push(format!("cp -RPp {} \"$topdir\"", word(&format!("{results}/."))?));
    } else {
        // A plain folder of packages, as build results are handed to people.
        for entry in entries.iter().filter(|entry| entry.is_file()) {
            let folder = match Rpm::parse(&entry.path) {
                Some(rpm) if rpm.is_source() => "SRPMS".to_owned(),
                Some(rpm) => format!("RPMS/{}", rpm.arch),
                None if entry.path.ends_with("deb") => "DEBS".to_owned(),
                None => "OTHER".to_owned(),
            };
            let (folder, file) = (word(&folder)?, word(&format!("{results}/{}", entry.path))?);
            lines.push(format!("mkdir -p \"$topdir\"/{folder} && cp -p {file} \"$topdir\"/{folder}/"));
        }
    }
    if let Some(sources) = sources {
        lines.push(format!("cp -RPp {} \"$topdir/SOURCES\"", word(&format!("{sources}/."))?));
    }
    Ok(lines)
}

/// In the order in which obs-build takes them; the last one counts.
fn source_packages(entries: &[Entry]) -> impl Iterator<Item = &str> {
    let files = entries.iter().filter(|entry| entry.is_file() && entry.path.ends_with("src.rpm"));
    files.map(|entry| entry.path.as_str()).filter(|path| path.starts_with("SRPMS/") || !path.contains('/'))
}

/// Says how each script is dealt with, and deals with all.
fn each(settings: &Settings) -> Result<String, Failure> {
    let skip = &settings.skip;
    let (is_skipped, names) = if skip.is_empty() {
        ("false".to_owned(), String::new())
    } else {
        (format!("case $1 in {}) ;; *) false ;; esac", words(skip, "|")?), words(skip, " ")?)
    };
    let is_run = if settings.directory.is_for_rpms() { "true" } else { "test -x \"$1\"" };
    Ok(format!("is_run() {{\n\t{is_run}\n}}\nis_skipped() {{\n\t{is_skipped}\n}}\nset -- {names}\n{EACH}"))
}

#[cfg(test)]
mod tests;
