//! Trying the walls from inside.

use crate::spawn::{Forbidden, attempt};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;
use rustix::mount::{MountFlags, mount};
use rustix::net::{AddressFamily, SocketType, socket};
use rustix::process::{
    Resource, Rlimit, chroot, setrlimit, test_kill_current_process_group, test_kill_process,
};
use rustix::thread::{LinkNameSpaceType, Uid, move_into_link_name_space, set_thread_res_uid};
use skink_protocol::ProbeResult;
use std::os::fd::AsFd;

/// Tries what the walls forbid. Call it after [`crate::lock`]: each attempt must end in an error.
pub fn probe() -> Vec<ProbeResult> {
    let results = [files(), processes(), privileges()];
    results.into_iter().flatten().collect()
}

fn result<E: std::fmt::Display>(tried: &str, outcome: Result<(), E>) -> ProbeResult {
    ProbeResult { tried: tried.to_owned(), error: outcome.err().map(|error| error.to_string()) }
}

fn open(path: &str, flags: OFlags) -> Result<(), Errno> {
    openat(CWD, path, flags | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR).map(drop)
}

fn files() -> Vec<ProbeResult> {
    vec![
        result("open /etc/passwd", open("/etc/passwd", OFlags::RDONLY)),
        result("open /proc/self/status", open("/proc/self/status", OFlags::RDONLY)),
        result("open /dev/null", open("/dev/null", OFlags::RDWR)),
        result("list /", open("/", OFlags::RDONLY | OFlags::DIRECTORY)),
        result("make a file in /", open("/skink", OFlags::WRONLY | OFlags::CREATE)),
        result("leave the root through a directory's descriptor", leave()),
        result("make a TCP socket", socket(AddressFamily::INET, SocketType::STREAM, None).map(drop)),
        result("make a UNIX socket", socket(AddressFamily::UNIX, SocketType::STREAM, None).map(drop)),
        result("make a netlink socket", socket(AddressFamily::NETLINK, SocketType::RAW, None).map(drop)),
    ]
}

fn leave() -> Result<(), Errno> {
    let root = openat(CWD, "/", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    openat(root, "../../etc/passwd", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).map(drop)
}

fn processes() -> Vec<ProbeResult> {
    // Outside of the pid namespace the parent has no number here; its process group would still reach it.
    let kill = match rustix::process::getppid() {
        Some(parent) => test_kill_process(parent),
        None => test_kill_current_process_group(),
    };
    vec![
        result("kill the parent", kill),
        result("fork", attempt(Forbidden::Fork)),
        result("clone3", attempt(Forbidden::Clone3)),
        result("execute a program", attempt(Forbidden::Execute)),
        result("ptrace", attempt(Forbidden::Trace)),
        result("read the memory of a process", attempt(Forbidden::ReadMemory)),
    ]
}

fn privileges() -> Vec<ProbeResult> {
    let root = Uid::ROOT;
    let limit = Rlimit { current: Some(0), maximum: Some(0) };
    let null = std::io::stdin();
    vec![
        result("mount", mount("none", "/", "tmpfs", MountFlags::empty(), None)),
        result("chroot", chroot("/")),
        result("setuid", set_thread_res_uid(root, root, root)),
        result("unshare", attempt(Forbidden::Unshare)),
        result("setns", move_into_link_name_space(null.as_fd(), Some(LinkNameSpaceType::Network))),
        result("set the host name", rustix::system::sethostname(b"probe")),
        result("set a resource limit", setrlimit(Resource::Core, limit)),
        result("allow dumps", allow_dumps()),
        result("personality", attempt(Forbidden::Personality)),
        result("keyctl", attempt(Forbidden::Keyring)),
        result("bpf", attempt(Forbidden::Bpf)),
        result("io_uring", attempt(Forbidden::IoUring)),
        result("userfaultfd", attempt(Forbidden::UserFault)),
        result("perf_event_open", attempt(Forbidden::PerfEvents)),
    ]
}

fn allow_dumps() -> Result<(), Errno> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable)
}
