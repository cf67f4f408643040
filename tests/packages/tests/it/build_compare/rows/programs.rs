//! Programs and libraries, which the real compiler makes.

use crate::build_compare::content::ar;
use crate::build_compare::pair::Shows;
use crate::build_compare::parts::{Part, part};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = "\
const char *word(void) { return \"WORD\"; }
static int __attribute__((noinline)) NAME(int a) { return a * NUMBER; }
int shared = VALUE;
int main(int a, char **b) { (void)b; return NAME(a) + word()[0] + shared; }
";

/// What is different in a program.
#[derive(Clone, Copy)]
struct Source {
    word: &'static str,
    name: &'static str,
    number: &'static str,
    value: &'static str,
    build_id: &'static str,
    options: &'static [&'static str],
}

const PLAIN: Source = Source {
    word: "one",
    name: "helper",
    number: "3",
    value: "5",
    build_id: "0xaaaaaaaa",
    options: &["-fPIE", "-pie"],
};
const LIBRARY: Source = Source { options: &["-fPIC", "-shared"], ..PLAIN };
const OBJECT: Source = Source { options: &["-c"], ..PLAIN };

struct Compiler {
    folder: PathBuf,
}

impl Compiler {
    fn compiled(&self, source: Source) -> Vec<u8> {
        let at = tempfile::tempdir_in(&self.folder).unwrap();
        let (code, program) = (at.path().join("a.c"), at.path().join("a"));
        let text = [
            ("WORD", source.word),
            ("NAME", source.name),
            ("NUMBER", source.number),
            ("VALUE", source.value),
        ];
        let text = text.iter().fold(SOURCE.to_owned(), |text, (from, to)| text.replace(from, to));
        fs::write(&code, text).unwrap();
        let mut command = Command::new("cc");
        command.current_dir(at.path()).args(["-O1", "-x", "c", "a.c", "-o", "a"]).args(source.options);
        run(command.arg(format!("-Wl,--build-id={}", source.build_id)));
        fs::read(program).unwrap()
    }

    /// A program with a section that says this.
    fn with(&self, program: &[u8], section: &str, content: &str) -> Vec<u8> {
        self.changed(program, "--add-section", section, content)
    }

    fn changed(&self, program: &[u8], verb: &str, section: &str, content: &str) -> Vec<u8> {
        let at = tempfile::tempdir_in(&self.folder).unwrap();
        let [from, said, to] = ["from", "said", "to"].map(|name| at.path().join(name));
        fs::write(&from, program).unwrap();
        fs::write(&said, content).unwrap();
        let mut command = Command::new("objcopy");
        run(command.arg(format!("{verb}={section}={}", said.display())).args([from, to.clone()]));
        fs::read(to).unwrap()
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub(super) fn rows(base: &Path) -> Vec<Part> {
    let folder = base.join("programs");
    fs::create_dir_all(&folder).unwrap();
    let compiler = Compiler { folder };
    [sources(&compiler), sections(&compiler), archives(&compiler)].concat()
}

fn sources(cc: &Compiler) -> Vec<Part> {
    let path = "/usr/lib/{n}/program";
    let plain = cc.compiled(PLAIN);
    let row = |name, new: Source| part(name).differs(path, plain.clone(), cc.compiled(new));
    let same = |name, new: Source| part(name).file(path, plain.clone(), cc.compiled(new));
    let other = |source: Source| Source { word: "other", ..source };
    vec![
        row("elf-word", other(PLAIN)),
        row("elf-code", Source { number: "7", ..PLAIN }),
        row("elf-data", Source { value: "6", ..PLAIN }),
        same("elf-build-id", Source { build_id: "0xbbbbbbbb", ..PLAIN }),
        same("elf-name-of-static", Source { name: "called", ..PLAIN }),
        part("elf-library").differs(
            "/usr/lib/{n}/liba.so.1",
            cc.compiled(LIBRARY),
            cc.compiled(other(LIBRARY)),
        ),
        part("elf-object").differs("/usr/lib/{n}/a.o", cc.compiled(OBJECT), cc.compiled(other(OBJECT))),
        part("elf-module")
            .file(
                "/lib/modules/{n}/a.ko",
                [cc.compiled(OBJECT), b"signed once".to_vec()].concat(),
                [cc.compiled(OBJECT), b"signed again".to_vec()].concat(),
            )
            .shows(Shows::path(&["/lib/modules/{n}/a.ko"])),
        part("elf-setuid")
            .placed(0, path, "%attr(4755,root,root)", plain.clone())
            .placed(1, path, "%attr(4755,root,root)", cc.compiled(other(PLAIN)))
            .shows(Shows::path(&[path])),
    ]
}

fn sections(cc: &Compiler) -> Vec<Part> {
    let path = "/usr/lib/{n}/program";
    let plain = cc.compiled(PLAIN);
    let rows = [
        ("elf-note", ".note.mine", true),
        ("elf-debuglink", ".gnu_debuglink", false),
        ("elf-debugdata", ".gnu_debugdata", false),
        ("elf-package", ".note.package", false),
        ("elf-go", ".note.go.buildid", false),
    ];
    let mut parts: Vec<Part> = rows
        .into_iter()
        .map(|(name, section, differs)| {
            let [old, new] = ["one\0", "two\0"].map(|content| cc.with(&plain, section, content));
            if differs { part(name).differs(path, old, new) } else { part(name).file(path, old, new) }
        })
        .collect();
    let comment = |text| cc.changed(&plain, "--update-section", ".comment", text);
    parts.extend([
        part("elf-comment").differs(path, comment("GCC: one\0"), comment("GCC: two\0")),
        part("elf-section-added").differs(path, plain.clone(), cc.with(&plain, ".mine", "one")),
        part("elf-section-removed").differs(path, cc.with(&plain, ".mine", "one"), plain.clone()),
        part("elf-debuglink-added").file(path, plain.clone(), cc.with(&plain, ".gnu_debuglink", "one\0")),
        part("elf-cut").differs(path, plain.clone(), plain[..plain.len() / 2].to_vec()),
    ]);
    parts
}

fn archives(cc: &Compiler) -> Vec<Part> {
    let path = "/usr/lib/{n}/liba.a";
    let [one, other] = [OBJECT, Source { word: "other", ..OBJECT }].map(|source| cc.compiled(source));
    vec![
        part("library-time").file(path, ar(&[("a.o", &one)], 1), ar(&[("a.o", &one)], 2)),
        part("library-member")
            .file(path, ar(&[("a.o", &one)], 1), ar(&[("a.o", &other)], 1))
            .shows(Shows::path(&[path, "a.o"])),
        part("library-debuglink").file(
            path,
            ar(&[("a.o", &cc.with(&one, ".gnu_debuglink", "one\0"))], 1),
            ar(&[("a.o", &cc.with(&one, ".gnu_debuglink", "two\0"))], 1),
        ),
    ]
}
