//! One request without credentials, the way all others go: what it brings back tells of the
//! server's certificate and clock, and whether there is a way at all.

use std::time::{Duration, SystemTime};

use reqwest::header::DATE;
use reqwest::tls::TlsInfo;

use super::{Route, client, exchange};
use crate::config::Limits;
use crate::domain::Time;
use crate::source::error::SourceError;

/// `Date` counts whole seconds; on average it is so much behind.
const DATE_LAG: f64 = 0.5;

/// What an answer without its body says of the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knock {
    /// The server's certificate (DER), where it speaks TLS.
    pub certificate: Option<Vec<u8>>,
    /// How far the server's clock is ahead of this machine's, in seconds, if it tells the time.
    pub ahead: Option<f64>,
    /// The HTTP status, whatever it is.
    pub status: u16,
}

/// Asks for `/` without credentials. Any status is an answer.
///
/// # Errors
/// When there is no answer within `timeout`, of which the connection may take half.
pub async fn knock(route: &Route<'_>, limits: &Limits) -> Result<Knock, SourceError> {
    let unsent = |cause: String| SourceError::Unsent { cause };
    let builder = client::builder(route, limits).map_err(|error| unsent(error.to_string()))?;
    // So that a handshake that hangs can be told from a service that does.
    let builder = builder.connect_timeout(limits.timeout / 2);
    let client = builder.tls_info(true).build().map_err(|error| unsent(error.to_string()))?;
    let (base, host) = route.address();
    let mut request = client.get(base);
    if let Some(host) = host {
        request = request.header(reqwest::header::HOST, host);
    }
    let request = request.build().map_err(|error| unsent(error.to_string()))?;
    let shown = exchange::shown_host(&request);
    let asked = SystemTime::now();
    let answer = tokio::time::timeout(limits.timeout, client.execute(request)).await;
    let answer = answer.map_err(|_| SourceError::Timeout { after: limits.timeout })?;
    let response = answer.map_err(|error| exchange::unreachable_because(&error, &shown))?;
    let took = asked.elapsed().unwrap_or_default();
    let info = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
    Ok(Knock {
        certificate: info.map(<[u8]>::to_vec),
        ahead: date.and_then(|date| ahead(date, asked, took)),
        status: response.status().as_u16(),
    })
}

/// The date was written somewhere between asking and the answer.
fn ahead(date: &str, asked: SystemTime, took: Duration) -> Option<f64> {
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let theirs = Time::from_system(SystemTime::from(theirs))?.unix() + DATE_LAG;
    let ours = Time::from_system(asked)?.unix() + took.as_secs_f64() / 2.0;
    Some(theirs - ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_compared_at_the_middle_of_the_exchange() {
        let asked = SystemTime::UNIX_EPOCH + Duration::from_mins(24_090_208);
        let ahead = |date: &str, took: u64| ahead(date, asked, Duration::from_secs(took));
        assert_eq!(ahead("Wed, 21 Oct 2015 07:28:00 GMT", 1), Some(0.0));
        assert_eq!(ahead("Wed, 21 Oct 2015 07:48:00 GMT", 1), Some(1200.0));
        assert_eq!(ahead("Wed, 21 Oct 2015 07:27:00 GMT", 3), Some(-61.0));
        assert_eq!(ahead("today", 1), None);
    }
}
