//! What differs, as one page: the answer, every package, and each difference with what was and what is.
//!
//! It holds to what the page of a build holds to, and runs no script at all. Browsers lay out only what is on the screen,
//! so thousands of differences stay usable; beyond [`MOST`] the first are shown, and the JSON has the rest.

use super::{Diff, Difference, Excerpt, Group, INSIDE, PackageDiff, State, Verdict, excerpts};
use crate::html::parts::{Look, badge, count, grouped, shape, symbols};
use crate::html::{STYLE, finished, head};
use maud::{DOCTYPE, Markup, html};
use std::collections::HashMap;

/// What this page has beyond the style of every page.
const OWN_STYLE: &str = include_str!("page.css");
/// The most differences in a page, and the most packages.
const MOST: usize = 10_000;

/// The differences as one HTML document.
pub fn diff_page(diff: &Diff) -> String {
    let groups = diff.found.groups();
    finished(html! {
        (DOCTYPE)
        html lang="en" {
            (head(&title(diff), &diff.skink, &[STYLE, OWN_STYLE], &[]))
            body {
                a.skip href="#differences" { "Skip to the differences" }
                (symbols())
                (header(diff))
                main {
                    (packages(diff, &groups))
                    (differences(diff, &groups))
                }
                footer {
                    p {
                        "Made by Skink " (diff.skink) " from what the module " (diff.module.name) " "
                        (diff.module.version) " found; " code { "skink diff --format json" }
                        " has all of this for machines."
                    }
                }
            }
        }
    })
}

fn title(diff: &Diff) -> String {
    format!("{} and {} {} — Skink", diff.old, diff.new, diff.answer())
}

fn header(diff: &Diff) -> Markup {
    let (look, word) = match diff.found.verdict {
        Verdict::Unchanged => (Look::Good, "The same"),
        Verdict::Changed => (Look::Careful, "Different"),
    };
    html! {
        header {
            p.what { bdi { (diff.old) } " → " bdi { (diff.new) } }
            h1.(look.class()) { (shape(look)) (word) }
            p.why { (diff.found.why) }
            ul.numbers {
                li { (count(diff.found.differences.len(), "difference")) }
                @for state in State::ALL {
                    @let number = diff.found.count(state);
                    @if number > 0 {
                        li { (shape(look_of(state))) b { (grouped(number)) } " " (state.as_str()) }
                    }
                }
            }
            nav aria-label="Sections" {
                ul {
                    li { a href="#packages" { "Packages" } }
                    li { a href="#differences" { "Differences" } }
                }
            }
        }
    }
}

const fn look_of(state: State) -> Look {
    match state {
        State::Changed => Look::Careful,
        State::Added => Look::Note,
        State::Removed => Look::Bad,
        State::Skipped => Look::None,
        State::Same => Look::Good,
    }
}

/// The id of a group's section.
fn group_id(index: usize) -> String {
    format!("group-{}", index + 1)
}

