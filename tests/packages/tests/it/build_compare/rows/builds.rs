//! Pairs of whole builds: headers, sources, which packages there are, and what lies beside them.

use crate::build_compare::pair::{Pair, Shows};
use crate::build_compare::parts::rpmbuild;
use std::fs;
use std::path::{Path, PathBuf};

const RECIPE: &str = include_str!("../../../../compare/whole.spec");

/// Two texts of one MD5, as Marc Stevens found them.
const SAME_MD5: [&str; 2] = [
    "text TEXTCOLLBYfGiJUETHQ4hAcKSMd5zYpgqf1YRDhkmxHkhPWptrkoyz28wnI9V0aHeAuaKnak",
    "text TEXTCOLLBYfGiJUETHQ4hEcKSMd5zYpgqf1YRDhkmxHkhPWptrkoyz28wnI9V0aHeAuaKnak",
];

/// Where the builds of `whole.spec` are.
struct Builds<'a> {
    base: &'a Path,
    old: Vec<PathBuf>,
    new: Vec<PathBuf>,
}

/// What is another in a build.
#[derive(Default)]
pub(super) struct Other<'a> {
    /// Macros, as `--define` has them.
    pub(super) defines: &'a [&'a str],
    pub(super) recipe: Option<String>,
    pub(super) data: Option<&'a str>,
}

pub(super) fn pairs(base: &Path) -> Vec<Pair> {
    let builds = Builds {
        base,
        old: built(base, "whole-old", 1, &Other::default()),
        new: built(base, "whole-new", 2, &Other::default()),
    };
    let mut pairs = builds.headers();
    pairs.extend(builds.sources());
    pairs.extend(builds.packages());
    pairs.extend(builds.beside());
    pairs
}

pub(super) fn built(base: &Path, name: &str, count: u32, other: &Other<'_>) -> Vec<PathBuf> {
    let at = base.join("whole").join(name);
    fs::create_dir_all(&at).unwrap();
    let spec = at.join("whole.spec");
    fs::write(&spec, other.recipe.as_deref().unwrap_or(RECIPE)).unwrap();
    fs::write(at.join("whole.data"), other.data.unwrap_or("data\n")).unwrap();
    let mut defines = vec![format!("count {count}"), format!("_sourcedir {}", at.display())];
    defines.extend(other.defines.iter().map(|define| (*define).to_owned()));
    rpmbuild(&spec, &at.join("top"), &defines)
}

/// Without the packages that such an end have.
fn without(packages: &[PathBuf], what: &str) -> Vec<PathBuf> {
    packages.iter().filter(|path| !path.to_string_lossy().contains(what)).cloned().collect()
}

