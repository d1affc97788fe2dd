//! The shapes of lenient JSON: scalars kept raw, objects and lists that accept anything, and the
//! [`wire!`] macro that declares an object by the fields somebody wants from it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
pub(crate) struct Pairs<'a>(pub(crate) Vec<(Cow<'a, str>, Leaf<'a>)>);

/// An object that can be read from its members; [`wire!`] writes the implementation.
pub(crate) trait Shape<'de>: Sized {
    /// Takes the members that are wanted and skips the rest.
    fn members<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

impl<'de> Shape<'de> for Pairs<'de> {
    fn members<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            pairs.push((Cow::Owned(key), map.next_value()?));
        }
        Ok(Self(pairs))
    }
}

/// Picks the declared field that a key of the answer means, or `""` for a key nobody wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyOf(pub(crate) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyOf {
    type Value = &'static str;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().copied().find(|field| same_key(key, field)).unwrap_or_default())
    }
}

/// `syncDelay`, `SyncDelay`, `sync_delay` and `sync-delay` are one key. Most keys differ in their
/// first letter, so this ends early.
fn same_key(key: &str, field: &str) -> bool {
    let plain = |byte: &u8| !matches!(byte, b'_' | b'-');
    let mut left = key.bytes().filter(plain);
    let mut right = field.bytes().filter(plain);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            _ => return false,
        }
    }
}

/// Accepts anything in the place of an object.
struct AnyObject<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for AnyObject<T> {
    type Value = Obj<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Obj<T>, A::Error> {
        T::members(map).map(Obj::Given)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Obj<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Obj::Unreadable)
    }

    fn visit_unit<E>(self) -> Result<Obj<T>, E> {
        Ok(Obj::Absent)
    }

    fn visit_str<E>(self, text: &str) -> Result<Obj<T>, E> {
        Ok(if is_nothing(text) { Obj::Absent } else { Obj::Unreadable })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Obj<T>, E> {
        Ok(Obj::Unreadable)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Obj<T>, E> {
        Ok(Obj::Unreadable)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Obj<T>, E> {
        Ok(Obj::Unreadable)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Obj<T>, E> {
        Ok(Obj::Unreadable)
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Obj<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyObject(PhantomData))
    }
}

/// Accepts anything in the place of a list.
struct AnyList<T>(PhantomData<T>);

impl<T> AnyList<T> {
    fn one(found: Obj<T>) -> Many<T> {
        match found {
            Obj::Absent => Many::Absent,
            Obj::Given(_) => Many::Given(vec![found]),
            Obj::Unreadable => Many::Unreadable,
        }
    }
}

impl<'de, T: Shape<'de>> Visitor<'de> for AnyList<T> {
    type Value = Many<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = seq.next_element()? {
            members.push(member);
        }
        Ok(Many::Given(members))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
        AnyObject(PhantomData).visit_map(map).map(Self::one)
    }

    fn visit_unit<E>(self) -> Result<Many<T>, E> {
        Ok(Many::Absent)
    }

    fn visit_str<E>(self, text: &str) -> Result<Many<T>, E> {
        Ok(if is_nothing(text) { Many::Absent } else { Many::Unreadable })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Many<T>, E> {
        Ok(Many::Unreadable)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Many<T>, E> {
        Ok(Many::Unreadable)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Many<T>, E> {
        Ok(Many::Unreadable)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Many<T>, E> {
        Ok(Many::Unreadable)
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyList(PhantomData))
    }
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
