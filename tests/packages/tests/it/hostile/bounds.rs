//! Each key of [`Bounds`] bounds something.

use super::is_refused;
use crate::compressed;
use skink_packages::Bounds;
use skink_tests_packages::forge::read_whole;
use std::time::Instant;

#[test]
fn each_bound_changes_what_is_read() {
    let bounds = Bounds::default();
    let mut xz = compressed("xzdio");
    let header = xz.header().len() as u32 - 16;
    let files = xz.tag(1117).count;
    let xz = xz.bytes();
    let payload = read_whole(&xz, bounds).unwrap();
    let keys: [(&str, &str, &str, Bounds); 5] = [
        ("header_bytes", "TooLarge", "a header is", Bounds { header_bytes: header - 1, ..bounds }),
        ("files", "TooLarge", "the number of files is", Bounds { files: files - 1, ..bounds }),
        ("decoder_bytes", "Unsupported", "more memory than", Bounds { decoder_bytes: 64 << 10, ..bounds }),
        ("payload_bytes", "TooLarge", "the payload is", Bounds { payload_bytes: payload - 1, ..bounds }),
        ("deadline", "Late", "the time to read it", Bounds { deadline: Some(Instant::now()), ..bounds }),
    ];
    for (key, variant, piece, bounds) in keys {
        assert!(format!("{bounds:?}").contains(&format!("{key}: ")), "{key}");
        is_refused(key, &xz, bounds, variant, piece);
    }
    // No key was forgotten.
    assert_eq!(format!("{bounds:?}").matches(": ").count(), keys.len());
    // What is as large as the bounds is read.
    let exact = Bounds { header_bytes: header, files, ..bounds };
    assert_eq!(read_whole(&xz, exact).unwrap(), payload);
}
