use super::{Process, Tool};
use crate::bindings::skink::hook::tools::{Chunk, ExitStatus, Host, HostProcess, HostTool, Input, Stream};
use crate::trace::Short;
use crate::{Refusal, State, Stop};
use skink_protocol::{self as protocol, FromRunner, Reply, ToolRequest};
use wasmtime::Result;
use wasmtime::component::Resource;

/// The most bytes of output in one answer.
const MAX_OUTPUT: u32 = 1 << 20;

impl Host for State {}

impl State {
    /// Hands a request to the broker.
    fn broker(&mut self, asked: &'static str, request: ToolRequest) -> Result<Reply, Refusal> {
        self.wire.ask(asked, &FromRunner::Tool(request))
    }

    /// Handles to the granted tools that are at hand.
    pub(crate) fn tools(&mut self) -> Result<Vec<Resource<Tool>>> {
        let granted = &self.inputs.grants.tools;
        let tools: Vec<_> = self
            .inputs
            .tools
            .iter()
            .filter(|tool| granted.iter().any(|name| name.as_str() == tool.name))
            .map(|tool| Tool { name: tool.name.clone(), version: tool.version.clone() })
            .collect();
        tools.into_iter().map(|tool| self.push(tool)).collect()
    }
}

impl HostTool for State {
    fn name(&mut self, tool: Resource<Tool>) -> Result<String> {
        self.trace.note(format_args!("tool.name()"));
        Ok(self.table.get(&tool)?.name.clone())
    }

    fn version(&mut self, tool: Resource<Tool>) -> Result<String> {
        self.trace.note(format_args!("tool.version()"));
        Ok(self.table.get(&tool)?.version.clone())
    }

    fn spawn(
        &mut self,
        tool: Resource<Tool>,
        args: Vec<String>,
        inputs: Vec<Input>,
    ) -> Result<Resource<Process>, Refusal> {
        let tool = self.table.get(&tool)?.name.clone();
        let first = args.first().map_or("", String::as_str);
        self.trace.note(format_args!(
            "tool.spawn({tool}, {} arguments, the first {}, {} inputs)",
            args.len(),
            Short(first),
            inputs.len()
        ));
        let inputs = inputs.into_iter().map(|input| (input.name, input.content)).collect();
        let reply = self.broker("starting a tool", ToolRequest::Spawn { tool, args, inputs })?;
        let Reply::Spawned { process } = reply else { return Err(odd("starting a tool", &reply)) };
        Ok(self.push(Process { number: process })?)
    }

    fn drop(&mut self, tool: Resource<Tool>) -> Result<()> {
        self.delete(tool).map(drop)
    }
}

impl HostProcess for State {
    fn read(&mut self, process: Resource<Process>) -> Result<Chunk, Refusal> {
        self.trace.note(format_args!("process.read()"));
        let process = self.table.get(&process)?.number;
        let reply = self.broker("a tool's output", ToolRequest::Read { process, max: MAX_OUTPUT })?;
        let Reply::Output { stream, bytes } = reply else { return Err(odd("a tool's output", &reply)) };
        let stream = match stream {
            protocol::Stream::Stdout => Stream::Stdout,
            protocol::Stream::Stderr => Stream::Stderr,
        };
        Ok(Chunk { stream, bytes })
    }

    fn wait(&mut self, process: Resource<Process>) -> Result<ExitStatus, Refusal> {
        self.trace.note(format_args!("process.wait()"));
        let process = self.table.get(&process)?.number;
        let reply = self.broker("a tool's end", ToolRequest::Wait { process })?;
        let Reply::Exited(status) = reply else { return Err(odd("a tool's end", &reply)) };
        Ok(match status {
            protocol::ExitStatus::Code(code) => ExitStatus::Code(code),
            protocol::ExitStatus::Signal(signal) => ExitStatus::Signal(signal),
        })
    }

    fn kill(&mut self, process: Resource<Process>) -> Result<(), Refusal> {
        self.trace.note(format_args!("process.kill()"));
        let process = self.table.get(&process)?.number;
        let reply = self.broker("ending a tool", ToolRequest::Kill { process })?;
        if reply == Reply::Done { Ok(()) } else { Err(odd("ending a tool", &reply)) }
    }

    /// A tool ends with its handle: nobody could read it any more.
    fn drop(&mut self, process: Resource<Process>) -> Result<()> {
        let Process { number: process } = self.delete(process)?;
        match self.broker("ending a tool", ToolRequest::Kill { process }) {
            Err(Refusal::Stop(error)) => Err(error),
            Ok(_) | Err(Refusal::Told(..) | Refusal::Audited(..) | Refusal::Limit(..)) => Ok(()),
        }
    }
}

/// An answer that does not fit the question. The worker's frames are typed, so this is a bug of ours.
pub(crate) fn odd(asked: &'static str, reply: &Reply) -> Refusal {
    let kind = match reply {
        Reply::Done => "done",
        Reply::Spawned { .. } => "spawned",
        Reply::Output { .. } => "output",
        Reply::Exited(_) => "exited",
        Reply::InEffect(_) => "in effect",
        Reply::Mounts(_) => "mounts",
    };
    Stop::Worker { asked, problem: format!("it answered `{kind}`") }.into()
}
