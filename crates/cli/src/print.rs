//! What goes to the terminal of somebody who asked for it.

use skink_worker::Line;
use skink_worker::render::has_colors;
use std::io::Write;

/// Prints one line of our own to standard output. A closed pipe is no reason to fail.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints lines with their looks.
pub(crate) fn lines(lines: &[Line]) {
    let color = has_colors();
    for each in lines {
        line(&each.text(color));
    }
}

/// Prints lines with their looks to standard error.
pub(crate) fn error_lines(lines: &[Line]) {
    let color = has_error_colors();
    for each in lines {
        let _ = writeln!(std::io::stderr().lock(), "{}", each.text(color));
    }
}

/// Whether standard error shows colours.
fn has_error_colors() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// Prints an error and what led to it, each cause once.
pub(crate) fn error(error: &anyhow::Error) {
    let mut text = format!("skink: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