fn packages(diff: &Diff, groups: &[Group<'_>]) -> Markup {
    let all = &diff.found.packages;
    let sorted = diff.found.sorted();
    let named = groups.iter().enumerate().filter_map(|(index, group)| Some((group.name.as_deref()?, index)));
    let sections: HashMap<&str, usize> = named.collect();
    html! {
        section #packages aria-labelledby="packages-title" {
            h2 #packages-title { "Packages" span.count { (count(all.len(), "package")) } }
            @if all.is_empty() { p.empty { "There are none in either build." } } @else {
                @if sorted.len() > MOST { p.hint { "Here are the first " (grouped(MOST)) "; the JSON has them all." } }
                div.scroll tabindex="0" role="region" aria-labelledby="packages-title" {
                    table.packages {
                        thead {
                            tr {
                                th scope="col" { "Package" }
                                th scope="col" { "State" }
                                th scope="col" { "Files" }
                            }
                        }
                        tbody {
                            @for package in sorted.into_iter().take(MOST) {
                                @let name = package.full_name();
                                (package_row(package, &name, sections.get(name.as_str()).copied()))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn package_row(package: &PackageDiff, name: &str, section: Option<usize>) -> Markup {
    html! {
        tr {
            th scope="row" {
                @match section {
                    Some(index) => a.text href={ "#" (group_id(index)) } { (name) },
                    None => span.text { (name) },
                }
            }
            td { (badge(look_of(package.state), package.state.as_str())) }
            td {
                code { (package.files()) }
                @if let Some(why) = &package.why { p.meta.text { (why) } }
            }
        }
    }
}

fn differences(diff: &Diff, groups: &[Group<'_>]) -> Markup {
    let total = diff.found.differences.len();
    let mut left = MOST;
    html! {
        section #differences aria-labelledby="differences-title" tabindex="-1" {
            h2 #differences-title { "Differences" span.count { (count(total, "difference")) } }
            @if groups.is_empty() { p.empty { "There are none." } } @else if total > MOST {
                p.hint { "Here are the first " (grouped(MOST)) " of " (grouped(total)) "; the JSON has them all." }
            }
            @if diff.found.omitted > 0 {
                p.hint { "The module found " (diff.found.omitted) " more and did not tell them." }
            }
            @for (index, group) in groups.iter().enumerate() {
                @let shown = group.differences.len().min(left);
                @let () = left -= shown;
                (section_of(index, group, shown))
            }
        }
    }
}

fn section_of(index: usize, group: &Group<'_>, shown: usize) -> Markup {
    let id = group_id(index);
    html! {
        section.package id=(id) tabindex="-1" aria-labelledby={ (id) "-title" } {
            h3 id={ (id) "-title" } {
                span.text { (group.name.as_deref().unwrap_or("The whole build")) }
                @if let Some(package) = group.package {
                    " " (badge(look_of(package.state), package.state.as_str()))
                }
                @if !group.differences.is_empty() { span.count { (grouped(group.differences.len())) } }
            }
            @if let Some(package) = group.package {
                p.meta.text { (package.files()) }
                @if let Some(why) = &package.why { p.meta.text { (why) } }
            }
            @if shown > 0 {
                ul.differences {
                    @for difference in group.differences.iter().take(shown) { li { (one(difference)) } }
                }
            }
        }
    }
}

fn one(difference: &Difference) -> Markup {
    let (old, new) = excerpts(difference);
    let has_excerpt = old.is_some() || new.is_some();
    let has_place = !difference.place().is_empty();
    html! {
        @if has_place { (place(difference)) } @else { p.message.text { (difference.words()) " " (rule(difference)) } }
        @if has_place && !has_excerpt { p.text { (difference.words()) } }
        @if has_excerpt {
            div.excerpt {
                @if let Some(old) = old { (side("was", "−", &old)) }
                @if let Some(new) = new { (side("is", "+", &new)) }
            }
        }
    }
}

fn rule(difference: &Difference) -> Markup {
    html! { span.meta.text { "[" (difference.code) "]" } }
}

/// The file, the members in it, and what part of it; or the field.
fn place(difference: &Difference) -> Markup {
    let rest = [&difference.field, &difference.part];
    html! {
        p.place {
            @for (depth, name) in difference.path.iter().enumerate() {
                @if depth > 0 { span.inside { (INSIDE) } }
                code { (name) }
            }
            @for (number, name) in rest.into_iter().flatten().enumerate() {
                @if number > 0 || !difference.path.is_empty() { ", " }
                span.text { (name) }
            }
            " " (rule(difference))
        }
    }
}

/// One side of an excerpt. What only it has is marked.
fn side(class: &str, sign: &str, excerpt: &Excerpt) -> Markup {
    let Excerpt { before, own, after } = excerpt;
    let text = html! { (before) @if !own.is_empty() { mark { (own) } } (after) };
    html! {
        p.(class) {
            span.sign aria-hidden="true" { (sign) }
            span.vh { (class) ": " }
            code { (text) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skink_job::SafeText;

    #[test]
    fn the_style_can_be_in_a_page() {
        assert_eq!(SafeText::block(OWN_STYLE).as_str(), OWN_STYLE);
        for loads in ["</", "url(", "@import", "http"] {
            assert!(!OWN_STYLE.contains(loads), "{loads}");
        }
    }
}
