//! Temporary credentials as the token service, the metadata service and a credentials URI give
//! them: one shape, after the vendor's page on `AssumeRoleWithOIDC`. It has no `Debug`.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::Credentials;

/// Temporary credentials on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Issued {
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
    /// As `2024-01-02T03:04:05Z`.
    expiration: String,
}

impl Issued {
    /// What they are good for.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn credentials(self) -> Result<Credentials, &'static str> {
        let Self { access_key_id, access_key_secret, security_token, expiration } = self;
        if [&access_key_id, &access_key_secret, &security_token].iter().any(|text| text.trim().is_empty()) {
            return Err("has an empty key or token");
        }
        let expires: Timestamp = expiration.parse().map_err(|_| "has an Expiration that is no time")?;
        Ok(Credentials {
            access_key_id,
            secret: SecretString::from(access_key_secret),
            security_token: Some(SecretString::from(security_token)),
            expires: Some(expires),
        })
    }
}
