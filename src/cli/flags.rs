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
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
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
