//! The command line as `clap` reads it; its texts are the `--help`.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

const LONG_VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (revision ", env!("BUILD_REVISION"), ")\n", env!("BUILD_RUSTC"));

/// Prometheus exporter for database migrations with OceanBase Migration Service.
#[derive(Debug, Parser)]
#[command(name = "migration-exporter", version = LONG_VERSION, max_term_width = 100)]
#[command(
    after_help = "Without a command, `run` is meant. Try `migration-exporter demo` first: it needs no file and no service."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) flags: Flags,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Poll the configured sources and serve their metrics (the default)
    Run,
    /// Show everything against a simulated service; needs no file and no other service
    Demo,
    /// Run the simulated service alone and print a configuration for it
    Simulate {
        /// Where the simulator listens
        #[arg(
            long = "listen-address",
            env = "MIGRATION_EXPORTER_LISTEN_ADDRESS",
            default_value = "127.0.0.1:10981",
            value_name = "HOST:PORT"
        )]
        listen_address: String,
        /// So many further projects, to see how the exporter copes with a large installation
        #[arg(
            long = "extra-projects",
            env = "MIGRATION_EXPORTER_EXTRA_PROJECTS",
            default_value_t = 0,
            value_name = "COUNT"
        )]
        extra_projects: usize,
    },
    /// Check the configuration file and name every fault with its line and column
    CheckConfig,
    /// Poll once and print the metrics
    Poll {
        /// Only this source
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// Only this project
        #[arg(long, value_name = "ID")]
        project: Option<String>,
    },
    /// Try each source step by step and say what is wrong and what to do
    Doctor {
        /// Only this source
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// Poll once and keep every API answer, without secrets and row data, for a bug report
    Record {
        /// A folder that does not exist yet or is empty
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Only this source
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// List or download the logs of rows that were already in the target (Enterprise Edition)
    Conflicts {
        #[command(subcommand)]
        command: ConflictsCommand,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What to do with conflict logs.
#[derive(Debug, Subcommand)]
pub(super) enum ConflictsCommand {
    /// Print names, dates and sizes
    List {
        #[command(flatten)]
        target: ConflictsTarget,
        /// How to print them
        #[arg(long, default_value = "table", value_name = "FORMAT")]
        output: Output,
    },
    /// Fetch them as one ZIP
    Download(DownloadFlags),
}

/// Which conflict logs.
#[derive(Debug, clap::Args)]
pub(super) struct ConflictsTarget {
    /// The source, as it is named in the configuration
    #[arg(long, value_name = "NAME")]
    pub(super) source: String,
    /// The project's id
    #[arg(long, value_name = "ID")]
    pub(super) project: String,
    /// The step
    #[arg(long, value_name = "STEP", ignore_case = true)]
    pub(super) step: ConflictStep,
}

/// What to download, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct DownloadFlags {
    #[command(flatten)]
    pub(super) target: ConflictsTarget,
    /// A log by its name; may be given more than once; all that are listed unless given
    #[arg(long = "file", value_name = "NAME")]
    pub(super) files: Vec<String>,
    /// A file, or a folder for the server's own file name; this folder unless given
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    pub(super) force: bool,
}

/// A step that writes conflict logs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ConflictStep {
    #[value(name = "FULL_TRANSFER")]
    Full,
    #[value(name = "INCR_TRANSFER")]
    Incremental,
    #[value(name = "REVERSE_INCR_TRANSFER")]
    Reverse,
}

impl ConflictStep {
    /// The step as the service names it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL_TRANSFER",
            Self::Incremental => "INCR_TRANSFER",
            Self::Reverse => "REVERSE_INCR_TRANSFER",
        }
    }
}

/// How to print a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Output {
    Table,
    Json,
}

/// Flags that stand before or after any command.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Flags {
    /// The configuration file
    #[arg(
        long = "config.file",
        env = "MIGRATION_EXPORTER_CONFIG_FILE",
        default_value = "migration-exporter.yml",
        value_name = "PATH",
        global = true
    )]
    pub(super) config_file: PathBuf,
    /// Where to serve; may be given more than once, or several with commas
    #[arg(
        long = "web.listen-address",
        env = "MIGRATION_EXPORTER_WEB_LISTEN_ADDRESS",
        default_value = ":10980",
        value_delimiter = ',',
        value_parser = listen_address,
        value_name = "[HOST]:PORT",
        global = true
    )]
    pub(super) listen_addresses: Vec<String>,
    /// The path of the metrics
    #[arg(long = "web.telemetry-path", env = "MIGRATION_EXPORTER_WEB_TELEMETRY_PATH", default_value = "/metrics", value_parser = telemetry_path, value_name = "PATH", global = true)]
    pub(super) telemetry_path: String,
    /// How much to log
    #[arg(
        long = "log.level",
        env = "MIGRATION_EXPORTER_LOG_LEVEL",
        default_value = "info",
        value_name = "LEVEL",
        global = true
    )]
    pub(super) log_level: LogLevel,
    /// How to log
    #[arg(
        long = "log.format",
        env = "MIGRATION_EXPORTER_LOG_FORMAT",
        default_value = "logfmt",
        value_name = "FORMAT",
        global = true
    )]
    pub(super) log_format: LogFormat,
}

/// How much to log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// How to log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogFormat {
    Logfmt,
    Json,
}

/// `HOST:PORT` or `:PORT`.
fn listen_address(given: &str) -> Result<String, String> {
    let port = given.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(given.to_owned()),
        _ => Err("write a host and a port, such as 127.0.0.1:10980, or :10980 for every address".to_owned()),
    }
}

/// A path of its own that is none of the fixed ones.
fn telemetry_path(given: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    if !given.starts_with('/') || !given.chars().all(plain) {
        return Err("write a path that starts with `/`, such as /metrics".to_owned());
    }
    if given == "/" || given.starts_with("/-/") {
        return Err("this path is taken; choose another, such as /metrics".to_owned());
    }
    Ok(given.to_owned())
}
