//! `skink allocate`: answer a dispatcher that asks which worker takes which job.

use crate::{layers, print};
use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args};
use skink_job::{Answer, Millis, SafeText};
use skink_policy::Policy;
use skink_worker::Host;
use skink_worker::allocate::{
    Admitted, Allocator, Asked, Said, Service, Side, Socket, Verdict, admit_all, serve, with_allocator,
};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["serve", "ask"])))]
pub(crate) struct AllocateArguments {
    /// Answer on this socket until a signal comes.
    #[arg(long, value_name = "SOCKET")]
    serve: Option<PathBuf>,
    /// Answer the one request in this file, or on standard input where it is `-`, and tell what each hook said.
    #[arg(long, value_name = "FILE")]
    ask: Option<PathBuf>,
    /// Who may connect: a user's name or number [default: whoever starts the server]
    #[arg(long, value_name = "USER", requires = "serve", value_parser = user)]
    owner: Option<u32>,
    /// When an answer must be there. The dispatcher's sub waits for 100ms.
    #[arg(long, value_name = "TIME", default_value = "90ms")]
    answer_within: Millis,
    #[command(flatten)]
    files: Files,
}

/// Where the hooks come from.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// The policy [default: /etc/skink/policy.toml]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The folder of modules.
    #[arg(long, value_name = "DIR", default_value = skink_worker::layers::INSTALLED_MODULES)]
    hook_modules: PathBuf,
    /// Skink's folder for compiled modules.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

impl Files {
    pub(crate) fn policy(&self) -> Result<Policy> {
        match &self.policy {
            Some(policy) => layers::only(policy),
            None => layers::policy(None),
        }
    }

    pub(crate) fn host(&self) -> Result<Host> {
        Ok(Host::open(&std::env::current_exe()?, self.state.clone())?)
    }

    pub(crate) fn modules(&self) -> &Path {
        &self.hook_modules
    }
}

pub(crate) fn main(arguments: &AllocateArguments) -> Result<ExitCode> {
    let policy = arguments.files.policy()?;
    if policy.allocate_hooks().is_empty() {
        bail!("the policy has no [[allocate]] hook, so there is nobody to ask");
    }
    let host = arguments.files.host()?;
    let hooks = admit_all(&host, &policy, arguments.files.modules());
    if let Some((hook, why)) = hooks.iter().find_map(|one| Some((&one.hook, one.module.as_ref().err()?))) {
        bail!(
            "the hook {} of {} cannot be asked: {}",
            hook.name,
            hook.place,
            SafeText::line(&why.to_string())
        );
    }
    let _listening = host.interrupts.listen().context("cannot listen for signals")?;
    let within = Duration::from(arguments.answer_within);
    match (&arguments.serve, &arguments.ask) {
        (Some(socket), _) => answer_on(socket, arguments.owner, &host, &hooks, within),
        (None, Some(request)) => {
            let asked = Asked::parse(&read(request)?)?;
            let verdict = with_allocator(&host, &hooks, |hooks| hooks.ask(&asked, Side::Dispatcher, within));
            Ok(tell(&verdict))
        }
        (None, None) => bail!("say --serve or --ask"),
    }
}

fn answer_on(
    path: &Path,
    owner: Option<u32>,
    host: &Host,
    hooks: &[Admitted],
    within: Duration,
) -> Result<ExitCode> {
    with_allocator(host, hooks, |allocator: &Allocator<'_>| {
        if let Some((hook, outcome)) = allocator.problems().first() {
            bail!("the hook {hook} cannot be asked: {}: {}", outcome.word(), outcome.detail());
        }
        let socket = Socket::bind(path, owner)?;
        print::line(&format!("{} hooks answer on {}", hooks.len(), SafeText::line(&path.to_string_lossy())));
        let tell = |line: &SafeText| {
            // Whoever reads it may have gone; the answers matter more.
            let _ = writeln!(std::io::stderr().lock(), "skink: {line}");
        };
        let service = Service { allocator, within, tell: &tell };
        serve(host, &socket, &service).context("the server ended")?;
        Ok(ExitCode::SUCCESS)
    })
}

fn read(request: &Path) -> Result<Vec<u8>> {
    if request != Path::new("-") {
        return std::fs::read(request).with_context(|| format!("cannot read {}", request.display()));
    }
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
    Ok(text)
}

/// What each hook said, and the answer in the last line. A `no` is exit code 1.
fn tell(verdict: &Verdict) -> ExitCode {
    for heard in &verdict.heard {
        let said = match &heard.said {
            Said::Answer(Answer::Yes) => "yes".to_owned(),
            Said::Answer(Answer::No(reason)) => format!("no: {reason}"),
            Said::Answer(Answer::Abstain) => "abstain".to_owned(),
            Said::Broken(outcome) => {
                let (word, detail) = (outcome.word(), outcome.detail());
                format!("no answer, which counts as {}: {word}: {detail}", heard.on_failure)
            }
        };
        print::line(&format!("  {:12} {said}", heard.hook));
    }
    print::line(&verdict.to_string());
    match verdict.answer {
        Answer::Yes | Answer::Abstain => ExitCode::SUCCESS,
        Answer::No(_) => ExitCode::FAILURE,
    }
}

/// The number of a user, by its name in `/etc/passwd`.
fn user(raw: &str) -> Result<u32, String> {
    if let Ok(number) = raw.parse() {
        return Ok(number);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let number = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == raw).then(|| fields.nth(1)?.parse().ok())?
    });
    number.ok_or_else(|| "no such user in /etc/passwd; its number works as well".to_owned())
}
