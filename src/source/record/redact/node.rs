//! One level of JSON at a time, with everything that a tree of values would lose: the order of keys,
//! keys that come twice, and the digits of numbers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// One level of JSON.
pub(super) enum Node<'a> {
    /// An object in its own order.
    Map(Vec<(String, &'a RawValue)>),
    /// A list.
    List(Vec<&'a RawValue>),
    /// Text, without its quotes.
    Text(String),
    /// A number, a flag or `null`.
    Raw,
    /// Text with half a character in it.
    Unreadable,
}

impl<'a> Node<'a> {
    pub(super) fn of(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str::<Members<'a>>(text).map_or(Self::Unreadable, |map| Self::Map(map.0)),
            Some(b'[') => serde_json::from_str(text).map_or(Self::Unreadable, Self::List),
            Some(b'"') => serde_json::from_str(text).map_or(Self::Unreadable, Self::Text),
            _ => Self::Raw,
        }
    }
}

/// The members of an object in their order. Keys are read as bytes: one that is no text must not
/// end the reading.
struct Members<'a>(Vec<(String, &'a RawValue)>);

struct Key(String);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(All).map(Self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Key;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_bytes<E>(self, key: &[u8]) -> Result<Key, E> {
                Ok(Key(String::from_utf8_lossy(key).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Any)
    }
}
