//! The shapes of lenient JSON: scalars kept raw, objects and lists that accept anything, and the
//! [`wire!`] macro that declares an object by the fields somebody wants from it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A scalar as it stands in the answer, its meaning not yet asked for. A missing key and `null`
/// are the same nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leaf<'a>(Option<&'a RawValue>);

impl<'a> Leaf<'a> {
    /// The raw JSON text, blanks around it removed; none for a missing key and `null`.
    pub(super) fn raw(self) -> Option<&'a str> {
        self.0.map(RawValue::get).filter(|raw| *raw != "null")
    }

    /// A missing key or `null`.
    pub(in crate::source) fn is_nothing(self) -> bool {
        self.raw().is_none()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Leaf<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

/// An object, or what stood in its place.
#[derive(Clone, Debug, Default)]
pub(crate) enum Obj<T> {
    /// A missing key, `null`, `""` or `"null"`.
    #[default]
    Absent,
    /// The object.
    Given(T),
    /// Something that is no object.
    Unreadable,
}

/// A list, or one object in the place of a list of one.
#[derive(Clone, Debug, Default)]
pub(crate) enum Many<T> {
    /// A missing key, `null`, `""` or `"null"`.
    #[default]
    Absent,
    /// The members, each read for itself.
    Given(Vec<Obj<T>>),
    /// Something that is neither a list nor an object.
    Unreadable,
}

/// An object whose keys are data, such as a count by rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs<'a>(pub(crate) Vec<(String, Leaf<'a>)>);

/// An object that can be read from its members; [`wire!`] writes the implementation.
pub(crate) trait Shape<'de>: Sized {
    /// Takes the members that are wanted and skips the rest.
    fn members<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

impl<'de> Shape<'de> for Pairs<'de> {
    fn members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut pairs = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            pairs.push((key, map.next_value()?));
        }
        Ok(Self(pairs))
    }
}

/// A key that is data. Keys are read as bytes: one that is no text must not end the reading.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(AnyKey)
    }
}

struct AnyKey;

impl Visitor<'_> for AnyKey {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Key, E> {
        Ok(Key(String::from_utf8_lossy(key).into_owned()))
    }
}

/// Picks the declared field that a key of the answer means, or `""` for a key nobody wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyOf(pub(crate) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for KeyOf {
    type Value = &'static str;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.iter().copied().find(|field| same_key(key, field)).unwrap_or_default())
    }
}

/// `syncDelay`, `SyncDelay`, `sync_delay` and `sync-delay` are one key. Most keys differ in their
/// first letter, so this ends early.
fn same_key(key: &[u8], field: &str) -> bool {
    let plain = |byte: &u8| !matches!(byte, b'_' | b'-');
    let mut left = key.iter().copied().filter(plain);
    let mut right = field.bytes().filter(plain);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            _ => return false,
        }
    }
}

/// Reads the members of text that is known to be an object.
struct Members<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::members(map)
    }
}

/// What stands in the place of an object is first taken as text: a number that is too large or a
/// string that is no text would otherwise break off the reading of the whole answer.
impl<'de, T: Shape<'de>> Deserialize<'de> for Obj<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        if raw.starts_with('{') {
            let members = serde_json::Deserializer::from_str(raw).deserialize_map(Members(PhantomData));
            return members.map(Self::Given).map_err(D::Error::custom);
        }
        Ok(if stands_for_nothing(raw) { Self::Absent } else { Self::Unreadable })
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('[') {
            return serde_json::from_str(raw.get()).map(Self::Given).map_err(D::Error::custom);
        }
        Ok(match Obj::deserialize(raw).map_err(D::Error::custom)? {
            Obj::Absent => Self::Absent,
            found @ Obj::Given(_) => Self::Given(vec![found]),
            Obj::Unreadable => Self::Unreadable,
        })
    }
}

/// Every spelling of nothing.
fn stands_for_nothing(raw: &str) -> bool {
    raw == "null" || unquoted(raw).is_some_and(|text| is_nothing(&text))
}

/// A JSON string's text; without a copy where nothing is escaped. None for a lone surrogate.
pub(super) fn unquoted(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// Blank text and the text `null` are nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text == "null"
}

/// Declares an object by the fields that are wanted from it. Keys match without regard to case and
/// separators; a key that comes twice counts as it came last; all others are skipped unread.
macro_rules! wire {
    ($(#[$doc:meta])* $name:ident < $life:lifetime $(, $inner:ident)? > {
        $($(#[$field_doc:meta])* $field:ident $(= $key:literal)? : $type:ty,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(in crate::source) struct $name<$life $(, $inner)?> {
            $($(#[$field_doc])* pub(in crate::source) $field: $type,)+
        }

        impl<$life $(, $inner)?> Default for $name<$life $(, $inner)?> {
            fn default() -> Self {
                Self { $($field: Default::default(),)+ }
            }
        }

        impl<$life $(, $inner: $crate::source::lenient::Shape<$life>)?>
            $crate::source::lenient::Shape<$life> for $name<$life $(, $inner)?>
        {
            fn members<A: serde::de::MapAccess<$life>>(mut map: A) -> Result<Self, A::Error> {
                const KEYS: &[&str] = &[$($crate::source::lenient::wire!(@key $field $($key)?)),+];
                let mut found = Self::default();
                while let Some(key) = map.next_key_seed($crate::source::lenient::KeyOf(KEYS))? {
                    $(if key == $crate::source::lenient::wire!(@key $field $($key)?) {
                        found.$field = map.next_value()?;
                        continue;
                    })+
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
                Ok(found)
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
}
pub(crate) use wire;
