//! Values at the edges of what is accepted.

use std::time::Duration;

use super::{Credentials, address, bytes, count, duration, id, label, quoted, rate, time_zone};

#[test]
fn spans_of_time_keep_to_their_range() {
    let range = Duration::from_secs(1)..=Duration::from_hours(24);
    assert_eq!(duration("1s", &range), Ok(Duration::from_secs(1)));
    assert_eq!(duration("1h 30m", &range), Ok(Duration::from_mins(90)));
    assert_eq!(duration("24h", &range), Ok(Duration::from_hours(24)));
    for text in ["", "0s", "999ms", "24h 1s", "30", "-5s", "5 parsecs", "s"] {
        assert!(duration(text, &range).is_err(), "{text}");
    }
}

#[test]
fn spans_of_time_beyond_arithmetic_are_refused() {
    let range = Duration::ZERO..=Duration::MAX;
    // Sums up to the very last second that can be held, and one more.
    assert!(duration("18446744073709551615s 1000ms", &range).is_err());
    assert!(duration(&"9".repeat(1000), &range).is_err());
}

#[test]
fn sizes_know_both_kinds_of_units() {
    assert_eq!(bytes("64MiB"), Ok(64 * 1024 * 1024));
    assert_eq!(bytes("500 kb"), Ok(500_000));
    assert_eq!(bytes("2048"), Ok(2048));
    for text in ["", "64M", "1.5GiB", "-1KiB", "1023", "4097MiB", "99999999999999999999", "18446744073709551615GiB"] {
        assert!(bytes(text).is_err(), "{text}");
    }
}

#[test]
fn numbers_are_plain() {
    assert_eq!(count("256", &(1..=256)).ok(), Some(256));
    assert!(count("257", &(1..=256)).is_err());
    assert!(count("1.0", &(1..=256)).is_err());
    assert!(rate("0.5", 10.0).is_ok());
    for text in ["0", "nan", "inf", "1e1", "-1", "10.1", ".", ""] {
        assert!(rate(text, 10.0).is_err(), "{text}");
    }
}

#[test]
fn addresses_are_scheme_host_and_port() {
    let fits = |text| address(text, Credentials::Refused).is_ok();
    for text in ["http://h", "https://h:8089/", "HTTPS://h", "http://[::1]:1", "http://10.0.0.7"] {
        assert!(fits(text), "{text}");
    }
    for text in [
        "",
        "h",
        "h:1",
        "http:/h",
        "http://",
        "http://h/p",
        "http://h?",
        "http://h#",
        "http://u@h",
        "http://@h",
        "http:// h",
        "http://h\\p",
        "http://h:99999",
        "file:///etc/passwd",
    ] {
        assert!(!fits(text), "{text}");
    }
    assert!(address("http://u:p@proxy:3128", Credentials::Allowed).is_ok());
}

#[test]
fn time_zones_have_iana_names() {
    assert!(time_zone("UTC").is_ok() && time_zone("Asia/Shanghai").is_ok());
    for text in ["", "Mars/Olympus", "+08:00", "CST-8", "Etc/Unknown", "../../etc/passwd"] {
        assert!(time_zone(text).is_err(), "{text}");
    }
}

#[test]
fn ids_and_labels_are_one_short_line() {
    assert_eq!(id("np_1").as_deref(), Ok("np_1"));
    for text in ["", " ", "np 1", " np_1", "np_1\n", "a\u{3000}b", &"x".repeat(129)] {
        assert!(id(text).is_err(), "{text}");
    }
    assert!(label(&"生".repeat(64), 64).is_ok());
    assert!(label(&"生".repeat(65), 64).is_err());
}

#[test]
fn a_quoted_word_is_short_printable_and_without_secrets() {
    assert_eq!(quoted("\u{1b}[31m`x`"), "`\u{fffd}[31m'x'`");
    assert_eq!(quoted("password=hunter2"), "`password=******`");
    assert_eq!(quoted("http://u:hunter2@h"), "`http://******@h`");
    assert!(quoted(&"x".repeat(1000)).chars().count() < 70);
}