impl Builds<'_> {
    fn pair(&self, name: &str, old: &[PathBuf], new: &[PathBuf], shows: Shows) -> Pair {
        Pair::of(self.base, name, old, new, shows)
    }

    /// The plain build, and one in which something is another.
    fn other(&self, name: &str, shows: Shows, other: &Other<'_>) -> Pair {
        let new = built(self.base, name, 2, other);
        self.pair(name, &self.old, &new, shows)
    }

    /// What is in the header of every package, that of the sources too.
    fn headers(&self) -> Vec<Pair> {
        let change = |time: &str, who: &str, text: &str, second: &str| {
            format!(
                "changes %{{expand:* {time} {who} <person@example.org> - 1.0\n- {text}\n* Wed Nov 18 2026 A Person \
                 <person@example.org> - 0.9\n- {second}}}"
            )
        };
        let (day, who, text, second) =
            ("Thu Nov 19 2026", "A Person", "the second change", "the first change");
        let changes = [
            ("changes-text", "changelog", change(day, who, "another change", second)),
            ("changes-author", "changelog", change(day, "B Person", text, second)),
            ("changes-day", "changelog", change("Fri Nov 20 2026", who, text, second)),
            ("changes-before", "", change(day, who, text, "another first change")),
        ];
        let tags: [(&str, &str, &str); 18] = [
            ("vendor", "vendor", "tag Vendor: A vendor"),
            ("distribution", "distribution", "tag Distribution: A distribution"),
            ("disturl", "disturl", "disturl obs://example.org/a"),
            ("packager", "", "tag Packager: A packager"),
            ("modularity-label", "modularitylabel", "tag ModularityLabel: a"),
            ("prefix", "prefixes", "tag Prefix: /usr"),
            ("disttag", "disttag", "disttag a"),
            ("digest-algorithm", "filedigestalgo", "_binary_filedigest_algorithm 10"),
            ("bugurl", "bugurl", "bugurl https://example.org/bugs"),
            ("vcs", "vcs", "tag VCS: https://example.org/vcs"),
            ("build-host", "", "_buildhost another"),
            ("optflags", "", "optflags -O3"),
            ("exclusive-os", "exclusiveos", "tag ExclusiveOS: linux"),
            ("exclude-arch", "excludearch", "tag ExcludeArch: s390x"),
            ("compressor", "payloadcompressor", "_binary_payload w6.xzdio"),
            ("compressor-level", "payloadflags", "_binary_payload w3.zstdio"),
            ("build-requires", "requires", "tag BuildRequires: other"),
            ("release-by-hand", "", "release_now 2"),
        ];
        let changes = changes.iter().map(|(name, field, define)| (*name, *field, define.as_str()));
        tags.into_iter()
            .chain(changes)
            .map(|(name, field, define)| {
                let shows = match field {
                    "" => Shows::default(),
                    // The package of sources has it not, or another.
                    "payloadcompressor" | "payloadflags" | "filedigestalgo" | "prefixes" => {
                        Shows::field(field)
                    }
                    field => in_sources(field),
                };
                self.other(name, shows, &Other { defines: &[define], ..Other::default() })
            })
            .collect()
    }

    fn sources(&self) -> Vec<Pair> {
        let recipe = |from: &str, to: &str| {
            assert!(RECIPE.contains(from));
            Some(RECIPE.replace(from, to))
        };
        let release = "Release:        %{!?release_now:1}%{?release_now}.%{count}";
        let named = |path: &str| Shows { reason: "srcrpm_differs", ..Shows::path(&[path]) };
        let without_recipe = |packages: &[PathBuf]| without(packages, ".src.rpm");
        let (no_old, no_new) = (without_recipe(&self.old), without_recipe(&self.new));
        let data = Other { data: Some("other data\n"), ..Other::default() };
        let comment = Other { recipe: recipe("# A build", "# The build"), ..Other::default() };
        let written = Other { recipe: recipe(release, "Release: 1.2"), ..Other::default() };
        vec![
            self.other("source-differs", named("whole.data"), &data),
            self.other("recipe-differs", named("whole.spec"), &comment),
            self.other("recipe-with-release", Shows::default(), &written),
            self.pair("no-sources", &no_old, &no_new, Shows::reason("packages_differ")),
            self.pair("sources-gone", &self.old, &no_new, Shows::reason("packages_differ")),
        ]
    }

    fn packages(&self) -> Vec<Pair> {
        let of = |define: &str, name: &str, shows: Shows| {
            self.other(name, shows, &Other { defines: &[define], ..Other::default() })
        };
        let differ = || Shows::reason("packages_differ");
        let text = |path: &str, package: &str| Shows::path(&[path]).of(package);
        let mut pairs = vec![
            self.pair("rebuilt", &self.old, &self.new, Shows::default()),
            self.pair("itself", &self.old, &self.old, Shows::default()),
            of("more 1", "package-added", differ()),
            of("sub manual", "package-renamed", differ()),
            of("text two", "of-three-one-differs", text("/usr/share/whole/text", "whole")),
            of("read two", "noarch-package-differs", text("/usr/share/whole/read", "whole-doc")),
            of("small two", "32bit-differs", text("/usr/share/whole/small", "whole-32bit")),
            of("small_summary Other", "32bit-summary", Shows::field("summary").of("whole-32bit")),
            of("debug two", "debuginfo-differs", Shows::default()),
            of("version_now 1.1", "version-of-all", in_sources("version")),
        ];
        for (name, what) in
            [("package-gone", "-doc-"), ("32bit-gone", "-32bit-"), ("debuginfo-gone", "-debuginfo-")]
        {
            pairs.push(self.pair(name, &self.old, &without(&self.new, what), differ()));
        }
        let built_twice = |name: &str, defines: [&[&str]; 2], shows: Shows| {
            let [old, new] = [0, 1].map(|side| {
                let other = Other { defines: defines[side], ..Other::default() };
                built(self.base, &format!("{name}-{side}"), side as u32 + 1, &other)
            });
            self.pair(name, &old, &new, shows)
        };
        let gdb = Shows::path(&["/usr/lib/debug/whole-gdb.py"]).of("whole-debuginfo");
        pairs.push(built_twice("debuginfo-runs", [&["gdb one"], &["gdb two"]], gdb));
        let (md5, one_line) = ("_binary_filedigest_algorithm 1", "one_line 1");
        let collision = [&[md5, one_line, SAME_MD5[0]][..], &[md5, one_line, SAME_MD5[1]]];
        pairs.push(built_twice("same-md5", collision, text("/usr/share/whole/text", "whole")));
        pairs.push(self.pair("nothing-new", &self.old, &[], differ()));
        pairs
    }

    /// What lies beside the packages.
    fn beside(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = logs()
            .into_iter()
            .map(|(name, old, new, reason)| {
                let shows = if reason.is_empty() { Shows::default() } else { Shows::reason(reason) };
                self.pair(name, &self.old, &self.new, shows).beside("rpmlint.log", old, new)
            })
            .collect();
        let told = [
            ("appdata", Some("<a/>\n"), Some("<a/>\n"), ""),
            ("appdata-differs", Some("<a/>\n"), Some("<b/>\n"), "appdata_differs"),
            ("appdata-new", None, Some("<a/>\n"), "appdata_new"),
            ("appdata-gone", Some("<a/>\n"), None, "appdata_old"),
        ];
        pairs.extend(told.into_iter().map(|(name, old, new, reason)| {
            let shows = if reason.is_empty() { Shows::default() } else { Shows::reason(reason) };
            self.pair(name, &self.old, &self.new, shows).beside("whole-appdata.xml", old, new)
        }));
        let tools = [
            ("tool-differs", Some("one\n"), Some("other\n"), true),
            ("tool-gone", Some("one\n"), None, true),
            ("tool-new", None, Some("one\n"), false),
        ];
        pairs.extend(tools.into_iter().map(|(name, old, new, differs)| {
            let shows = if differs { Shows::path(&["tool"]) } else { Shows::default() };
            self.pair(name, &self.old, &self.new, shows).beside("tool", old, new)
        }));
        let other = self.pair("statistics-differ", &self.old, &self.new, Shows::default());
        pairs.push(other.beside("_statistics", Some("<a/>\n"), Some("<b/>\n")));
        let other = self.pair("delta-differs", &self.old, &self.new, Shows::default());
        pairs.push(other.beside("whole-1.0-1.1.x86_64.delta.rpm", Some("a\n"), Some("b\n")));
        pairs
    }
}

