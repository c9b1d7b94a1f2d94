//! Who acts, for the audit trail and for permission.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use crate::{
    domain::id::StaffId,
    store::{audit::ActorKind, staff::StaffMember},
};

/// The part of the internet from which somebody acts: the /24 of an IPv4 address, the /48 of an IPv6 address. Within it, addresses cost
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    ///
    /// ```
    /// use public_question_time::service::actor::Network;
    /// let of = |address: &str| Network::of(address.parse().unwrap());
    /// assert_eq!(of("192.0.2.1"), of("192.0.2.200"));
    /// assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    /// assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::"));
    /// assert_ne!(of("2001:db8:1::"), of("2001:db8:2::"));
    /// ```
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80))),
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody signed in on the pages.
    Staff(StaffMember),
    /// A program with a token, for somebody.
    Program(StaffMember),
    /// A room's display with a token of its own. It acts for nobody, and only reads.
    Display,
    /// A member of the public, at this network where it is known.
    Questioner(Option<Network>),
    /// The service itself.
    System,
}

/// Who acts, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub who: Who,
    /// The request's identifier, as in the log.
    pub request_id: Option<String>,
}

impl Acting {
    /// The service itself.
    pub fn system() -> Self {
        Self {
            who: Who::System,
            request_id: None,
        }
    }

    /// A member of the public.
    pub fn questioner(request_id: Option<String>) -> Self {
        Self {
            who: Who::Questioner(None),
            request_id,
        }
    }

    /// Whether it is a member of the public, so that what they cause is limited.
    pub fn is_public(&self) -> bool {
        matches!(self.who, Who::Questioner(_))
    }

    /// The network from which a member of the public acts, where it is known.
    pub fn network(&self) -> Option<Network> {
        match self.who {
            Who::Questioner(network) => network,
            _ => None,
        }
    }

    /// How the audit trail calls them.
    pub fn kind(&self) -> ActorKind {
        match self.who {
            Who::Staff(_) => ActorKind::Staff,
            // what only reads is in no entry
            Who::Program(_) | Who::Display => ActorKind::Program,
            Who::Questioner(_) => ActorKind::Questioner,
            Who::System => ActorKind::System,
        }
    }

    /// The account, if there is one.
    pub fn member(&self) -> Option<&StaffMember> {
        match &self.who {
            Who::Staff(member) | Who::Program(member) => Some(member),
            Who::Display | Who::Questioner(_) | Who::System => None,
        }
    }

    /// The account's identifier, if there is one.
    pub fn staff_id(&self) -> Option<StaffId> {
        self.member().map(|member| member.id)
    }
}
