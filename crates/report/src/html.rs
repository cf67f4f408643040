//! The page of one build.
//!
//! It is one file, to be read anywhere and without JavaScript; the script only adds filters. Its own policy lets it
//! load and run nothing else, and there is no link out of it: a finding cannot even offer a click to somewhere.

mod artefacts;
mod calls;
mod findings;
mod grants;
mod overview;
mod parts;
mod plan;
mod rules;
mod summary;
mod timeline;

use crate::Report;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use skink_job::SafeText;

/// The page's style.
const STYLE: &str = include_str!("html/page.css");
/// The page's script.
const SCRIPT: &str = include_str!("html/page.js");

/// The report as one HTML document.
pub fn page(report: &Report) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            (head(report))
            body {
                a.skip href="#findings" { "Skip to the findings" }
                (parts::symbols())
                (summary::header(report))
                main {
                    (overview::section(report))
                    (timeline::section(report))
                    (findings::section(report))
                    (artefacts::section(report))
                    (plan::section(report))
                    (calls::section(report))
                    (summary::notes(report))
                }
                footer {
                    p {
                        "Made by Skink " (report.skink) " from " code { "report.json" }
                        ", which holds all of this for machines."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    // Some names are plain strings in the model; none of them may bring such a character along.
    SafeText::block(&document.into_string()).as_str().to_owned()
}

fn head(report: &Report) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content={ "Skink " (report.skink) };
            title { (summary::title(report)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Nothing but the two texts that are in the page.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests;
