//! The service's clock against this machine's.

use std::time::Duration;

use super::chart::{Chart, Failed};

/// A difference that people should know of, in seconds.
const NOTABLE: f64 = 60.0;
/// Signatures expire after 15 minutes; beyond this they are close to it, in seconds.
const TOO_MUCH: f64 = 600.0;

/// Tells how far the service's clock is ahead, in seconds.
pub(super) fn examine(ahead: Option<f64>, signed: bool, chart: &mut Chart<'_>) -> Result<(), Failed> {
    let Some(ahead) = ahead else {
        chart.skip("clock", "the service does not tell the time");
        return Ok(());
    };
    let apart = Duration::try_from_secs_f64(ahead.abs().round()).unwrap_or(Duration::MAX);
    let words = humantime::format_duration(apart);
    if apart.as_secs() <= 2 {
        chart.ok("clock", "the same time here and there");
        return Ok(());
    }
    let found = if ahead > 0.0 {
        format!("the service's clock is {words} ahead of this machine's")
    } else {
        format!("the service's clock is {words} behind this machine's")
    };
    if signed && ahead.abs() > TOO_MUCH {
        let cure = "set this machine's clock and keep it with NTP (`timedatectl`): requests are signed with the time and refused when it is 15 minutes off";
        return Err(chart.fail("clock", found, cure));
    }
    if ahead.abs() > NOTABLE {
        let cure = "see which of the two is wrong and have it kept by NTP (`timedatectl`): times, and delays that are counted up to now, are shown wrong by as much";
        chart.warn("clock", found, cure);
    } else {
        chart.ok("clock", found);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::chart::{Level, Line};
    use super::*;

    fn told(ahead: Option<f64>, signed: bool) -> (Level, String) {
        let mut lines: Vec<Line> = Vec::new();
        let mut tell = |line| lines.push(line);
        let mut chart = Chart::new(vec!["clock"], &mut tell);
        examine(ahead, signed, &mut chart).ok();
        chart.close();
        let line = lines.remove(0);
        (line.level, line.found)
    }

    #[test]
    fn a_wrong_clock_matters_most_where_requests_are_signed() {
        for (ahead, signed, level) in [
            (1.2, true, Level::Ok),
            (-59.0, true, Level::Ok),
            (61.0, true, Level::Warn),
            (-599.0, true, Level::Warn),
            (601.0, true, Level::Fail),
            (-3600.0, true, Level::Fail),
            (-3600.0, false, Level::Warn),
        ] {
            assert_eq!(told(Some(ahead), signed).0, level, "{ahead}");
        }
        assert_eq!(told(None, true).0, Level::Skip);
        assert!(told(Some(1200.3), false).1.contains("20m ahead"));
        assert!(told(Some(-1199.7), false).1.contains("20m behind"));
    }
}
