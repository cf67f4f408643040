use super::Output;
use crate::{Clock, Refusal};
use skink_job::{ByteCount, FileName, LimitKind, Limits, Millis};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

fn open(path: &Path) -> Arc<OwnedFd> {
    Arc::new(fs::File::open(path).unwrap().into())
}

struct Place {
    _dir: tempfile::TempDir,
    outbox: std::path::PathBuf,
    results: Arc<OwnedFd>,
    output: Output,
}

fn place(bytes: u64, files: u32) -> Place {
    let dir = tempfile::tempdir().unwrap();
    let (outbox, results) = (dir.path().join("outbox"), dir.path().join("results"));
    fs::create_dir_all(&outbox).unwrap();
    fs::create_dir_all(results.join("RPMS/x86_64")).unwrap();
    fs::write(results.join("RPMS/x86_64/hello-1.rpm"), "").unwrap();
    let limits = Limits { output_bytes: ByteCount(bytes), output_files: files, ..Limits::default() };
    let mut output = Output::new(&limits);
    output.goes_to(Some(open(&outbox)), Some(open(&outbox)));
    Place { outbox, results: open(&results), output, _dir: dir }
}

impl Place {
    fn create(&mut self, name: &str) -> Result<super::Writer, Refusal> {
        let name: FileName = name.parse().unwrap();
        self.output.create(name, Some(&self.results), &Clock::start(Millis(60_000)))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.outbox)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_name_that_a_result_has_is_refused_in_any_case() {
    let mut place = place(100, 10);
    let rows = [("hello-1.rpm", false), ("HELLO-1.RPM", false), ("RPMS", false), ("hello-2.rpm", true)];
    for (name, fine) in rows {
        let got = place.create(name);
        match (got, fine) {
            (Ok(writer), true) => place.output.finish(writer).unwrap(),
            (Err(Refusal::Audited(..)), false) => {}
            (got, _) => panic!("{name}: {got:?}"),
        }
    }
    assert!(place.create("Hello-2.rpm").is_err());
    assert_eq!(place.names(), ["hello-2.rpm"]);
}

#[test]
fn nothing_is_visible_before_it_is_finished_and_nothing_dropped_stays() {
    let mut place = place(100, 10);
    let mut writer = place.create("a").unwrap();
    place.output.count(&mut writer, 3).unwrap();
    writer.write(b"abc").unwrap();
    assert_eq!(place.names(), [".partial-0"]);
    place.output.abandon(writer);
    assert_eq!((place.names().len(), place.output.usage()), (0, (0, 0)));
    let writer = place.create("a").unwrap();
    place.output.finish(writer).unwrap();
    assert_eq!((place.names(), place.output.usage()), (vec!["a".to_owned()], (0, 1)));
}

#[test]
fn bytes_and_files_are_limited_in_sum() {
    let mut place = place(10, 2);
    let mut first = place.create("a").unwrap();
    place.output.count(&mut first, 6).unwrap();
    let name = "b".parse().unwrap();
    let over = place.output.attach(&name, b"12345");
    assert!(matches!(over, Err(Refusal::Limit(LimitKind::OutputBytes, _))), "{over:?}");
    let third = place.create("c");
    assert!(matches!(third, Err(Refusal::Limit(LimitKind::OutputFiles, _))), "{third:?}");
    drop((first, third));
    assert_eq!(place.names().len(), 0);
}
