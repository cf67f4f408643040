//! The facts of the job that the arguments tell.

use crate::arch;
use crate::invocation::Invocation;
use crate::reason::{self, Origin};
use skink_job::Facts;
use std::io::Read;
use std::path::Path;

/// The most that is read of what osc noted, in bytes.
const LONGEST_NOTE: u64 = 4096;

/// Whether the text can be a package's, repository's or architecture's name: it may stand in a path.
pub(crate) fn is_name(raw: &str) -> bool {
    let first_fits = raw.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.+-".contains(c);
    first_fits && raw.len() <= 200 && raw.chars().all(fits)
}

/// Whether the text can be a project's name: names joined by `:`.
pub(crate) fn is_project_name(raw: &str) -> bool {
    raw.len() <= 200 && raw.split(':').all(is_name)
}

impl Invocation {
    /// The facts of the job. What the arguments do not tell is left out; the end of the build is not known
    /// yet. `--hook-project` counts only where the arguments name no project, and a checkout of osc only where
    /// neither does: osc tells `build` nothing of the project.
    pub fn facts(&self) -> Facts {
        let reason = self.text("reason").map(|text| reason::from_reason(&text)).unwrap_or_default();
        let disturl = self.text("disturl").map(|url| reason::from_disturl(&url)).unwrap_or_default();
        let (package, flavor) = self.package(&reason, &disturl);
        Facts {
            project: reason
                .project
                .or(disturl.project)
                .or_else(|| self.hooks().project.clone())
                .or_else(|| self.checked_out_project()),
            package,
            repository: reason.repository.or(disturl.repository),
            arch: self.arch(),
            host_arch: self.host_arch(),
            recipe: self.recipe().map(recipe_name).unwrap_or_default(),
            release: self.text("release"),
            srcmd5: reason.srcmd5.or(disturl.srcmd5),
            reason: self.text("reason"),
            flavor,
            no_checks: self.checks_are_off(),
            debuginfo: self.has("debuginfo") || self.environment().get("BUILD_DEBUG").is_some(),
            build: None,
        }
    }

    /// The project that osc noted beside the sources. Sources in the build root are a worker's, which names the
    /// project itself.
    fn checked_out_project(&self) -> Option<String> {
        let note = self.sources()?.join(".osc/_project");
        let mut text = String::new();
        std::fs::File::open(note).ok()?.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
        reason::kept(text.trim(), is_project_name)
    }

    fn package(&self, reason: &Origin, disturl: &Origin) -> (Option<String>, Option<String>) {
        let from_option = self.text("obspackage").map(|name| reason::package_and_flavor(&name));
        let (package, flavor) = from_option.unwrap_or_default();
        let package = package.or_else(|| reason.package.clone()).or_else(|| disturl.package.clone());
        let flavor = self
            .text("buildflavor")
            .and_then(|name| reason::kept(&name, is_name))
            .or(flavor)
            .or_else(|| reason.flavor.clone())
            .or_else(|| disturl.flavor.clone());
        (package, flavor)
    }

    /// The first architecture that is built for.
    fn arch(&self) -> String {
        let first = self.arch_path().split(':').next().map(str::to_owned);
        first.and_then(|arch| reason::kept(&arch, is_name)).unwrap_or_else(|| self.host_arch())
    }

    /// The architectures whose packages are taken, joined by `:`.
    pub(crate) fn arch_path(&self) -> String {
        let given = self.text_or_variable("arch", "BUILD_ARCH").unwrap_or_else(|| self.host_arch());
        arch::path(&given).to_owned()
    }

    fn host_arch(&self) -> String {
        self.text_or_variable("hostarch", "BUILD_HOST_ARCH")
            .and_then(|arch| reason::kept(&arch, is_name))
            .unwrap_or_else(|| arch::of_this_program().to_owned())
    }
}

