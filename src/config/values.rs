//! Single values: from the words of the file to numbers, times and addresses in range. Each
//! function judges one text alone and knows neither its place nor its key.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::tz::TimeZone;
use url::Url;

use super::{mask, suggest};

mod cloud;

pub(super) use cloud::{header, iam_project, region};

/// More of a value does not help whoever reads the message.
const MAX_QUOTED: usize = 60;

/// Why a value cannot be used, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

/// A word of the file as messages quote it: in backticks, short, printable, without secrets.
pub(super) fn quoted(text: &str) -> String {
    let masked = mask::text(text);
    let mut letters = masked.chars();
    let mut shown: String =
        letters.by_ref().take(MAX_QUOTED).map(|letter| if letter == '`' { '\'' } else { letter }).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A span of time with its unit, as `90s` or `1h 30m`.
pub(super) fn duration(text: &str, range: &RangeInclusive<Duration>) -> Result<Duration, Problem> {
    let example = "write a number with its unit, as in `30s`, `5m` or `1h 30m`";
    let digits = text.split(|letter: char| !letter.is_ascii_digit());
    // Longer ones are out of range in any unit, and would only find the limits of arithmetic.
    if text.len() > 60 || digits.map(str::len).max() > Some(9) {
        return Err(Problem::new(format!("{} is no span of time", quoted(text)), example));
    }
    if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || letter == '.') {
        return Err(Problem::new(format!("{} has no unit", quoted(text)), format!("write a unit, as in `{text}s`")));
    }
    let value = humantime::parse_duration(text)
        .map_err(|_| Problem::new(format!("{} is no span of time", quoted(text)), example))?;
    let (least, most) = (range.start(), range.end());
    if value < *least {
        let least = humantime::format_duration(*least);
        let message = format!("{} is too short", quoted(text));
        return Err(Problem::new(message, format!("give {least} at least")));
    }
    if value > *most {
        let most = humantime::format_duration(*most);
        let message = format!("{} is too long", quoted(text));
        return Err(Problem::new(message, format!("give {most} at most; `m` is minutes, `M` is months")));
    }
    Ok(value)
}

/// Less holds no answer at all; more would not fit where the exporter runs.
const SIZES: RangeInclusive<u64> = 1024..=4 * 1024 * 1024 * 1024;

/// A size, as `64MiB`, `500KB` or a plain number of bytes.
pub(super) fn bytes(text: &str) -> Result<usize, Problem> {
    const UNITS: [(&str, u64); 8] = [
        ("", 1),
        ("B", 1),
        ("KB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];
    let no_size = || {
        Problem::new(
            format!("{} is no size", quoted(text)),
            "write a whole number with a unit, as in `64MiB` or `500KB`; without one it is bytes",
        )
    };
    let (number, unit) = match text.split_once(|letter: char| !letter.is_ascii_digit()) {
        None => (text, ""),
        Some((number, _)) => (number, text.strip_prefix(number).unwrap_or_default().trim()),
    };
    let number: u64 = number.parse().map_err(|_| no_size())?;
    let factor = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))
        .map(|(_, factor)| *factor)
        .ok_or_else(no_size)?;
    let value = number.saturating_mul(factor);
    if !SIZES.contains(&value) {
        return Err(Problem::new(format!("{} is out of range", quoted(text)), "give a size between 1KiB and 4GiB"));
    }
    usize::try_from(value).map_err(|_| no_size())
}

/// A whole number.
pub(super) fn count(text: &str, range: &RangeInclusive<usize>) -> Result<usize, Problem> {
    let (least, most) = (range.start(), range.end());
    let help = format!("give a whole number between {least} and {most}");
    match text.parse::<usize>() {
        Ok(value) if range.contains(&value) => Ok(value),
        Ok(_) => Err(Problem::new(format!("{} is out of range", quoted(text)), help)),
        Err(_) => Err(Problem::new(format!("{} is no whole number", quoted(text)), help)),
    }
}

