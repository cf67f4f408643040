//! The child's first act: it gives away everything it has but its socket.
//!
//! Order matters. Mounts need the capabilities that are dropped next; the uid is changed while the right to
//! change it is still there; the kernel forgets the death signal when the uid changes, so it is set again last.

use crate::error::{trying, trying_io};
use crate::orders::Orders;
use crate::{Ceilings, WallsError, spawn};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags,
};
use rustix::mount::{
    fsconfig_create, fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount,
    unmount,
};
use rustix::process::{
    DumpableBehavior, Pid, Resource, Rlimit, Signal, chdir, fchdir, getpid, getrlimit, pivot_root,
    set_dumpable_behavior, set_parent_process_death_signal, setrlimit, umask,
};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, Gid, LinkNameSpaceType, Uid,
    clear_ambient_capability_set, move_into_link_name_space, remove_capability_from_bounding_set,
    set_capabilities, set_capabilities_secure_bits, set_no_new_privs, set_thread_groups, set_thread_res_gid,
    set_thread_res_uid,
};
use skink_protocol::{Channel, Received};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// Threads of the child.
const MAX_THREADS: u64 = 64;

/// The orders are in the socket before the program starts, so this is never waited out.
const ORDERS: Duration = Duration::from_secs(10);

/// Builds the outer walls around this process, and returns its socket to the parent.
///
/// Call it first, with one thread, in a program that a [`crate::Spawner`] has started. After an error the
/// process is in no defined state: print the error and exit.
pub fn enter() -> Result<Channel, WallsError> {
    if getpid() != Pid::INIT {
        return Err(WallsError::NotSpawned);
    }
    let socket = spawn::inherited_socket().ok_or(WallsError::NotSpawned)?;
    if !spawn::single_threaded() {
        return Err(WallsError::Threads);
    }
    let mut channel = Channel::new(socket);
    let Received { message: orders, descriptors } =
        channel.receive::<Orders>(Some(Instant::now() + ORDERS))?;
    let orders = orders.check()?;
    match (orders.owner, descriptors.as_slice()) {
        (Some(_), [mounts]) => copy_of_empty_root(mounts)?,
        (None, []) => empty_root()?,
        _ => return Err(WallsError::Strangers),
    }
    drop(descriptors);
    rustix::system::sethostname(b"skink").map_err(trying("set the host name"))?;
    limit_resources()?;
    lower(orders.ceilings)?;
    drop_capabilities_for_later()?;
    if let Some((uid, gid)) = orders.owner {
        change_owner(uid, gid)?;
    }
    drop_capabilities()?;
    set_no_new_privs(true).map_err(trying("give up new privileges"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(trying("forbid dumps"))?;
    umask(Mode::WGRP | Mode::WOTH);
    die_with_parent(&channel)?;
    Ok(channel)
}

/// Goes to a new mount namespace that holds nothing but a copy of the one mount in `mounts`.
fn copy_of_empty_root(mounts: &OwnedFd) -> Result<(), WallsError> {
    move_into_link_name_space(mounts.as_fd(), Some(LinkNameSpaceType::Mount))
        .map_err(trying("enter the mount namespace with the empty root"))?;
    spawn::own_mounts().map_err(trying_io("make a mount namespace"))
}

/// Goes to a new mount namespace that holds nothing but an empty, read-only file system, which is the root.
pub(crate) fn empty_root() -> Result<(), WallsError> {
    spawn::own_mounts().map_err(trying_io("make a mount namespace"))?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(trying("make the mounts private"))?;
    let root = empty_mount().map_err(trying("make an empty file system"))?;
    // Over the old root: that needs no folder to mount on.
    move_mount(&root, "", CWD, "/", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .map_err(trying("mount the empty root"))?;
    fchdir(&root).map_err(trying("go to the empty root"))?;
    // With the same folder twice the old root lies on top of the new one, and is taken off from there.
    pivot_root(".", ".").map_err(trying("make the empty root the root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(trying("detach the old root"))?;
    chdir("/").map_err(trying("go to the root"))
}

fn empty_mount() -> Result<OwnedFd, Errno> {
    let tmpfs = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in [("size", "4096"), ("nr_inodes", "1"), ("mode", "0555")] {
        fsconfig_set_string(&tmpfs, key, value)?;
    }
    fsconfig_set_flag(&tmpfs, "ro")?;
    fsconfig_create(&tmpfs)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&tmpfs, FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

fn limit_resources() -> Result<(), WallsError> {
    limit(&[
        (Resource::Core, 0),
        (Resource::Nproc, MAX_THREADS),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
    ])
}

/// Lowers the limits of this process to `ceilings`. There is no way back.
///
/// A child that was spawned before its parent knew what it would be for calls it once it knows itself, between
/// [`enter`] and [`crate::lock`], after which no limit can be changed.
pub fn lower(ceilings: Ceilings) -> Result<(), WallsError> {
    limit(&[
        (Resource::Cpu, ceilings.cpu_seconds),
        (Resource::Fsize, ceilings.file_size.0),
        (Resource::Nofile, ceilings.descriptors),
        (Resource::Data, ceilings.data.0),
    ])
}

/// Where the limit is lower already, as it may be for whoever started the parent, it stays.
fn limit(limits: &[(Resource, u64)]) -> Result<(), WallsError> {
    for (resource, limit) in limits.iter().copied() {
        let limit = getrlimit(resource).maximum.map_or(limit, |hard| hard.min(limit));
        let both = Rlimit { current: Some(limit), maximum: Some(limit) };
        setrlimit(resource, both).map_err(trying("limit a resource"))?;
    }
    Ok(())
}

/// No later `exec`, uid change or ambient set can give a capability back.
fn drop_capabilities_for_later() -> Result<(), WallsError> {
    // The kernel may know more capabilities than rustix; it answers EINVAL beyond its last.
    for bit in 0..u64::BITS {
        match remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit)) {
            Ok(()) => {}
            Err(Errno::INVAL) => break,
            Err(errno) => return Err(trying("drop a capability for good")(errno)),
        }
    }
    let locked = CapabilitiesSecureBits::NO_ROOT
        | CapabilitiesSecureBits::NO_ROOT_LOCKED
        | CapabilitiesSecureBits::NO_SETUID_FIXUP
        | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
        | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED;
    set_capabilities_secure_bits(locked).map_err(trying("lock the secure bits"))
}

/// These calls change one thread only; [`enter`] has made sure that there is no other.
fn change_owner(uid: u32, gid: u32) -> Result<(), WallsError> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    set_thread_groups(&[]).map_err(trying("drop the groups"))?;
    set_thread_res_gid(gid, gid, gid).map_err(trying("change the gid"))?;
    set_thread_res_uid(uid, uid, uid).map_err(trying("change the uid"))
}

fn drop_capabilities() -> Result<(), WallsError> {
    clear_ambient_capability_set().map_err(trying("drop the ambient capabilities"))?;
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    set_capabilities(None, sets).map_err(trying("drop the capabilities"))
}

/// A parent that died before the signal was set has closed its end of the socket.
fn die_with_parent(channel: &Channel) -> Result<(), WallsError> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(trying("tie this process to its parent"))?;
    let mut state = [PollFd::new(channel, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut state, Some(&now)) {
        Ok(0) | Err(Errno::INTR) => Ok(()),
        Ok(_) => Err(skink_protocol::ProtocolError::Closed.into()),
        Err(errno) => Err(trying("look after the parent")(errno)),
    }
}
