//! Fields, dependencies and scripts.

use crate::build_compare::pair::Shows;
use crate::build_compare::parts::{Part, part};

/// Rows that need a build of their own: the package of sources tells of the versions of all.
pub(super) fn alone() -> [Part; 2] {
    let version = part("version").preamble("Version: 1.0", "Version: 1.1");
    let epoch = part("epoch").preamble("Epoch: 1", "Epoch: 2");
    [version.shows(Shows::field("version")), epoch.shows(Shows::field("epoch"))]
}

pub(super) fn rows() -> Vec<Part> {
    [fields(), dependencies(), scripts(), releases()].concat()
}

fn fields() -> Vec<Part> {
    let rows: [(&str, &str, &str, &str); 6] = [
        ("summary", "Summary: one", "Summary: other", "summary"),
        ("license", "License: MIT", "License: Zlib", "license"),
        ("group", "Group: Test/One", "Group: Test/Other", "group"),
        ("url", "URL: https://example.org/one", "URL: https://example.org/other", "url"),
        ("noarch-now", "", "BuildArch: noarch", "provides"),
        ("noarch", "BuildArch: noarch", "BuildArch: noarch", ""),
    ];
    let mut parts: Vec<Part> = rows
        .into_iter()
        .map(|(name, old, new, field)| {
            let one = part(name).preamble(old, new);
            match field {
                "" => one,
                // One package went, and another came.
                "provides" => one.shows(Shows::reason("packages_differ")),
                field => one.shows(Shows::field(field)),
            }
        })
        .collect();
    let description = part("description").description("One text.", "Another text.");
    parts.push(description.shows(Shows::field("description")));
    parts.push(part("same"));
    parts
}

fn dependencies() -> Vec<Part> {
    let kinds = [
        ("provides", "Provides", "provides"),
        ("requires", "Requires", "requires"),
        ("requires-pre", "Requires(pre)", "requires"),
        ("conflicts", "Conflicts", "conflicts"),
        ("obsoletes", "Obsoletes", "obsoletes"),
        ("recommends", "Recommends", "recommends"),
        ("suggests", "Suggests", "suggests"),
        ("supplements", "Supplements", "supplements"),
        ("enhances", "Enhances", "enhances"),
        ("order", "OrderWithRequires", "order"),
    ];
    let mut parts: Vec<Part> = kinds
        .into_iter()
        .map(|(name, tag, field)| {
            let line = |version: u32| format!("{tag}: other = {version}");
            part(name).preamble(&line(1), &line(2)).shows(Shows::field(field))
        })
        .collect();
    let rows = [
        ("requires-flags", "Requires: other > 1", "Requires: other >= 1", true),
        ("requires-phase", "Requires: other", "Requires(post): other", true),
        ("requires-more", "Requires: other", "Requires: other\nRequires: third", true),
        ("requires-less", "Requires: other\nRequires: third", "Requires: other", true),
        ("requires-order", "Requires: third\nRequires: other", "Requires: other\nRequires: third", false),
        ("requires-release", "Requires: same = 1.0-1.1", "Requires: same = 1.0-1.2", false),
        ("requires-elsewhere", "Requires: other", "Recommends: other", true),
        ("requires-longer-version", "Requires: other = 5.1.0-1.1", "Requires: other = 5.1.0-1.2", true),
        ("requires-foreign-release", "Requires: other = 7-1.1", "Requires: other = 7-1.2", true),
    ];
    for (name, old, new, differs) in rows {
        let one = part(name).preamble(old, new);
        parts.push(if differs { one.shows(Shows::field("requires")) } else { one });
    }
    parts
}

