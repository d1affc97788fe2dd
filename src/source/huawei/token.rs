//! Tokens of the identity service (IAM) for users without an access key. One is good for a day; it
//! is renewed well before its end, and asked for anew once when it is refused before.
//!
//! Document: Huawei IAM, "Obtaining a User Token Through Password Authentication".

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::sync::Mutex;

use super::refusal;
use crate::config::{HuaweiConfig, SourceConfig, TlsConfig};
use crate::domain::{Call, ExtraReading, Ignored, Reading, Witness};
use crate::source::caller::Poll;
use crate::source::error::SourceError;
use crate::source::lenient::{self, Gaps, Leaf, Obj, wire};
use crate::source::transport::{Answer, Ask, OpenError, Route, Transport};

const OPERATION: &str = "iam-token";
/// A token is renewed when it has less than this left.
const RENEW_BEFORE: Duration = Duration::from_hours(1);
/// How long a token is kept whose end is not told: the documents say 24 hours.
const UNTOLD_LIFE: Duration = Duration::from_hours(12);

wire! {
    /// The body beside the token.
    TokenBody<'a> {
        token: Obj<TokenInfo<'a>>,
    }
}

wire! {
    /// What is wanted of it.
    TokenInfo<'a> {
        issued_at: Leaf<'a>,
        expires_at: Leaf<'a>,
    }
}

/// A token and its end.
#[derive(Debug)]
pub(super) struct Token {
    header: HeaderValue,
    renew_at: SystemTime,
}

impl Token {
    /// The value of `X-Auth-Token`, marked so that no log shows it.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

/// Fetches tokens and keeps the newest.
#[derive(Debug)]
pub(super) struct Tokens {
    transport: Transport,
    domain: String,
    user: String,
    password: SecretString,
    cloud_project: String,
    /// Held while one is fetched, so that a poll's calls do not all log in at once.
    newest: Mutex<Option<Arc<Token>>>,
}

impl Tokens {
    pub(super) fn open(
        source: &SourceConfig,
        huawei: &HuaweiConfig,
        [domain, user]: [&String; 2],
        password: &SecretString,
    ) -> Result<Self, OpenError> {
        // `server_name` is about the API's own address.
        let tls = TlsConfig { server_name: None, ..huawei.tls.clone() };
        let route = Route { endpoint: &huawei.iam_endpoint, tls: &tls, proxy: huawei.proxy_url.as_ref() };
        Ok(Self {
            transport: Transport::open(&route, &source.limits)?,
            domain: domain.clone(),
            user: user.clone(),
            password: password.clone(),
            cloud_project: huawei.project_id.clone(),
            newest: Mutex::new(None),
        })
    }

    /// A token that is good for a while.
    pub(super) async fn current(&self, poll: &Poll<'_>) -> Result<Arc<Token>, SourceError> {
        if let Some(refusal) = poll.refusal() {
            return Err(refusal);
        }
        let mut newest = self.newest.lock().await;
        if let Some(token) = newest.as_ref().filter(|token| token.renew_at > SystemTime::now()) {
            return Ok(Arc::clone(token));
        }
        let witness = Aside(poll.witness);
        let ask = Ask {
            operation: OPERATION,
            make: |transport: &Transport| self.request(transport),
            read,
            witness: &witness,
        };
        let token = match self.transport.call(ask).await {
            Ok(token) => Arc::new(token),
            Err(error) => {
                // Without a token nothing can be asked, and the password is not sent for every job.
                poll.halt(&error);
                return Err(error);
            }
        };
        *newest = Some(Arc::clone(&token));
        Ok(token)
    }

    /// Forgets a refused token, unless a newer one is there already or on its way.
    pub(super) fn forget(&self, token: &Arc<Token>) {
        let Ok(mut newest) = self.newest.try_lock() else { return };
        if newest.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, token)) {
            *newest = None;
        }
    }

    /// The one place where the password is opened.
    fn request(&self, transport: &Transport) -> Result<reqwest::Request, SourceError> {
        let user = json!({
            "name": self.user, "password": self.password.expose_secret(), "domain": { "name": self.domain }
        });
        let body = json!({ "auth": {
            "identity": { "methods": ["password"], "password": { "user": user } },
            "scope": { "project": { "id": self.cloud_project } },
        } });
        transport
            .request(Method::POST, "/v3/auth/tokens")
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .build()
            .map_err(|error| SourceError::Unsent { cause: error.to_string() })
    }
}

/// The token is in a header, its end in the body.
fn read(answer: &Answer) -> Result<Token, SourceError> {
    let text = answer.text();
    if let Some(error) = refusal::of(answer, &text) {
        return Err(error);
    }
    let hint = "the token is missing";
    let token = answer.header("x-subject-token").ok_or(SourceError::Foreign { hint })?;
    let mut header = HeaderValue::from_str(token).map_err(|_| SourceError::Foreign { hint })?;
    header.set_sensitive(true);
    let now = SystemTime::now();
    let life = life(&text, now).unwrap_or(UNTOLD_LIFE);
    // A short life is used to four fifths.
    let renew_at = now + life.saturating_sub(RENEW_BEFORE).max(life.mul_f64(0.8).min(RENEW_BEFORE));
    Ok(Token { header, renew_at })
}

/// How long a token is good that came at `now`: the shorter of what the service's clock says and
/// what this machine's says, which may be wrong. None where it would have ended before it came.
fn life(text: &str, now: SystemTime) -> Option<Duration> {
    let Ok(Obj::Given(body)) = lenient::read::<Obj<TokenBody<'_>>>(text) else { return None };
    let mut silent = Gaps::default();
    let token = silent.object("token", body.token)?;
    let mut moment = |leaf| Some(SystemTime::from(silent.text("", leaf)?.parse::<Timestamp>().ok()?));
    let end = moment(token.expires_at)?;
    let begins = [moment(token.issued_at), Some(now)];
    let lives = begins.into_iter().flatten().filter_map(|begin| end.duration_since(begin).ok());
    lives.filter(|life| !life.is_zero()).min()
}

/// Passes on what is heard, but that the identity service answers does not mean that DRS does.
struct Aside<'a>(&'a dyn Witness);

impl Witness for Aside<'_> {
    fn call(&self, call: Call) {
        self.0.call(Call { answered: false, ..call });
    }
    fn project(&self, reading: Reading) {
        self.0.project(reading);
    }
    fn extra(&self, reading: ExtraReading) {
        self.0.extra(reading);
    }
    fn ignored(&self, ignored: Ignored) {
        self.0.ignored(ignored);
    }
    fn dropped(&self, limit: &'static str, count: u64) {
        self.0.dropped(limit, count);
    }
    fn throttled(&self, waited: Duration) {
        self.0.throttled(waited);
    }
}
