//! Addresses and networks: `ip`, `cidr` (apiserver `pkg/cel/library/ip.go`, `cidr.go`).

use std::net::IpAddr;

use cel::common::types::{CelBool, CelInt, CelString, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};

use super::opaque::{failed, opaque, text};
use super::{Answer, no_overload};

#[derive(Clone, Debug, PartialEq)]
struct Address(IpAddr);

opaque!(Address, ADDRESS, "net.IP");

#[derive(Clone, Debug, PartialEq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

opaque!(Network, NETWORK, "net.CIDR");

/// Adds the functions.
pub fn extend(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_type(ADDRESS.to_owned())?;
    env.add_type(NETWORK.to_owned())?;
    addresses(env)?;
    networks(env)
}

fn addresses(env: &mut Env) -> Result<(), DeclarationError> {
    let string = || vec![STRING_TYPE];
    env.add_overload("ip", "ip(string)", string(), |args| Ok(CowVal::owned(Address(parse_ip(text(&args, 0)?)?))))?;
    env.add_overload("isIP", "isIP(string)", string(), |args| answer(parse_ip(text(&args, 0)?).is_ok()))?;
    env.add_overload("ip.isCanonical", "ip.isCanonical(string)", string(), |args| {
        let given = text(&args, 0)?;
        answer(parse_ip(given)?.to_string() == given)
    })?;
    env.add_overload("string", "string(ip)", vec![ADDRESS.to_owned()], |args| {
        Ok(CowVal::owned(CelString::from(address(&args, 0)?.to_string())))
    })?;
    let ip = || ADDRESS.to_owned();
    env.add_member_overload("family", "ip.family()", ip(), vec![], |args| {
        Ok(CowVal::owned(CelInt::from(if address(&args, 0)?.is_ipv4() { 4 } else { 6 })))
    })?;
    env.add_member_overload("isUnspecified", "ip.isUnspecified()", ip(), vec![], |args| {
        answer(address(&args, 0)?.is_unspecified())
    })?;
    env.add_member_overload("isLoopback", "ip.isLoopback()", ip(), vec![], |args| {
        answer(address(&args, 0)?.is_loopback())
    })?;
    env.add_member_overload("isLinkLocalMulticast", "ip.isLinkLocalMulticast()", ip(), vec![], |args| {
        answer(match address(&args, 0)? {
            IpAddr::V4(it) => it.octets()[..3] == [224, 0, 0],
            IpAddr::V6(it) => it.segments()[0] & 0xff0f == 0xff02,
        })
    })?;
    env.add_member_overload("isLinkLocalUnicast", "ip.isLinkLocalUnicast()", ip(), vec![], |args| {
        answer(is_link_local(&address(&args, 0)?))
    })?;
    env.add_member_overload("isGlobalUnicast", "ip.isGlobalUnicast()", ip(), vec![], |args| {
        let it = address(&args, 0)?;
        let is_broadcast = matches!(it, IpAddr::V4(v4) if v4.is_broadcast());
        let is_special = it.is_unspecified() || it.is_loopback() || it.is_multicast() || is_link_local(&it);
        answer(!is_special && !is_broadcast)
    })
}

