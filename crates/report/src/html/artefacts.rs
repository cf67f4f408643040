//! What came of the job: the files of the build, what hooks added to them, and what hooks left beside them.

use super::parts::{call_link, count, digest};
use crate::Report;
use maud::{Markup, html};
use skink_job::ByteCount;

/// A number of bytes; the exact one is its title.
pub(super) fn size(bytes: u64) -> Markup {
    html! { span.size title={ (bytes) " bytes" } { (ByteCount(bytes)) } }
}

pub(super) fn section(report: &Report) -> Markup {
    let hooks = || report.hooks.iter().enumerate();
    let added = hooks().map(|(_, hook)| hook.outputs.len()).sum::<usize>();
    let number = report.results.len() + added;
    html! {
        section #artefacts aria-labelledby="artefacts-title" {
            h2 #artefacts-title { "Artefacts" span.count { (count(number, "file")) } }
            @if number == 0 { p.empty { "There are no results." } } @else {
                @if added > 0 && report.exit_code != 0 { p.hint { "The job did not succeed, so what hooks added was not handed back." } }
                table.files {
                    thead { tr { th scope="col" { "File" } th.number scope="col" { "Size" } th scope="col" { "From" } } }
                    tbody {
                        @for file in &report.results { tr { th scope="row" { code { (file.name) } } td.number { (size(file.bytes)) } td { "the build" } } }
                        @for (index, hook) in hooks() {
                            @for file in &hook.outputs { tr { th scope="row" { code { "OTHER/" (file.name) } " " (digest(&file.sha256)) } td.number { (size(file.bytes)) } td { (call_link(index, hook)) } } }
                        }
                    }
                }
            }
            (attachments(report))
        }
    }
}

fn attachments(report: &Report) -> Markup {
    let number = report.hooks.iter().map(|hook| hook.attachments.len()).sum::<usize>();
    html! {
        h3 #attachments { "Attachments" span.count { (count(number, "file")) } }
        @if number == 0 { p.empty { "No hook left any." } } @else {
            p.hint { "They lie beside the report, in the folder " code { "*.attachments" } ", below the hook's name." }
            table.files {
                thead { tr { th scope="col" { "File" } th.number scope="col" { "Size" } th scope="col" { "From" } } }
                tbody {
                    @for (index, hook) in report.hooks.iter().enumerate() {
                        @for file in &hook.attachments { tr { th scope="row" { code { (file.name) } " " (digest(&file.sha256)) } td.number { (size(file.bytes)) } td { (call_link(index, hook)) } } }
                    }
                }
            }
        }
    }
}