/// A header's field of the package of sources, which is looked at first.
fn in_sources(field: &'static str) -> Shows {
    Shows { reason: "srcrpm_differs", field, ..Shows::default() }
}

type Log = (&'static str, Option<&'static str>, Option<&'static str>, &'static str);

/// Logs of rpmlint.
#[rustfmt::skip]
fn logs() -> Vec<Log> {
    const LOG: &str = "whole.x86_64: W: no-manual\nwhole.x86_64: E: bad (Badness: 1)\n3 packages and 0 specfiles checked; 1 errors, 1 warnings.\n";
    let both = |name, old, new, reason| (name, Some(old), Some(new), reason);
    vec![
        both("log", LOG, LOG, ""),
        both("log-order", LOG, "whole.x86_64: E: bad (Badness: 1)\nwhole.x86_64: W: no-manual\n3 packages and 0 specfiles checked; 1 errors, 1 warnings.\n", ""),
        both("log-twice", LOG, "whole.x86_64: W: no-manual\nwhole.x86_64: W: no-manual\nwhole.x86_64: E: bad (Badness: 1)\n3 packages and 0 specfiles checked; 1 errors, 1 warnings.\n", ""),
        both("log-differs", LOG, "whole.x86_64: W: other\n", "rpmlint_differs"),
        both("log-more", "a: W: b\n", "a: W: b\na: W: c\n", "rpmlint_differs"),
        ("log-new", None, Some(LOG), "rpmlint_new"),
        ("log-gone", Some(LOG), None, "rpmlint_old"),
        both("log-emptied", LOG, "", "rpmlint_differs"),
        both("log-release", "whole-1.0-1.1.x86_64: W: a 1.0-1.1\n", "whole-1.0-1.2.x86_64: W: a 1.0-1.2\n", ""),
        both("log-other-release", "a: W: b 2.0-1.1\n", "a: W: b 2.0-1.2\n", "rpmlint_differs"),
        both("log-recipe", "/tmp/rpmlint.a1/whole.spec: W: a\n", "/tmp/rpmlint.b2/whole.spec: W: a\n", ""),
        both("log-duplicates", "a: W: files-duplicate /a /b\nx\n", "x\n", ""),
        both("log-dates", "a: W: file-contains-date-and-time /a\nx\n", "x\n", ""),
        both("log-mtimes", "a: W: python-bytecode-inconsistent-mtime /a\nx\n", "x\n", ""),
        both("log-long-names", "a: W: filename-too-long-for-joliet a-1.rpm\nx\n", "x\n", ""),
        both("log-durations", "a: I: check-completed 1.1 s\n4 packages checked; has taken 1.0 s\n", "a: I: check-completed 2.2 s\n4 packages checked; has taken 2.0 s\n", ""),
        both("log-filelist", "a: I: filelist-initialization 1.1 s\n", "a: I: filelist-initialization 0.3 s\n", ""),
        both("log-checks", "checks: 40, packages: 4\nx\n", "checks: 41, packages: 4\nx\n", ""),
        both("log-time-report", "Check time report (>1% & >0.1s):\n  TagsCheck   1.1\n    TOTAL     1.5\nx\n", "Check time report (>1% & >0.1s):\n  TagsCheck   0.9\n  ZipCheck 0.2\n    TOTAL     1.2\nx\n", ""),
    ]
}
