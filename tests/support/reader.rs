//! A strict reader of the two text formats, written from their specifications and from nothing of
//! this crate: what it accepts, every scraper does. It says the first thing that is wrong.

use std::collections::BTreeSet;

/// Which format a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Prometheus text 0.0.4.
    Plain,
    /// OpenMetrics text 1.0.0.
    OpenMetrics,
}

/// A family with its samples, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) kind: String,
    pub(crate) samples: Vec<Sample>,
}

/// One line of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    /// Unescaped, in the order of the line.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) value: f64,
}

/// Reads a whole exposition.
pub(crate) fn read(text: &str, dialect: Dialect) -> Result<Vec<Family>, String> {
    let body = match dialect {
        Dialect::Plain => text.strip_suffix('\n').ok_or("the last line does not end")?,
        Dialect::OpenMetrics => text.strip_suffix("\n# EOF\n").ok_or("the text does not end with # EOF")?,
    };
    let mut families: Vec<Family> = Vec::new();
    let mut names = BTreeSet::new();
    let mut series = BTreeSet::new();
    let mut lines = body.split('\n').peekable();
    while let Some(line) = lines.next() {
        let wrong = |what: &str| format!("{what}: {line}");
        if let Some(header) = line.strip_prefix("# HELP ") {
            let (name, help) = header.split_once(' ').ok_or_else(|| wrong("HELP without a text"))?;
            let kind = lines.next().and_then(|next| next.strip_prefix("# TYPE ")).ok_or_else(|| wrong("no TYPE"))?;
            let kind = kind.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(|| wrong("TYPE"))?;
            if let Some(unit) = lines.next_if(|next| next.starts_with("# UNIT ")) {
                let unit = unit.strip_prefix(&format!("# UNIT {name} ")).ok_or_else(|| wrong("UNIT of another"))?;
                if dialect == Dialect::Plain || !name.ends_with(&format!("_{unit}")) {
                    return Err(wrong("a UNIT that does not belong here"));
                }
            }
            if !is_name(name) || !kinds(dialect).contains(&kind) || !names.insert(name.to_owned()) {
                return Err(wrong("a bad or repeated family"));
            }
            let (name, help, kind) = (name.to_owned(), help.to_owned(), kind.to_owned());
            families.push(Family { name, help, kind, samples: Vec::new() });
            continue;
        }
        let sample = sample(line).ok_or_else(|| wrong("no sample and no header"))?;
        let family = families.last_mut().ok_or_else(|| wrong("a sample before any header"))?;
        if !belongs(&sample, family, dialect) {
            return Err(wrong("a sample of another family"));
        }
        let mut labels = sample.labels.clone();
        labels.sort();
        if sample.value.is_nan() || !series.insert((sample.name.clone(), labels)) {
            return Err(wrong("NaN or a series that was there before"));
        }
        family.samples.push(sample);
    }
    match families.iter().find(|family| family.samples.is_empty()) {
        Some(empty) => Err(format!("{} has no samples", empty.name)),
        None => Ok(families),
    }
}

fn kinds(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Plain => &["gauge", "counter", "histogram"],
        Dialect::OpenMetrics => &["gauge", "counter", "histogram", "info"],
    }
}

/// Whether a sample has a name that its family's type allows.
fn belongs(sample: &Sample, family: &Family, dialect: Dialect) -> bool {
    let Some(suffix) = sample.name.strip_prefix(&family.name) else { return false };
    match (family.kind.as_str(), dialect) {
        ("histogram", _) => matches!(suffix, "_bucket" | "_sum" | "_count"),
        ("counter", Dialect::OpenMetrics) => suffix == "_total" && sample.value >= 0.0,
        ("counter", Dialect::Plain) => suffix.is_empty() && sample.name.ends_with("_total") && sample.value >= 0.0,
        ("info", _) => suffix == "_info" && (sample.value - 1.0).abs() < f64::EPSILON,
        _ => suffix.is_empty(),
    }
}

/// `name{label="value",…} number`, and nothing behind it.
fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at_checked(end)?;
    let mut labels: Vec<(String, String)> = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, quoted) = rest.split_once("=\"")?;
            let (value, behind) = unquoted(quoted)?;
            if !is_name(label) || label.contains(':') || labels.iter().any(|(known, _)| known == label) {
                return None;
            }
            labels.push((label.to_owned(), value));
            rest = match behind.strip_prefix(',') {
                Some(more) => more,
                None => break rest = behind.strip_prefix('}')?,
            };
        }
    }
    let number = rest.strip_prefix(' ')?;
    let value = match number {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        _ if number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.e".contains(&byte)) => number.parse().ok()?,
        _ => return None,
    };
    is_name(name).then(|| Sample { name: name.to_owned(), labels, value })
}

/// A label's value up to its closing quote, and what stands behind that.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        value.push(match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => match letters.next()? {
                'n' => '\n',
                plain @ ('\\' | '"') => plain,
                _ => return None,
            },
            plain => plain,
        });
    }
}

fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    text.starts_with(letter) && text.chars().all(|c| letter(c) || c.is_ascii_digit())
}
