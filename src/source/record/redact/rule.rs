//! What may stay of a value, by the key it stands under. Keys match without regard to case and
//! separators, because the services spell them in three ways.
//!
//! The rule for a key that is not known here is to keep its shape and not its text: what a service
//! will add tomorrow is not shown by a list that was written today. Numbers and moments stay. A new
//! kind of service needs its keys here where text of it becomes a label.

/// How far the object around a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A project, a step, a label: its `id`, `name` and `owner` become labels of metrics.
    Named,
    /// Its numbers and moments are of use, its names are not.
    Plain,
    /// Settings, connections and whatever is new.
    Foreign,
}

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing stays.
    Gone,
    /// Text and numbers become `***`.
    Hidden,
    /// A sentence, of which the few words stay that decide something.
    Message,
    /// A word or code of the service stays, within something that is known so far.
    Word(Trust),
    /// A name of the user's database becomes another name, the same everywhere.
    Renamed,
    /// It becomes a label of metrics, so it stays.
    Kept,
    /// It becomes a label and is known to be a person's name.
    Owner,
    /// An object whose keys become labels.
    Counts,
    /// A list or object that is known so far; text in it goes.
    Within(Trust),
    /// Nobody knows it: text goes, numbers and moments stay as far as what is around is known.
    Unknown(Trust),
}

/// Row-level settings: long, and nothing but names and conditions of the user's databases.
const GONE: [&str; 18] = [
    "transfermapping",
    "connextraattributes",
    "subconds",
    "subdbs",
    "subids",
    "subtopics",
    "reversesubtopics",
    "databases",
    "databasesblack",
    "columns",
    "filtercolumns",
    "shardcolumns",
    "errorparam",
    "extracontext",
    "upstreamerrordetail",
    "messagemcmscontext",
    "reasonmcmscontext",
    "proposalmcmscontext",
];

/// Anywhere in a key.
const SECRET_STEMS: [&str; 42] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "signature",
    "accesskey",
    "apikey",
    "privatekey",
    "authorization",
    "cookie",
    "session",
    "username",
    "userid",
    "login",
    "account",
    "creator",
    "phone",
    "mobile",
    "mail",
    "hostname",
    "ipaddr",
    "address",
    "endpointid",
    "endpointname",
    "connectioninfo",
    "connectionstring",
    "connstr",
    "jdbc",
    "dsn",
    "cluster",
    "subnet",
    "whereclause",
    "sql",
    "statement",
    "comment",
    "remark",
    "description",
    "alarmcontent",
    "requestid",
];

/// At the beginning or the end of a key.
const SECRET_ENDS: [&str; 13] =
    ["ip", "ips", "host", "hosts", "port", "ports", "url", "urls", "uri", "user", "users", "key", "keys"];

/// At the end of a key whose value is a word of the service.
const WORDS: [&str; 16] = [
    "status",
    "category",
    "state",
    "type",
    "mode",
    "level",
    "engine",
    "code",
    "importance",
    "step",
    "direction",
    "side",
    "charset",
    "timezone",
    "version",
    "success",
];

/// At the end of a key whose value is a sentence.
const MESSAGES: [&str; 5] = ["message", "msg", "reason", "advice", "proposal"];

/// Lists and objects of things with a name.
const NAMED: [&str; 8] = ["data", "steps", "labels", "job", "jobs", "children", "results", "projects"];

/// Objects whose numbers and moments are read.
const PLAIN: [&str; 20] = [
    "extrainfo",
    "stepinfo",
    "alarmstats",
    "error",
    "errordetail",
    "errordetails",
    "fullverifytablestatistics",
    "storelist",
    "reversestorelist",
    "incrsynccomponents",
    "reverseincrsynccomponents",
    "fullimportcomponents",
    "fullverifycomponents",
    "progressmap",
    "progressinfo",
    "struct",
    "index",
    "flowcomparedata",
    "migrationobjectprogressinfo",
    "migrationobjectoverview",
];

/// Anywhere in a key whose value is a name in the user's database.
const DATABASE_STEMS: [&str; 6] = ["table", "schema", "database", "tenant", "column", "view"];
/// The same at the end of a key.
const DATABASE_ENDS: [&str; 3] = ["db", "tb", "object"];

impl Rule {
    /// The rule for a key within an object that is known so far.
    pub(super) fn of(key: &str, around: Trust) -> Self {
        let key = folded(key);
        let key = key.as_str();
        let ends = |ends: &[&str]| ends.iter().any(|end| key.ends_with(end));
        let holds = |stems: &[&str]| stems.iter().any(|stem| key.contains(stem));
        let is_secret =
            holds(&SECRET_STEMS) || SECRET_ENDS.iter().any(|end| key.starts_with(end)) || ends(&SECRET_ENDS);
        match key {
            _ if GONE.contains(&key) => Self::Gone,
            _ if is_secret => Self::Hidden,
            _ if ends(&MESSAGES) => Self::Message,
            _ if ends(&WORDS) => Self::Word(around),
            "id" | "projectid" | "jobid" | "name" if around == Trust::Named => Self::Kept,
            "owner" if around == Trust::Named => Self::Owner,
            "ruletorecentlytriggercount" if around != Trust::Foreign => Self::Counts,
            _ if NAMED.contains(&key) && around != Trust::Foreign => Self::Within(Trust::Named),
            _ if PLAIN.contains(&key) && around != Trust::Foreign => Self::Within(Trust::Plain),
            _ if holds(&DATABASE_STEMS) || ends(&DATABASE_ENDS) => Self::Renamed,
            _ => Self::Unknown(around),
        }
    }

    /// How far what stands below such a key is known.
    pub(super) fn below(self) -> Trust {
        match self {
            Self::Within(trust) => trust,
            _ => Trust::Foreign,
        }
    }
}

/// A key without case and separators.
fn folded(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_in_every_spelling() {
        for key in [
            "password",
            "PassWord",
            "db_password",
            "drcUser",
            "user-name",
            "HOST",
            "logProxyIp",
            "hostIp",
            "port",
            "configUrl",
            "AccessKeyId",
            "X-Auth-Token",
            "whereClause",
            "ColumnComment",
            "alarmContent",
            "RequestId",
            "connectionInfo",
            "ip",
            "tokenType",
        ] {
            for around in [Trust::Named, Trust::Plain, Trust::Foreign] {
                assert_eq!(Rule::of(key, around), Rule::Hidden, "{key}");
            }
        }
    }

    #[test]
    fn names_stay_only_where_they_become_labels() {
        assert_eq!(Rule::of("name", Trust::Named), Rule::Kept);
        assert_eq!(Rule::of("Owner", Trust::Named), Rule::Owner);
        for key in ["name", "owner", "id"] {
            assert_eq!(Rule::of(key, Trust::Foreign), Rule::Unknown(Trust::Foreign));
        }
        assert_eq!(Rule::of("sourceConnectInfo", Trust::Named).below(), Trust::Foreign);
        assert_eq!(Rule::of("data", Trust::Foreign).below(), Trust::Foreign, "trust does not come back");
    }

    #[test]
    fn words_of_the_service_stay() {
        for key in ["status", "sourceEndpointType", "db_use_type", "error_code", "running_step", "resultType"] {
            assert_eq!(Rule::of(key, Trust::Plain), Rule::Word(Trust::Plain), "{key}");
        }
        assert_eq!(Rule::of("sourceSchemaName", Trust::Plain), Rule::Renamed);
        assert_eq!(Rule::of("src_tb", Trust::Plain), Rule::Renamed);
    }
}
