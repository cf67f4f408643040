//! Completions and man pages, made from the command line itself.

use crate::command::command;
use anyhow::{Context, Result, bail};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Prints the completions of a shell.
pub(crate) fn completions(shell: Shell) -> Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "skink", &mut text);
    print(&text);
    Ok(ExitCode::SUCCESS)
}

/// Prints one man page, or writes all of them into a folder.
pub(crate) fn man(page: Option<&str>, output: Option<&Path>) -> Result<ExitCode> {
    let pages = pages(with_names(command(), None))?;
    if let Some(folder) = output {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        for (name, text) in &pages {
            let path = folder.join(format!("{name}.1"));
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = page.unwrap_or("skink");
    match pages.iter().find(|(name, _)| name == wanted) {
        Some((_, text)) => print(text),
        None => {
            let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
            bail!("there is no man page {wanted:?}; there are {}", names.join(", "));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A closed pipe is no reason to fail.
fn print(text: &[u8]) {
    let _ = std::io::stdout().lock().write_all(text);
}

/// Each verb by the name of its page, such as `skink-hook-run`.
fn with_names(command: Command, above: Option<&str>) -> Command {
    let name = match above {
        Some(above) => format!("{above}-{}", command.get_name()),
        None => command.get_name().to_owned(),
    };
    let command = command.display_name(name.clone()).disable_help_subcommand(true);
    command.mut_subcommands(|verb| with_names(verb, Some(&name)))
}

/// The page of a command and those of its verbs, each with its name.
fn pages(mut command: Command) -> Result<Vec<(String, Vec<u8>)>> {
    command.build();
    let mut pages = Vec::new();
    collect(&command, &mut pages)?;
    Ok(pages)
}

fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    Man::new(command.clone())
        .title(name.to_uppercase())
        .manual("Skink")
        .render(&mut text)
        .context("cannot make a man page")?;
    pages.push((name, text));
    command.get_subcommands().filter(|verb| !verb.is_hide_set()).try_for_each(|verb| collect(verb, pages))
}
