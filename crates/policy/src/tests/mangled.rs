//! Inputs that are broken on purpose: each is read or refused with a place, and nothing panics or hangs.

use super::digest;
use super::lock::{LOCK, filled};
use crate::{Decision, HooksFile, LockFile, Policy, Problems, merge};
use skink_job::Grants;

/// Reads `bytes` as each of the files and does all that is done with them. Returns how often they were taken.
fn exercise(bytes: &[u8]) -> usize {
    let policy = Policy::parse(bytes, "p");
    let file = HooksFile::parse(bytes, "h");
    let lock = LockFile::parse(bytes, "l");
    let problems = [policy.as_ref().err(), file.as_ref().err(), lock.as_ref().err()];
    problems.into_iter().flatten().for_each(|problems| check(problems, bytes));
    let taken = usize::from(policy.is_ok()) + usize::from(file.is_ok()) + usize::from(lock.is_ok());
    if let (Ok(file), Ok(lock)) = (&file, &lock) {
        drop(file.clone().locked_by(lock).map_err(|problems| check(&problems, bytes)));
    }
    let policy = policy.unwrap_or_default();
    for project in [None, Some("home:a"), Some("openSUSE:Factory")] {
        if let Err(problems) = merge(&policy, project, file.as_ref().ok(), file.as_ref().ok()) {
            check(&problems, bytes);
        }
        for module in [digest(0xaa), digest(0xbb)] {
            let requested = Grants { results: true, ..Grants::default() };
            let allowed = matches!(policy.admit(project, &module, &requested), Decision::Allowed(_));
            let lines = policy.explain(project, &module, &requested);
            assert_eq!(lines.last().unwrap().as_str().starts_with("allowed by"), allowed);
        }
    }
    if let Err(problems) = policy.clone().narrowed_by(policy) {
        check(&problems, bytes);
    }
    taken
}

fn check(problems: &Problems, bytes: &[u8]) {
    assert!(problems.count() > 0);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    for problem in problems.iter() {
        assert!((1..=lines).contains(&usize::try_from(problem.line).unwrap()), "{problem}");
        assert!(problem.column > 0);
    }
    let shown = problems.to_string();
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    assert!(shown.len() < 100_000, "{} bytes", shown.len());
}

#[test]
fn broken_files_are_refused_whatever_they_hold() {
    let full = |line: &str| line.repeat((1 << 18) / line.len());
    let nested =
        |open: &str| format!("schema = 1\n[[mandatory]]\nsettings = {{ a = {} }}", open.repeat(100_000));
    let rows: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\xef\xbb\xbf".to_vec(),
        b"schema = 1\n\xff\xfe".to_vec(),
        vec![0; 1000],
        b"schema".to_vec(),
        b"schema = ".to_vec(),
        b"schema = 99999999999999999999999".to_vec(),
        b"schema = -1".to_vec(),
        b"schema = 1\r\nhooks = 1\r\nallow = 1\r\n".to_vec(),
        b"schema = 1\rhooks = 1".to_vec(),
        b"schema = 1\n[hooks.\"\\u0000\\u001b[2J\"]\nmodule = \"\\u202e\"".to_vec(),
        b"schema = 1\n[hooks.x]\nmodule = \"../x\"\n[allow]\n".to_vec(),
        b"schema = 1\nhooks = [1, [], {}]\nallow = [1, \"a\", {}]\nmandatory = [[]]\n".to_vec(),
        b"schema = 1\nx = \"\"\"".to_vec(),
        b"[[[[[[".to_vec(),
        vec![b' '; (1 << 20) + 1],
        "漢".repeat(100_000).into_bytes(),
        format!("a{}= 1", ".a".repeat(100_000)).into_bytes(),
        format!("[a{}]", ".a".repeat(100_000)).into_bytes(),
        format!("schema = {}", "[".repeat(200_000)).into_bytes(),
        format!("schema = {}", "{a=".repeat(100_000)).into_bytes(),
        nested("[").into_bytes(),
        nested("{ b = ").into_bytes(),
        full("=").into_bytes(),
        full("a = 1\n").into_bytes(),
        full("[[allow]]\n").into_bytes(),
        full("[[mandatory]]\n").into_bytes(),
        full("\"\\u001b\" = '\n").into_bytes(),
        format!("schema = 1\nallow = [{}]", full("{},")).into_bytes(),
        format!("schema = 1\n[hooks.a]\nmodule = \"a\"\nafter = [{}]", full("\"b\",")).into_bytes(),
        format!("schema = 1\n[[allow]]\n[allow.grants]\ntools = [{}]", full("\"b\",")).into_bytes(),
    ];
    for row in &rows {
        let shown = String::from_utf8_lossy(&row[..row.len().min(40)]).into_owned();
        assert_eq!(exercise(row), 0, "{shown:?}");
    }
}

/// A xorshift generator: the same inputs in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

const BITS: [&[u8]; 20] = [
    b"\"",
    b"'",
    b"\"\"\"",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b"{",
    b"}",
    b"=",
    b".",
    b",",
    b"\n",
    b"\r\n",
    b"#",
    b"\\",
    b"\xf0\x9f",
    b"\x1b[31m",
    b"1979-05-27",
    b"-nan",
];

fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let (at, to) = (random.below(bytes.len()), random.below(bytes.len()));
        let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 60));
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            1 => drop(bytes.drain(from..to)),
            2 => bytes.truncate(at),
            3 => {
                drop(bytes.splice(at..at, BITS[random.below(BITS.len())].iter().copied()).collect::<Vec<_>>())
            }
            4 => {
                let piece = bytes[from..to].to_vec();
                drop(bytes.splice(at..at, piece).collect::<Vec<_>>());
            }
            _ => bytes[from..to].reverse(),
        }
    }
    bytes
}

#[test]
fn mutated_files_never_panic() {
    let lock = filled(LOCK);
    let seeds: [&[u8]; 4] = [
        lock.as_bytes(),
        include_bytes!("policy-base.toml"),
        include_bytes!("hooks-base.toml"),
        b"schema = 1\n[hooks.a]\nmodule = \"a\"\nafter = [\"b\"]\n[hooks.b]\nmodule = \"b\"\ndisabled = true\n",
    ];
    let mut random = Random(0x5eed_5eed_5eed_5eed);
    let mut taken = 0;
    for round in 0..3000 {
        taken += exercise(&mutate(seeds[round % seeds.len()], &mut random));
    }
    // Some changes are harmless, most are not: otherwise the loop tests nothing.
    assert!((30..2000).contains(&taken), "{taken}");
}