fn scripts() -> Vec<Part> {
    let kinds = [
        ("script-pre", "%pre", "pre-in"),
        ("script-post", "%post", "post-in"),
        ("script-preun", "%preun", "pre-un"),
        ("script-postun", "%postun", "post-un"),
        ("script-pretrans", "%pretrans", "pre-trans"),
        ("script-posttrans", "%posttrans", "post-trans"),
        ("script-verify", "%verifyscript", "verify"),
    ];
    let mut parts: Vec<Part> = kinds
        .into_iter()
        .map(|(name, section, field)| {
            let text = |word: &str| format!("{section} -n {{n}}\necho {word}\n");
            part(name).sections(&text("one"), &text("other")).shows(Shows::field(field))
        })
        .collect();
    let rows: [(&str, &str, &str, &str); 7] = [
        ("script-added", "", "%post -n {n}\ntrue", "post-in"),
        ("script-program", "%post -n {n}\ntrue", "%post -n {n} -p /bin/bash\ntrue", "post-in"),
        ("script-no-body", "%post -n {n} -p /sbin/one", "%post -n {n} -p /sbin/other", "post-in"),
        ("script-flags", "%post -n {n}\ntrue", "%post -n {n} -q\ntrue", "post-in"),
        (
            "trigger",
            "%triggerin -n {n} -- other\necho one",
            "%triggerin -n {n} -- other\necho other",
            "trigger",
        ),
        ("trigger-of", "%triggerin -n {n} -- other\ntrue", "%triggerin -n {n} -- third\ntrue", "trigger"),
        ("trigger-files", "", "%filetriggerin -n {n} -- /usr/lib\ntrue", "trigger"),
    ];
    for (name, old, new, field) in rows {
        parts.push(part(name).sections(old, new).shows(Shows::field(field)));
    }
    parts
}

/// The release, where a build writes it by itself.
fn releases() -> Vec<Part> {
    let kernel = |name: &str, release: &str| {
        format!("Version: 1.2_k6.4.0_1\nProvides: {name} = 1.3_k6.4.0_1-{release}")
    };
    let script = |release: &str| {
        format!(
            "%pre -n {{n}}\n/usr/lib/scriptlets/kmp-pre --version \"1.2_k6.4.0_1\" --release \"{release}\" \
             --kernelrelease \"6.4.0-1\"\n"
        )
    };
    vec![
        part("release-in-script").sections("%post -n {n}\nNOW=1.0-1.1", "%post -n {n}\nNOW=1.0-1.2"),
        part("release-within-script")
            .sections("%post -n {n}\necho 1.0-1.1 now", "%post -n {n}\necho 1.0-1.2 now")
            .shows(Shows::field("post-in")),
        part("script-of-another-kernel")
            .sections(
                "%post -n {n}\nls /lib/modules/5.1.0-1.1-x",
                "%post -n {n}\nls /lib/modules/5.1.0-1.2-x",
            )
            .shows(Shows::field("post-in")),
        part("script-says-mark")
            .sections("%post -n {n}\nNOW=@VERSION@-@RELEASE_LONG@", "%post -n {n}\nNOW=1.0-1.2")
            .shows(Shows::field("post-in")),
        part("release-of-provided").preamble("Provides: virtual = 1.0-1.1", "Provides: virtual = 1.0-1.2"),
        part("hello-kmp-default")
            .preamble(&kernel("hello-kmp-second", "1.1"), &kernel("hello-kmp-second", "1.2")),
        part("module-of-no-kernel")
            .preamble(&kernel("hello-module", "1.1"), &kernel("hello-module", "1.2"))
            .shows(Shows::field("provides")),
        part("plain-kernel-version")
            .preamble("Provides: other-kmp-x = 8_k6-1.1", "Provides: other-kmp-x = 8_k6-1.2"),
        part("script-kmp-default").sections(&script("1.1"), &script("1.2")),
        released(
            "update-script",
            "/var/adm/update-scripts/{n}-{r}-run",
            "# {n}-1.0-1.1\ntrue\n",
            "# {n}-1.0-1.2\ntrue\n",
        ),
        released("update-message", "/var/adm/update-messages/{n}-{r}-1", "read\n", "read\n"),
        released("update-script-differs", "/var/adm/update-scripts/{n}-{r}-run", "true\n", "false\n")
            .shows(Shows::path(&["/var/adm/update-scripts/{n}-1.0-1.2-run"])),
        released("kernel-sources", "/usr/src/{n}-{r}/file", "same\n", "same\n"),
        released("kernel-sources-differ", "/usr/src/{n}-{r}", "one\n", "other\n")
            .shows(Shows::path(&["/usr/src/{n}-1.0-1.2"])),
        released("boot-image", "/boot/{n}-{r}-default", "same\n", "same\n"),
        released("release-in-another-path", "/opt/{n}-{r}-default", "same\n", "same\n")
            .shows(Shows::path(&["/opt/{n}-1.0-1.2-default"])),
        part("release-in-text").differs("/usr/share/{n}/text", "of 1.0-1.1\n", "of 1.0-1.2\n"),
    ]
}

/// A row for a file whose path has the release.
fn released(name: &'static str, path: &str, old: &str, new: &str) -> Part {
    let at = |release: &str| path.replace("{r}", release);
    part(name).placed(0, &at("1.0-1.1"), "", old).placed(1, &at("1.0-1.2"), "", new)
}
