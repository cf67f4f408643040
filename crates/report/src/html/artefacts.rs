//! What came of the job: the files of the build, what hooks added to them, and what hooks left beside them.

use super::parts::{call_link, count, digest};
use crate::{FileReport, HookReport, Report};
use maud::{Markup, html};
use skink_job::ByteCount;

/// A number of bytes; the exact one is its title.
pub(super) fn size(bytes: u64) -> Markup {
    html! { span.size title={ (bytes) " bytes" } { (ByteCount(bytes)) } }
}

pub(super) fn section(report: &Report) -> Markup {
    let added: usize = report.hooks.iter().map(|hook| hook.outputs.len()).sum();
    let number = report.results.len() + added;
    html! {
        section #artefacts aria-labelledby="artefacts-title" {
            h2 #artefacts-title { "Artefacts" span.count { (count(number, "file")) } }
            @if number == 0 { p.empty { "There are no results." } } @else {
                @if added > 0 && report.exit_code != 0 {
                    p.hint { "The job did not succeed, so what hooks added was not handed back." }
                }
                (table(html! {
                    @for file in &report.results {
                        (row(html! { code { (file.name) } }, file.bytes, html! { "the build" }))
                    }
                    (of_hooks(report, "OTHER/", |hook| &hook.outputs))
                }))
            }
            (attachments(report))
        }
    }
}

fn attachments(report: &Report) -> Markup {
    let number: usize = report.hooks.iter().map(|hook| hook.attachments.len()).sum();
    html! {
        h3 #attachments { "Attachments" span.count { (count(number, "file")) } }
        @if number == 0 { p.empty { "No hook left any." } } @else {
            p.hint { "They lie beside the report, in the folder " code { "*.attachments" } ", below the hook's name." }
            (table(of_hooks(report, "", |hook| &hook.attachments)))
        }
    }
}

fn table(rows: Markup) -> Markup {
    html! {
        table.files {
            thead {
                tr { th scope="col" { "File" } th.number scope="col" { "Size" } th scope="col" { "From" } }
            }
            tbody { (rows) }
        }
    }
}

fn row(name: Markup, bytes: u64, from: Markup) -> Markup {
    html! { tr { th scope="row" { (name) } td.number { (size(bytes)) } td { (from) } } }
}

fn of_hooks(report: &Report, folder: &str, files: fn(&HookReport) -> &Vec<FileReport>) -> Markup {
    let name = |file: &FileReport| html! { code { (folder) (file.name) } " " (digest(&file.sha256)) };
    html! {
        @for (index, hook) in report.hooks.iter().enumerate() {
            @for file in files(hook) { (row(name(file), file.bytes, call_link(index, hook))) }
        }
    }
}