/// A decimal number above 0, without an exponent.
pub(super) fn rate(text: &str, most: f64) -> Result<f64, Problem> {
    const LEAST: f64 = 0.001;
    let help = format!("give a number from {LEAST} to {most}, as in `10` or `0.5`");
    let is_decimal = text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    match text.parse::<f64>() {
        Ok(value) if is_decimal && (LEAST..=most).contains(&value) => Ok(value),
        Ok(_) if is_decimal || text.starts_with('-') => {
            Err(Problem::new(format!("{} is out of range", quoted(text)), help))
        }
        _ => Err(Problem::new(format!("{} is no decimal number", quoted(text)), help)),
    }
}

/// Whether a URL may hold `user:password@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// As of a proxy.
    Allowed,
    /// There are keys of their own for them.
    Refused,
}

/// The address of an HTTP server: scheme, host and perhaps port. Messages never repeat it, as it
/// may hold a password.
pub(super) fn address(text: &str, credentials: Credentials) -> Result<Url, Problem> {
    let scheme = "write `http://…` or `https://…`";
    match text.split_once("://") {
        None => return Err(Problem::new("a URL needs a scheme", scheme)),
        Some((name, _)) if !["http", "https"].iter().any(|known| name.eq_ignore_ascii_case(known)) => {
            return Err(Problem::new("only `http` and `https` are possible here", scheme));
        }
        Some(_) => {}
    }
    if text.contains(char::is_whitespace) || text.contains('\\') {
        return Err(Problem::new("a URL holds no blanks and no `\\`", "write it as in `https://oms.example.com:8089`"));
    }
    let url = Url::parse(text).map_err(|error| {
        Problem::new(format!("not a URL: {error}"), "write it as in `https://oms.example.com:8089`")
    })?;
    let only = "give scheme, host and port only, as in `https://oms.example.com:8089`";
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Problem::new("a query (`?…`) or fragment (`#…`) has no place here", only));
    }
    if url.path() != "/" {
        return Err(Problem::new(format!("the path {} has no place here", quoted(url.path())), only));
    }
    if credentials == Credentials::Refused && text.contains('@') {
        return Err(Problem::new(
            "a URL with a user or password in it is not accepted here",
            "move them to keys of their own and leave the host alone in the URL",
        ));
    }
    Ok(url)
}

/// A time zone by its IANA name.
pub(super) fn time_zone(text: &str) -> Result<TimeZone, Problem> {
    match TimeZone::get(text) {
        Ok(zone) if !zone.is_unknown() => Ok(zone),
        _ => {
            let database = jiff::tz::db();
            let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
            let help = match suggest::nearest(text, names.iter().map(String::as_str)) {
                Some(name) if text.contains('/') => format!("did you mean `{name}`?"),
                _ => "give an IANA name, as in `Asia/Shanghai`, or `UTC`; \
                      abbreviations and offsets are not names"
                    .to_owned(),
            };
            Err(Problem::new(format!("unknown time zone {}", quoted(text)), help))
        }
    }
}

/// A text that becomes the value of a label.
pub(super) fn label(text: &str, longest: usize) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new("this is empty", "write a text"));
    }
    if text.chars().any(char::is_control) {
        let message = format!("{} holds a control character", quoted(text));
        return Err(Problem::new(message, "write it in one line, without tabs or escapes"));
    }
    let length = text.chars().count();
    if length > longest {
        let message = format!("{} has {length} characters", quoted(text));
        return Err(Problem::new(message, format!("shorten it to {longest}")));
    }
    Ok(text.to_owned())
}

/// The id of a project, which goes into requests and labels as it is.
pub(super) fn id(text: &str) -> Result<String, Problem> {
    let id = label(text, 128)?;
    if id.contains(char::is_whitespace) {
        let message = format!("{} holds a blank", quoted(text));
        return Err(Problem::new(message, "write the id alone, one entry for each"));
    }
    Ok(id)
}

#[cfg(test)]
mod tests;
