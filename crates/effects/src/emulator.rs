//! The table of emulators: which programs are of an architecture, and the name of the emulator that runs them.

use crate::Interpreter;
use skink_job::ForeignArch;
use std::fmt::Write;
use std::path::Path;

/// The beginning of all names that we register.
pub const PREFIX: &str = "skink-";

/// The length of the part of a program that the kernel looks at: an ELF header up to and with its machine.
const LOOKED_AT: usize = 20;

/// 64 or 32 bits, in an ELF header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Bits32 = 1,
    Bits64 = 2,
}

/// The order of bytes, in an ELF header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little = 1,
    Big = 2,
}

/// How programs of an architecture are recognised, and what runs them.
///
/// The numbers are those of the ELF specification (`EI_CLASS`, `EI_DATA`, `e_machine`); the emulators are named as QEMU
/// names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emulator {
    arch: ForeignArch,
    qemu: &'static str,
    class: Class,
    order: Order,
    machine: u16,
}

impl Emulator {
    /// The emulator of an architecture.
    pub fn of(arch: ForeignArch) -> Self {
        let (qemu, class, order, machine) = match arch {
            ForeignArch::Aarch64 => ("aarch64", Class::Bits64, Order::Little, 183),
            ForeignArch::Armv6hl | ForeignArch::Armv6l | ForeignArch::Armv7hl | ForeignArch::Armv7l => {
                ("arm", Class::Bits32, Order::Little, 40)
            }
            ForeignArch::Ppc64 => ("ppc64", Class::Bits64, Order::Big, 21),
            ForeignArch::Ppc64le => ("ppc64le", Class::Bits64, Order::Little, 21),
            ForeignArch::Riscv64 => ("riscv64", Class::Bits64, Order::Little, 243),
            ForeignArch::S390x => ("s390x", Class::Bits64, Order::Big, 22),
        };
        Self { arch, qemu, class, order, machine }
    }

    /// The architecture.
    pub fn arch(&self) -> ForeignArch {
        self.arch
    }

    /// QEMU's name of it, as in `qemu-aarch64`.
    pub fn qemu(&self) -> &'static str {
        self.qemu
    }

    /// The name of the entry. Architectures that one emulator runs share it.
    pub fn entry(&self) -> String {
        format!("{PREFIX}{}", self.qemu)
    }

    /// What the kernel is told to have programs of this architecture run by that file.
    pub fn registration(&self, interpreter: &Interpreter) -> Registration {
        let mut line = format!(":{}:M::", self.entry());
        escape(&mut line, &self.magic());
        line.push(':');
        escape(&mut line, &self.mask());
        // P: the program's own name of itself is kept. F: the file is opened now, so that a build root needs none of it.
        // C: who a program runs as is decided by the program, not by the emulator.
        let _ = write!(line, ":{}:FPC", interpreter.path().display());
        Registration { entry: self.entry(), line }
    }

    /// The beginning of each executable or shared object of this architecture.
    fn magic(&self) -> [u8; LOOKED_AT] {
        let mut header = [0; LOOKED_AT];
        let kind = self.bytes(2);
        let machine = self.bytes(self.machine);
        let parts: [(usize, &[u8]); 4] =
            [(0, b"\x7fELF"), (4, &[self.class as u8, self.order as u8, 1]), (16, &kind), (18, &machine)];
        fill(&mut header, &parts);
        header
    }

    /// Which bits of the beginning count: all but the operating system's (byte 7), and but the bit by which an executable
    /// differs from a shared object.
    fn mask(&self) -> [u8; LOOKED_AT] {
        let mut mask = [0xff; LOOKED_AT];
        fill(&mut mask, &[(7, &[0]), (16, &self.bytes(0xfffe))]);
        mask
    }

    fn bytes(&self, number: u16) -> [u8; 2] {
        match self.order {
            Order::Little => number.to_le_bytes(),
            Order::Big => number.to_be_bytes(),
        }
    }
}

/// One entry for the kernel's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    entry: String,
    line: String,
}

