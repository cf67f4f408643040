//! Programs, libraries and objects, as the machine's compiler makes them.

use super::make::{ar, gzip, one};
use super::{differences, places};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("skink-compare-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn run(&self, program: &str, arguments: &[&str]) {
        let status = Command::new(program).args(arguments).current_dir(&self.0).status().unwrap();
        assert!(status.success(), "{program} {arguments:?}");
    }

    /// Compiles a text of C.
    pub(crate) fn compile(&self, source: &str, arguments: &[&str]) -> Vec<u8> {
        fs::write(self.0.join("a.c"), source).unwrap();
        self.run("cc", &[&["-o", "out", "a.c"], arguments].concat());
        fs::read(self.0.join("out")).unwrap()
    }

    /// Changes one with objcopy.
    pub(crate) fn changed(&self, bytes: &[u8], arguments: &[&str]) -> Vec<u8> {
        fs::write(self.0.join("in"), bytes).unwrap();
        self.run("objcopy", &[arguments, &["in", "out"]].concat());
        fs::read(self.0.join("out")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) const SOURCE: &str = "#include <stdio.h>\nstatic char room[100];\nint main(void) { puts(\"Hello, world\"); return room[3]; }\n";

#[test]
fn programs() {
    let folder = Folder::new("programs");
    let id = |id: &str| format!("-Wl,--build-id=0x{id}");
    let old = folder.compile(SOURCE, &[&id("1111")]);
    fs::write(folder.0.join("note"), "1").unwrap();
    let with = |source: &str, more: &str| folder.compile(source, &[&id("2222"), more]);
    let again = with(SOURCE, "-Wl,-O0");
    let linked = folder
        .changed(&again, &["--add-section", ".gnu_debugdata=note", "--add-section", ".note.go.buildid=note"]);
    let (stripped, more) =
        (folder.changed(&again, &["-S"]), folder.changed(&again, &["--add-section", ".more=note"]));
    let appended = |text: &str| [&old[..], text.as_bytes()].concat();
    let larger = with(&SOURCE.replace("100", "140"), "-Wl,-O0");
    let rows: [(&[u8], &[u8], &str); 9] = [
        (&old, &again, ""),
        (&old, &linked, ""),
        (&old, &stripped, ""),
        (&old, &more, ": section .more"),
        (&more, &old, ": section .more"),
        (&old, &larger, ": section .bss"),
        (&appended("a"), &appended("a"), ""),
        (&appended("a"), &appended("b"), ": behind its end, line 1"),
        (&old, &appended("\0"), ": behind its end, offset 0x0"),
    ];
    for (number, (old, new, wanted)) in rows.into_iter().enumerate() {
        assert_eq!(places("/usr/bin/a", old, new).concat(), wanted, "{number}");
    }
    let other = with(&SOURCE.replace("Hello", "Howdy"), "-Wl,-O0");
    let found = &differences("/usr/bin/a", &old, &other)[0];
    let told = format!("{} {:?} {:?}", found.part.as_ref().unwrap(), found.old, found.new);
    assert!(
        told.starts_with("section .rodata, offset 0x")
            && told.contains("|ello, world")
            && told.contains("|owdy, world"),
        "{told}"
    );
}

#[test]
fn permissions_and_entry() {
    let folder = Folder::new("header");
    let old = folder.compile(SOURCE, &[]);
    let stack = folder.compile(SOURCE, &["-Wl,-z,execstack"]);
    assert_eq!(places("/usr/bin/a", &old, &stack), [": segments"]);
    let mut entry = old.clone();
    entry[24] ^= 1;
    assert_eq!(places("/usr/bin/a", &old, &entry), [": header"]);
    // Between two sections, where a segment is loaded.
    let elf = skink_packages::Elf::read(&old).unwrap().unwrap();
    let end = |one: &skink_packages::Section| (one.offset + one.size) as usize;
    let before = elf.sections.iter().find(|one| one.name == ".init").unwrap();
    let behind = elf.sections.iter().find(|one| one.offset > before.offset).unwrap();
    assert!(end(before) + 1 < behind.offset as usize);
    let mut hidden = old.clone();
    hidden[end(before) + 1] ^= 0x90;
    assert_eq!(places("/usr/bin/a", &old, &hidden), [": segments"]);
    // None has no sections: nothing of it is known.
    let mut bare = old.clone();
    bare[60..62].fill(0);
    let mut other = bare.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(!places("/usr/bin/a", &bare, &other).is_empty());
}

/// Which function is called stands in the relocations alone.
#[test]
fn objects_to_link() {
    let folder = Folder::new("objects");
    let source = |call: &str| format!("int one(void); int two(void); int a(void) {{ return {call}(); }}\n");
    for machine in ["-m64", "-m32"] {
        let compile = |call: &str| {
            fs::write(folder.0.join("a.c"), source(call)).unwrap();
            let is_made =
                Command::new("cc").args(["-c", "-o", "out", machine, "a.c"]).current_dir(&folder.0).status();
            is_made.unwrap().success().then(|| fs::read(folder.0.join("out")).unwrap())
        };
        // A compiler of another machine knows other switches.
        let Some(old) = compile("one") else { continue };
        let new = compile("two").unwrap();
        assert_eq!(places("/a.o", &old, &old), [""; 0]);
        assert_eq!(places("/a.o", &old, &new), [": symbols"], "{machine}");
        let renamed = folder.changed(&old, &["--redefine-sym", "one=two"]);
        assert_eq!(places("/a.o", &old, &renamed), [": symbols"], "{machine}");
        let library = |object: &[u8], time| {
            let mut member = one("a.o", object);
            member.time = time;
            gzip(&ar(&[member]), time)
        };
        assert_eq!(places("/a.a", &library(&old, 1), &library(&old, 2)), [""; 0]);
        assert_eq!(places("/a.a", &library(&old, 1), &library(&new, 2)), ["a.o: symbols"]);
    }
    // What relocations are of stands in the table of sections.
    let old = folder.compile(&source("one"), &["-c"]);
    let table = u64::from_le_bytes(old[40..48].try_into().unwrap()) as usize;
    let relocations = skink_packages::Elf::read(&old).unwrap().unwrap().sections;
    let number = relocations.iter().position(|one| one.name == ".rela.text").unwrap() + 1;
    let mut moved = old.clone();
    moved[table + number * 64 + 44] += 1;
    assert_eq!(places("/a.o", &old, &moved), [": table of sections"]);
    // The name of the source is one of the symbols.
    let at = |name: &str| {
        fs::write(folder.0.join(name), source("one")).unwrap();
        folder.run("cc", &["-c", "-o", "out", name]);
        fs::read(folder.0.join("out")).unwrap()
    };
    assert_eq!(places("/a.o", &at("first.c"), &at("other-name.c")), [""; 0]);
}

/// What signs a kernel module is made with a key of the build.
#[test]
fn signed_modules() {
    let folder = Folder::new("signed");
    let module = folder.compile(SOURCE, &["-c"]);
    let signed = |signature: &[u8], told: u32| {
        let length = [&[0; 8], &told.to_be_bytes()[..]].concat();
        [&module[..], signature, &length, b"~Module signature appended~\n"].concat()
    };
    let old = signed(b"one", 3);
    let hash = module.len() + 3 + 1;
    let mut hashed = old.clone();
    hashed[hash] = 6;
    // A module alone is signed so: a program may read what looks like a signature.
    let program = folder.compile(SOURCE, &[]);
    let like = |text: &[u8]| {
        [&program, text, &signed(text, text.len() as u32)[module.len() + text.len()..]].concat()
    };
    let rows: [(Vec<u8>, Vec<u8>, &str); 7] = [
        (old.clone(), signed(b"other", 5), ""),
        (old.clone(), signed(b"one", 5), ": signature"),
        (signed(b"one", 5), signed(b"two", 5), ": behind its end, offset 0x0"),
        (old.clone(), module.clone(), ": signature"),
        (module.clone(), old.clone(), ": signature"),
        (old.clone(), hashed, ": signature"),
        (like(b"one"), like(b"two four"), ": behind its end, offset 0x0"),
    ];
    for (number, (old, new, wanted)) in rows.into_iter().enumerate() {
        assert_eq!(places("/lib/modules/1/a.ko", &old, &new).concat(), wanted, "{number}");
    }
}
