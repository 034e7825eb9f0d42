//! Quotas as an operator writes them: "60, then 1 every 2 s", or "off".

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Limit;
use crate::settings::parse_duration;

/// So many at once, and one more each time `refill` has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many may come at once, from 1.
    pub burst: u32,
    /// How long it takes until one more may come; above zero.
    pub refill: Duration,
}

/// The quotas of one limit. None: nothing is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// For one address (a /64 network of IPv6).
    #[serde(deserialize_with = "quota")]
    pub requester: Option<Quota>,
    /// For one account, app or name.
    #[serde(deserialize_with = "quota")]
    pub subject: Option<Quota>,
}

/// The quotas of every limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaTable([Quotas; Limit::ALL.len()]);

impl QuotaTable {
    /// Those of `limit`.
    pub fn of(&self, limit: Limit) -> Quotas {
        self.0[limit as usize]
    }
}

impl<'de> Deserialize<'de> for QuotaTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<Limit, Quotas>::deserialize(deserializer)?;
        let mut table = [Quotas::default(); Limit::ALL.len()];
        for limit in Limit::ALL {
            let quotas = given.get(&limit).ok_or_else(|| D::Error::custom(format!("`{}` is missing", limit.name())))?;
            table[limit as usize] = *quotas;
        }
        Ok(Self(table))
    }
}

fn quota<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Quota>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == "off" {
        return Ok(None);
    }
    parse(&text).map(Some).ok_or_else(|| {
        D::Error::custom(format!("\"{text}\" is not a quota such as \"60, then 1 every 2 s\" or \"off\""))
    })
}

fn parse(text: &str) -> Option<Quota> {
    let (burst, refill) = text.split_once(", then 1 every ")?;
    let burst = burst.parse().ok().filter(|burst| *burst > 0)?;
    Some(Quota { burst, refill: parse_duration(refill)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_reads_as_a_sentence() {
        let expected = Quota { burst: 60, refill: Duration::from_secs(2) };
        assert_eq!(parse("60, then 1 every 2 s"), Some(expected));
        for text in
            ["", "60", "0, then 1 every 2 s", "60, then 2 every 2 s", "60, then 1 every 2", "-1, then 1 every 2 s"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_limit_stands_at_its_own_place_in_the_table() {
        for (place, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, place, "{}", limit.name());
        }
    }
}