impl Registration {
    /// A registration that was written to a file by us, from its line.
    pub fn from_line(line: &str) -> Option<Self> {
        let (entry, _) = line.strip_prefix(':')?.split_once(':')?;
        entry.starts_with(PREFIX).then(|| Self { entry: entry.to_owned(), line: line.to_owned() })
    }

    /// The entry's name.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// The file of the entry, in a table that is mounted there.
    pub fn file(&self, table: &Path) -> std::path::PathBuf {
        table.join(&self.entry)
    }

    /// The line as the kernel takes it.
    pub fn line(&self) -> &str {
        &self.line
    }
}

fn fill(header: &mut [u8; LOOKED_AT], parts: &[(usize, &[u8])]) {
    for (at, bytes) in parts {
        header.iter_mut().skip(*at).zip(*bytes).for_each(|(to, from)| *to = *from);
    }
}

/// Bytes as the kernel takes them in a line: `\x7f`.
fn escape(line: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(line, "\\x{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        let mut line = String::new();
        escape(&mut line, bytes);
        line.replace("\\x", "")
    }

    /// What QEMU's own configurations for binfmt_misc have as magic, by their names.
    #[test]
    fn each_architecture_is_recognised_as_qemu_says() {
        let rows = [
            (ForeignArch::Aarch64, "aarch64", "7f454c460201010000000000000000000200b700"),
            (ForeignArch::Armv6hl, "arm", "7f454c4601010100000000000000000002002800"),
            (ForeignArch::Armv6l, "arm", "7f454c4601010100000000000000000002002800"),
            (ForeignArch::Armv7hl, "arm", "7f454c4601010100000000000000000002002800"),
            (ForeignArch::Armv7l, "arm", "7f454c4601010100000000000000000002002800"),
            (ForeignArch::Ppc64, "ppc64", "7f454c4602020100000000000000000000020015"),
            (ForeignArch::Ppc64le, "ppc64le", "7f454c4602010100000000000000000002001500"),
            (ForeignArch::Riscv64, "riscv64", "7f454c460201010000000000000000000200f300"),
            (ForeignArch::S390x, "s390x", "7f454c4602020100000000000000000000020016"),
        ];
        assert_eq!(rows.map(|row| row.0), ForeignArch::ALL);
        for (arch, qemu, magic) in rows {
            let emulator = Emulator::of(arch);
            assert_eq!((emulator.qemu(), shown(&emulator.magic()).as_str()), (qemu, magic), "{arch}");
        }
    }

    #[test]
    fn the_mask_lets_executables_and_shared_objects_through() {
        let rows = [
            (ForeignArch::Aarch64, "ffffffffffffff00fffffffffffffffffeffffff"),
            (ForeignArch::S390x, "ffffffffffffff00fffffffffffffffffffeffff"),
        ];
        for (arch, mask) in rows {
            assert_eq!(shown(&Emulator::of(arch).mask()), mask, "{arch}");
        }
    }

    /// A program of this machine is never taken for one of another.
    #[test]
    fn no_entry_fits_a_program_of_this_machine() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let native = std::env::consts::ARCH;
        for arch in ForeignArch::ALL.iter().filter(|arch| arch.as_str() != native) {
            let emulator = Emulator::of(*arch);
            let masked = own.iter().zip(emulator.mask()).map(|(byte, mask)| byte & mask);
            let magic = emulator.magic();
            assert!(!masked.eq(magic.iter().zip(emulator.mask()).map(|(byte, mask)| byte & mask)), "{arch}");
        }
    }

    #[test]
    fn a_line_is_read_back_if_it_is_ours() {
        let registration =
            Emulator::of(ForeignArch::Aarch64).registration(&Interpreter::for_tests("/usr/bin/q"));
        let magic = r"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00";
        let line = registration.line();
        assert!(line.starts_with(&format!(":skink-aarch64:M::{magic}:")), "{line}");
        assert!(line.ends_with(":/usr/bin/q:FPC"), "{line}");
        assert_eq!(Registration::from_line(line), Some(registration.clone()));
        for other in ["", ":", ":qemu-aarch64:M::x:y:/z:F", "skink-aarch64:"] {
            assert_eq!(Registration::from_line(other), None, "{other}");
        }
    }
}
