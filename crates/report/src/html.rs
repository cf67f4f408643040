//! The page of one build, and what every page has.
//!
//! It is one file, to be read anywhere and without JavaScript; the script only adds filters. Its own policy lets it
//! load and run nothing else, and there is no link out of it: a finding cannot even offer a click to somewhere.

mod artefacts;
mod calls;
mod findings;
mod grants;
mod overview;
pub(crate) mod parts;
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

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("html/page.css");
/// The page's script.
const SCRIPT: &str = include_str!("html/page.js");

/// The report as one HTML document.
pub fn page(report: &Report) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            (head(&summary::title(report), &report.skink, &[STYLE], &[SCRIPT]))
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
    finished(document)
}

/// The text of a page. Some names are plain strings in the models; none of them may bring a harmful character along.
pub(crate) fn finished(document: Markup) -> String {
    SafeText::block(&document.into_string()).as_str().to_owned()
}

/// The head of a page that holds these styles and scripts, of the Skink that made what it tells.
pub(crate) fn head(title: &str, skink: &SafeText, styles: &[&str], scripts: &[&str]) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy(styles, scripts));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            meta name="generator" content={ "Skink " (skink) };
            title { (title) }
            @for style in styles { style { (PreEscaped(style)) } }
        }
    }
}

/// Nothing but the texts that are in the page.
fn policy(styles: &[&str], scripts: &[&str]) -> String {
    let allowed = |kind: &str, texts: &[&str]| {
        let hash = |text: &&str| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
        let hashes = if texts.is_empty() { " 'none'".to_owned() } else { texts.iter().map(hash).collect() };
        format!("{kind}{hashes}")
    };
    format!(
        "default-src 'none'; {}; {}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        allowed("style-src", styles),
        allowed("script-src", scripts)
    )
}

#[cfg(test)]
mod tests;