/// The recipe's file name without the prefix that a source service put before it.
pub(crate) fn recipe_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    crate::recipe::without_service(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    fn facts(args: &str, env: &[(&str, &str)]) -> Facts {
        let args = args.split('|').map(Into::into).collect();
        let env = Environment::from_iter(env.iter().copied());
        Invocation::parse(args, env, "/work".into()).unwrap().facts()
    }

    #[test]
    fn a_workers_command_line() {
        let got = facts(
            "--root|/w/root|--clean|--changelog|--norootforbuild|--baselibs-internal|--lint|--dist|\
             /w/root/.build.config|--rpmlist|/w/root/.build.rpmlist|--logfile|/w/root/.build.log|--release|1.1|\
             --arch|x86_64|--jobs|2|--reason|Building hello for project 'e2e' repository 'standard' arch \
             'x86_64' srcmd5 'a8335890f069c869773883398a6a2a9d'|--disturl|obs://e2e.local/e2e/standard/\
             a8335890f069c869773883398a6a2a9d-hello|/w/root/.build-srcdir/_service:tar:hello.spec",
            &[],
        );
        let want = Facts {
            project: Some("e2e".into()),
            package: Some("hello".into()),
            repository: Some("standard".into()),
            arch: "x86_64".into(),
            host_arch: arch::of_this_program().into(),
            recipe: "hello.spec".into(),
            release: Some("1.1".into()),
            srcmd5: Some("a8335890f069c869773883398a6a2a9d".into()),
            reason: got.reason.clone(),
            ..Facts::default()
        };
        assert_eq!(got, want);
        assert!(got.reason.is_some_and(|text| text.starts_with("Building hello")));
    }

    #[test]
    fn each_source_of_a_fact() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], fn(&Facts) -> Option<&str>, Option<&'a str>);
        let rows: &[Row<'_>] = &[
            ("--arch=i586:i486|a.spec", &[], |f| Some(&f.arch), Some("i586")),
            ("a.spec", &[("BUILD_ARCH", "aarch64")], |f| Some(&f.arch), Some("aarch64")),
            ("--arch|i586|a.spec", &[("BUILD_ARCH", "aarch64")], |f| Some(&f.arch), Some("i586")),
            ("--hostarch|ppc64le|a.spec", &[], |f| Some(&f.host_arch), Some("ppc64le")),
            ("a.spec", &[("BUILD_HOST_ARCH", "s390x")], |f| Some(&f.host_arch), Some("s390x")),
            ("--hostarch|s390x|a.spec", &[], |f| Some(&f.arch), Some("s390x")),
            ("--obspackage=gcc:32|a.spec", &[], |f| f.package.as_deref(), Some("gcc")),
            ("--obspackage=gcc:32|a.spec", &[], |f| f.flavor.as_deref(), Some("32")),
            ("--buildflavor|kde|a.spec", &[], |f| f.flavor.as_deref(), Some("kde")),
            ("--hook-project|home:me|a.spec", &[], |f| f.project.as_deref(), Some("home:me")),
            (
                "--hook-project|home:me|a.spec|--reason|Building a for project p",
                &[],
                |f| f.project.as_deref(),
                Some("p"),
            ),
            ("a.spec", &[], |f| f.project.as_deref(), None),
            ("d/_service:a:b.spec", &[], |f| Some(&f.recipe), Some("b.spec")),
            ("a.spec", &[], |f| f.no_checks.then_some("off"), None),
            ("--nochecks|a.spec", &[], |f| f.no_checks.then_some("off"), Some("off")),
            ("--nochecks|--checks|a.spec", &[], |f| f.no_checks.then_some("off"), None),
            ("--debug|a.spec", &[], |f| f.debuginfo.then_some("on"), Some("on")),
            ("a.spec", &[("BUILD_DEBUG", "1")], |f| f.debuginfo.then_some("on"), Some("on")),
        ];
        for (args, env, fact, want) in rows {
            assert_eq!(fact(&facts(args, env)), *want, "{args} {env:?}");
        }
    }

    #[test]
    fn a_checkout_names_its_project_where_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".osc")).unwrap();
        let recipe = folder.path().join("a.spec").display().to_string();
        let rows = [
            ("home:me\n", String::new(), Some("home:me")),
            ("home:me\n", "--hook-project|home:other|".to_owned(), Some("home:other")),
            ("home:me\n", "--reason|Building a for project p|".to_owned(), Some("p")),
            ("../me\n", String::new(), None),
            ("", String::new(), None),
        ];
        for (note, options, want) in rows {
            std::fs::write(folder.path().join(".osc/_project"), note).unwrap();
            let got = facts(&format!("{options}{recipe}"), &[]);
            assert_eq!(got.project.as_deref(), want, "{note:?} {options}");
        }
    }
}
