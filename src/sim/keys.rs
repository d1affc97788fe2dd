//! The credentials that the simulator knows. They are fixed and public: they protect nothing, and
//! a configuration for the simulator can be written before it runs.

/// A key of a cloud: an id, a secret, and for a temporary one the token that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// Sent with every request.
    pub id: &'static str,
    /// Signs, and is never sent.
    pub secret: &'static str,
    /// The security token of a temporary key; it expires, see [`Options`](super::Options).
    pub token: Option<&'static str>,
}

/// A user of Huawei's identity service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IamUser {
    /// The account that the user belongs to.
    pub domain: &'static str,
    /// The user's name.
    pub name: &'static str,
    /// The user's password.
    pub password: &'static str,
}

/// Region of the simulated Alibaba Cloud.
pub const ALIBABA_REGION: &str = "cn-shanghai";

/// A permanent key of Alibaba Cloud.
pub const ALIBABA_KEY: AccessKey =
    AccessKey { id: "SIMULATED-ALIBABA-KEY", secret: "simulated-alibaba-secret", token: None };

/// A temporary key of Alibaba Cloud. The token holds characters that a careless client spoils.
pub const ALIBABA_TEMPORARY_KEY: AccessKey = AccessKey {
    id: "STS.SIMULATED-ALIBABA-KEY",
    secret: "simulated-alibaba-temporary-secret",
    token: Some("CAIS+simulated/alibaba==token~_."),
};

/// Region of the simulated Huawei Cloud; a project of the identity service bears its name.
pub const HUAWEI_REGION: &str = "cn-north-4";

/// Id of that project, as it stands in the paths of DRS.
pub const HUAWEI_PROJECT_ID: &str = "5237e10fe9aa4ad5b16b6a5245248314";

/// A permanent key of Huawei Cloud.
pub const HUAWEI_KEY: AccessKey =
    AccessKey { id: "SIMULATEDHUAWEIKEY00", secret: "simulatedHuaweiSecretKey", token: None };

/// A temporary key of Huawei Cloud.
pub const HUAWEI_TEMPORARY_KEY: AccessKey = AccessKey {
    id: "SIMULATEDHUAWEITEMP0",
    secret: "simulatedHuaweiTemporarySecretKey",
    token: Some("gQpjbi1ub3J0aC00+simulated/huawei=="),
};

/// The user who may ask for a token.
pub const HUAWEI_USER: IamUser =
    IamUser { domain: "simulated-domain", name: "drs-reader", password: "simulated-iam-password" };
