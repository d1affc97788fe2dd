//! Which format and encoding a scraper wants, from `Accept` and `Accept-Encoding`. Whatever a
//! header says, there is an answer: the plain text format is everybody's.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING};

use crate::metrics::Format;

/// OpenMetrics where it is asked for at least as much as plain text, else plain text.
pub(super) fn format(headers: &HeaderMap) -> Format {
    let wants = |range: &Range<'_>| match range.name.to_ascii_lowercase().as_str() {
        "application/openmetrics-text" if range.version.is_none_or(|version| version == "1.0.0") => {
            Some(Format::OpenMetrics)
        }
        "text/plain" | "text/*" | "*/*" => Some(Format::Text),
        _ => None,
    };
    let best = |format: Format| {
        let matching = ranges(headers, &ACCEPT).filter(move |range| wants(range) == Some(format));
        matching.map(|range| range.quality).fold(0.0, f32::max)
    };
    let open_metrics = best(Format::OpenMetrics);
    if open_metrics > 0.0 && open_metrics >= best(Format::Text) { Format::OpenMetrics } else { Format::Text }
}

/// Whether gzip is accepted: named with a quality above 0, or covered by `*` and not refused.
pub(super) fn gzip(headers: &HeaderMap) -> bool {
    let quality = |name: &str| {
        let mut named = ranges(headers, &ACCEPT_ENCODING).filter(move |range| range.name.eq_ignore_ascii_case(name));
        named.next().map(|range| range.quality)
    };
    quality("gzip").or_else(|| quality("*")).is_some_and(|quality| quality > 0.0)
}

/// One member of such a header.
struct Range<'a> {
    name: &'a str,
    version: Option<&'a str>,
    quality: f32,
}

/// The members of a header, however many lines it has.
fn ranges<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> impl Iterator<Item = Range<'a>> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(range)
}

fn range(text: &str) -> Range<'_> {
    let mut parts = text.split(';').map(str::trim);
    let mut range = Range { name: parts.next().unwrap_or_default(), version: None, quality: 1.0 };
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        match key.trim() {
            "q" | "Q" => range.quality = value.trim().parse().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0),
            key if key.eq_ignore_ascii_case("version") => range.version = Some(value.trim().trim_matches('"')),
            _ => {}
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        let Ok(value) = HeaderValue::from_str(value) else { return HeaderMap::new() };
        HeaderMap::from_iter([(ACCEPT, value.clone()), (ACCEPT_ENCODING, value)])
    }

    #[test]
    fn prometheus_gets_open_metrics_and_a_browser_plain_text() {
        let cases = [
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                Format::OpenMetrics,
            ),
            ("application/openmetrics-text; version=1.0.0", Format::OpenMetrics),
            ("application/openmetrics-text", Format::OpenMetrics),
            (
                "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                Format::Text,
            ),
            ("text/plain;version=0.0.4;q=1,application/openmetrics-text;version=1.0.0;q=0.5", Format::Text),
            ("application/openmetrics-text;q=0", Format::Text),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Format::Text),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                Format::Text,
            ),
            ("", Format::Text),
        ];
        for (accept, wanted) in cases {
            assert_eq!(format(&accepting(accept)), wanted, "{accept}");
        }
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (accept, wanted) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("gzip;q=0, *", false),
            ("*", true),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(gzip(&accepting(accept)), wanted, "{accept}");
        }
    }

    proptest! {
        #[test]
        fn any_header_gets_an_answer(value in "[ -~]{0,80}") {
            let headers = accepting(&value);
            let _ = (format(&headers), gzip(&headers));
        }
    }
}
