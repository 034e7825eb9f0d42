//! A network of a setting: one address (`127.0.0.1`) or a block of them (`10.0.0.0/8`).

use std::net::IpAddr;

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// One address, or all that share a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` lies in this network; an IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`) counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl From<IpAddr> for Network {
    /// The network of that one address.
    fn from(address: IpAddr) -> Self {
        Self(address.into())
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let one = text.parse::<IpAddr>().map(IpNet::from);
        one.or_else(|_| text.parse::<IpNet>()).map(Self).map_err(|_| {
            D::Error::custom(format!(
                "\"{text}\" is not an address or a network such as \"127.0.0.1\" or \"10.0.0.0/8\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Result<Network, toml::de::Error> {
        Network::deserialize(toml::Value::String(text.to_owned()))
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        let one = network("127.0.0.1").expect("an address");
        assert!(one.contains("127.0.0.1".parse().expect("an address")));
        assert!(one.contains("::ffff:127.0.0.1".parse().expect("an address")));
        assert!(!one.contains("127.0.0.2".parse().expect("an address")));
    }

    #[test]
    fn a_block_holds_what_shares_its_prefix() {
        let block = network("10.0.0.0/8").expect("a block");
        assert!(block.contains("10.255.1.2".parse().expect("an address")));
        assert!(!block.contains("11.0.0.1".parse().expect("an address")));
        assert!(network("10.0.0.0/33").is_err() && network("localhost").is_err());
    }
}
