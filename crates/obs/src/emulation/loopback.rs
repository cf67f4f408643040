//! The loopback interface of a new network namespace, which is down at first.

use rustix::io::{Errno, Result};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, sendto, socket};

/// The number of the loopback interface in every network namespace.
const LOOPBACK: u32 = 1;

// Of linux/netlink.h, linux/rtnetlink.h and linux/if.h.
const RTM_NEWLINK: u16 = 16;
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST_ACK: u16 = 1 | 4;
const IFF_UP: u32 = 1;
const LENGTH: u32 = 32;

/// Brings it up, by one message to the kernel.
pub(super) fn up() -> Result<()> {
    // No protocol is the first one, NETLINK_ROUTE.
    let kernel = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    sendto(&kernel, &request(), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut answer = [0; 256];
    let (length, _) = recv(&kernel, answer.as_mut_slice(), RecvFlags::empty())?;
    outcome(answer.get(..length).unwrap_or_default())
}

/// struct nlmsghdr, then struct ifinfomsg.
fn request() -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend(NLM_F_REQUEST_ACK.to_ne_bytes());
    message.extend([0; 8]); // number and port
    message.extend([0; 4]); // family, type
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes()); // flags
    message.extend(IFF_UP.to_ne_bytes()); // which of them to change
    message
}

/// The kernel's answer: struct nlmsghdr, then a negated error number, 0 where all is well.
fn outcome(answer: &[u8]) -> Result<()> {
    let kind = answer.get(4..6).and_then(|bytes| bytes.try_into().ok()).map(u16::from_ne_bytes);
    let code = answer.get(16..20).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
    match (kind, code) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(code)) => Err(Errno::from_raw_os_error(code.saturating_neg())),
        _ => Err(Errno::BADMSG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_it_says() {
        assert_eq!(u32::try_from(request().len()), Ok(LENGTH));
    }

    #[test]
    fn answers_are_read() {
        let answer = |kind: u16, code: i32| {
            [&[0; 4], kind.to_ne_bytes().as_slice(), &[0; 10], &code.to_ne_bytes()].concat()
        };
        assert_eq!(outcome(&answer(NLMSG_ERROR, 0)), Ok(()));
        assert_eq!(outcome(&answer(NLMSG_ERROR, -1)), Err(Errno::PERM));
        assert_eq!(outcome(&answer(RTM_NEWLINK, 0)), Err(Errno::BADMSG));
        assert_eq!(outcome(&[]), Err(Errno::BADMSG));
    }
}