fn networks(env: &mut Env) -> Result<(), DeclarationError> {
    let (string, cidr) = (|| vec![STRING_TYPE], || NETWORK.to_owned());
    env.add_overload("cidr", "cidr(string)", string(), |args| Ok(CowVal::owned(parse_cidr(text(&args, 0)?)?)))?;
    env.add_overload("isCIDR", "isCIDR(string)", string(), |args| answer(parse_cidr(text(&args, 0)?).is_ok()))?;
    env.add_overload("string", "string(cidr)", vec![cidr()], |args| {
        let it = network(&args, 0)?;
        Ok(CowVal::owned(CelString::from(format!("{}/{}", it.address, it.bits))))
    })?;
    env.add_member_overload("containsIP", "cidr.containsIP(string)", cidr(), string(), |args| {
        answer(contains(&network(&args, 0)?, &parse_ip(text(&args, 1)?)?))
    })?;
    env.add_member_overload("containsIP", "cidr.containsIP(ip)", cidr(), vec![ADDRESS.to_owned()], |args| {
        answer(contains(&network(&args, 0)?, &address(&args, 1)?))
    })?;
    env.add_member_overload("containsCIDR", "cidr.containsCIDR(string)", cidr(), string(), |args| {
        answer(covers(&network(&args, 0)?, &parse_cidr(text(&args, 1)?)?))
    })?;
    env.add_member_overload("containsCIDR", "cidr.containsCIDR(cidr)", cidr(), vec![cidr()], |args| {
        answer(covers(&network(&args, 0)?, &network(&args, 1)?))
    })?;
    env.add_member_overload("ip", "cidr.ip()", cidr(), vec![], |args| {
        Ok(CowVal::owned(Address(network(&args, 0)?.address)))
    })?;
    env.add_member_overload("masked", "cidr.masked()", cidr(), vec![], |args| {
        let it = network(&args, 0)?;
        Ok(CowVal::owned(Network { address: masked(&it.address, it.bits), bits: it.bits }))
    })?;
    env.add_member_overload("prefixLength", "cidr.prefixLength()", cidr(), vec![], |args| {
        Ok(CowVal::owned(CelInt::from(i64::from(network(&args, 0)?.bits))))
    })
}

fn parse_ip(text: &str) -> Result<IpAddr, ExecutionError> {
    let parsed: Option<IpAddr> = text.parse().ok();
    let is_mapped = |it: &IpAddr| matches!(it, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    match parsed {
        Some(it) if is_mapped(&it) => Err(failed(format!("IPv4-mapped IPv6 address {text:?} is not allowed"))),
        Some(it) => Ok(it),
        None => Err(failed(format!("IP Address {text:?} parse error during conversion from string"))),
    }
}

fn parse_cidr(text: &str) -> Result<Network, ExecutionError> {
    let wrong = || failed("network address parse error during conversion from string");
    let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
    let address = parse_ip(address).map_err(|_| wrong())?;
    let bits: u8 = bits.parse().map_err(|_| wrong())?;
    let max = if address.is_ipv4() { 32 } else { 128 };
    if bits > max { Err(wrong()) } else { Ok(Network { address, bits }) }
}

fn number(address: &IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(it) => (u128::from(u32::from(*it)), 32),
        IpAddr::V6(it) => (u128::from(*it), 128),
    }
}

/// The address with everything beyond the first `bits` bits zero.
fn masked(address: &IpAddr, bits: u8) -> IpAddr {
    let (value, width) = number(address);
    let host = width - u32::from(bits);
    let value = if host >= 128 { 0 } else { value >> host << host };
    match address {
        IpAddr::V4(_) => IpAddr::V4(u32::try_from(value).unwrap_or(0).into()),
        IpAddr::V6(_) => IpAddr::V6(value.into()),
    }
}

fn contains(network: &Network, address: &IpAddr) -> bool {
    network.address.is_ipv4() == address.is_ipv4()
        && masked(&network.address, network.bits) == masked(address, network.bits)
}

fn covers(outer: &Network, inner: &Network) -> bool {
    outer.bits <= inner.bits && contains(outer, &inner.address)
}

fn is_link_local(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.segments()[0] & 0xffc0 == 0xfe80,
    }
}

fn address(args: &[CowVal<'_, '_>], i: usize) -> Result<IpAddr, ExecutionError> {
    let value = args.get(i).ok_or_else(no_overload)?;
    value.downcast_ref::<Address>().map(|it| it.0).ok_or_else(no_overload)
}

fn network(args: &[CowVal<'_, '_>], i: usize) -> Result<Network, ExecutionError> {
    let value = args.get(i).ok_or_else(no_overload)?;
    value.downcast_ref::<Network>().cloned().ok_or_else(no_overload)
}

fn answer<'b, 'v>(it: bool) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelBool::from(it)))
}
