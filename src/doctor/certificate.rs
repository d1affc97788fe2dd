//! The few fields of an X.509 certificate that people ask for: names, issuer, dates. It judges
//! nothing, it only reads; a certificate that it cannot read is none.
//!
//! Document: RFC 5280, section 4.1; the encoding is DER.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, the version; `[3]`, the extensions.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// The names of a host in the extension: a DNS name, an address.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

/// Names that are shown, and letters of each.
const SHOWN_NAMES: usize = 4;
const SHOWN_CHARS: usize = 100;

/// A server's certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The hosts that it is for.
    pub(super) names: Vec<String>,
    /// Who signed it.
    pub(super) issuer: Option<String>,
    /// When it ends.
    pub(super) until: Option<Timestamp>,
}

impl Certificate {
    /// Reads a certificate in DER.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let (_, whole, _) = value(der)?;
        let (_, signed, _) = value(whole)?;
        let mut fields = Values(signed).skip_while(|(tag, _)| *tag == VERSION);
        // The serial number and the algorithm.
        let mut fields = fields.by_ref().skip(2);
        let (_, issuer) = fields.next()?;
        let (_, validity) = fields.next()?;
        let (_, subject) = fields.next()?;
        let extensions = fields.find(|(tag, _)| *tag == EXTENSIONS).map(|(_, inside)| inside);
        let mut names = extensions.map(alternative_names).unwrap_or_default();
        if names.is_empty() {
            names.extend(person(subject));
        }
        let until = Values(validity).nth(1).and_then(|(tag, text)| moment(tag, text));
        Some(Self { names, issuer: person(issuer), until })
    }

    /// For whom, by whom, until when.
    pub(super) fn words(&self) -> String {
        let mut names = self.names.iter().take(SHOWN_NAMES).cloned().collect::<Vec<_>>().join(", ");
        if self.names.len() > SHOWN_NAMES {
            names.push_str(", …");
        }
        let names = if names.is_empty() { "nobody".to_owned() } else { names };
        let issuer = self.issuer.as_deref().unwrap_or("somebody unnamed");
        let until = self.until.map_or_else(
            || "without an end".to_owned(),
            |until| format!("until {}", until.to_zoned(TimeZone::UTC).date()),
        );
        format!("certificate for {names}, signed by {issuer}, {until}")
    }

    /// Whole days until it ends; negative once it has.
    pub(super) fn days_left(&self, now: SystemTime) -> Option<i64> {
        let now = Timestamp::try_from(now).ok()?;
        Some((self.until?.as_second() - now.as_second()).div_euclid(86_400))
    }
}

/// One value: its tag, its contents, and what comes behind it.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        (digits.iter().fold(0, |length, digit| length * 256 + usize::from(*digit)), rest)
    };
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((*tag, inside, behind))
}

/// The values in a row, up to the first that cannot be read.
struct Values<'a>(&'a [u8]);

impl<'a> Iterator for Values<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, inside, behind) = value(self.0)?;
        self.0 = behind;
        Some((tag, inside))
    }
}

/// The common name of a subject or issuer, or its organisation.
fn person(name: &[u8]) -> Option<String> {
    let find = |wanted: &[u8]| {
        let sets = Values(name).filter(|(tag, _)| *tag == SET).flat_map(|(_, set)| Values(set));
        let mut pairs = sets.filter_map(|(_, pair)| {
            let mut pair = Values(pair);
            Some((pair.next()?.1, pair.next()?.1))
        });
        pairs.find(|(kind, _)| *kind == wanted).map(|(_, text)| shown(text))
    };
    find(COMMON_NAME).or_else(|| find(ORGANISATION))
}

/// The hosts that an extension names.
fn alternative_names(extensions: &[u8]) -> Vec<String> {
    let list = Values(extensions).filter(|(tag, _)| *tag == SEQUENCE).flat_map(|(_, list)| Values(list));
    let names = list.filter_map(|(_, extension)| {
        let mut fields = Values(extension);
        let is_it = fields.next().is_some_and(|(tag, kind)| tag == OID && kind == ALTERNATIVE_NAMES);
        let octets = fields.find(|(tag, _)| *tag == OCTETS).filter(|_| is_it)?.1;
        Values(octets).next()
    });
    names.flat_map(|(_, names)| Values(names)).filter_map(host).collect()
}

fn host((tag, bytes): (u8, &[u8])) -> Option<String> {
    match tag {
        DNS_NAME => Some(shown(bytes)),
        IP_ADDRESS => match bytes.len() {
            4 => <[u8; 4]>::try_from(bytes).ok().map(|bytes| Ipv4Addr::from(bytes).to_string()),
            _ => <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string()),
        },
        _ => None,
    }
}

/// `YYMMDDHHMMSSZ`, where 50 is 1950, or the same with four digits of the year.
fn moment(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let whole = match tag {
        UTC_TIME if text.as_bytes().first().is_some_and(|decade| *decade < b'5') => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", whole).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Text of somebody else, fit for a terminal.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn der(names: &[&str], year: i32) -> Vec<u8> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = date_time_ymd(year, 3, 4);
        params.distinguished_name.push(DnType::CommonName, "Some CA");
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn names_issuer_and_end_are_read() {
        for (year, days) in [(2027, 102), (2060, 12_156), (2026, -263)] {
            let read = Certificate::read(&der(&["oms.example.com", "10.0.0.7", "::1"], year)).unwrap();
            assert_eq!(read.names, ["oms.example.com", "10.0.0.7", "::1"]);
            assert_eq!(
                read.words(),
                format!("certificate for oms.example.com, 10.0.0.7, ::1, signed by Some CA, until {year}-03-04")
            );
            let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_300_000);
            assert_eq!(read.days_left(now), Some(days), "{year}");
        }
    }

    #[test]
    fn without_names_of_hosts_it_is_for_its_subject() {
        assert_eq!(Certificate::read(&der(&[], 2060)).unwrap().names, ["Some CA"]);
    }

    /// Servers may send anything.
    #[test]
    fn broken_ones_do_no_harm() {
        let good = der(&["oms.example.com"], 2060);
        for end in 0..good.len() {
            drop(Certificate::read(&good[..end]));
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0xff;
            drop(Certificate::read(&bad));
        }
        assert_eq!(Certificate::read(&[]), None);
        assert_eq!(Certificate::read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
