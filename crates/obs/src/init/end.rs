//! How the script ended, told by its first process through a file.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// How the script ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With an exit code.
    Exited(u8),
    /// By a signal.
    Killed(i32),
}

fn end_file(scratch: &Path) -> PathBuf {
    scratch.join("build.end")
}

/// Removes what an earlier run left in the folder.
pub(crate) fn forget_end(scratch: &Path) -> io::Result<()> {
    match fs::remove_file(end_file(scratch)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// How the script ended, or why it was not started; `None` where its first process could not say.
pub(crate) fn read_end(scratch: &Path) -> io::Result<Option<Result<End, String>>> {
    let text = match fs::read_to_string(end_file(scratch)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    Ok(parse_end(&text))
}

/// Notes how the script ended.
pub(super) fn note(scratch: &Path, end: End) -> io::Result<()> {
    let text = match end {
        End::Exited(code) => format!("exited {code}"),
        End::Killed(signal) => format!("killed {signal}"),
    };
    fs::write(end_file(scratch), text)
}

/// Notes why it was not started. Where that fails, the caller reports the process as lost.
pub(super) fn note_not_set_up(scratch: &Path, why: &str) {
    let _ = fs::write(end_file(scratch), format!("not-set-up {why}"));
}

fn parse_end(text: &str) -> Option<Result<End, String>> {
    match text.split_once(' ')? {
        ("exited", code) => Some(Ok(End::Exited(code.parse().ok()?))),
        ("killed", signal) => Some(Ok(End::Killed(signal.parse().ok()?))),
        ("not-set-up", why) => Some(Err(why.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_read_back() {
        let rows = [
            ("exited 137", Some(Ok(End::Exited(137)))),
            ("killed 9", Some(Ok(End::Killed(9)))),
            ("not-set-up unshare: no", Some(Err("unshare: no".to_owned()))),
            ("exited 256", None),
            ("exited", None),
            ("", None),
        ];
        for (text, want) in rows {
            assert_eq!(parse_end(text), want, "{text}");
        }
    }
}
