//! The environment as providers read it: blanks around a value do not count, since a line break at
//! its end is what mounted secrets come with, and an empty variable is none.

use super::error::Miss;

/// The environment.
pub(super) struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl<'a> Variables<'a> {
    pub(super) fn new(read: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self(read)
    }

    /// A variable's value, which is not empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = (self.0)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A switch that is on.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Variables that are of use only together.
    ///
    /// # Errors
    /// That none is set, or which one is missing.
    pub(super) fn together<const N: usize>(&self, names: [&'static str; N]) -> Result<[String; N], Miss> {
        let values = names.map(|name| self.get(name));
        let is_set = |wanted| names.iter().zip(&values).find(|(_, value)| value.is_some() == wanted);
        match (is_set(true), is_set(false)) {
            (Some((set, _)), Some((unset, _))) => Err(Miss::Half { set, unset }),
            (None, Some((unset, _))) => Err(Miss::Unset(unset)),
            _ => Ok(values.map(Option::unwrap_or_default)),
        }
    }
}
