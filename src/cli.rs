//! Commands and flags, and what they print for people. Flags are dotted as in Prometheus' own
//! exporters, stand before or after the command, and have environment twins.
//!
//! Exit codes: 0 good, 1 a fatal error, 2 a faulty configuration or command line, 3 something could
//! not be read.

mod conflicts;
mod doctor;
mod flags;
mod log;
mod record;
mod serve;
mod show;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::config::Faults;
use flags::{Args, Command, ConflictsCommand};

/// The exit code where something could not be read.
const UNREAD: u8 = 3;

/// Why a command ended without doing what it should.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The configuration is faulty; every fault is in the text.
    #[error("{0}")]
    Config(#[from] Faults),
    /// The command line asks for something that the configuration does not have.
    #[error("{0}")]
    Usage(String),
    /// What was asked for could not be read or kept.
    #[error("{0:#}")]
    Unread(anyhow::Error),
    /// Anything that makes going on impossible.
    #[error("{0:#}")]
    Fatal(#[from] anyhow::Error),
}

/// Reads the command line, runs the command and says how it ended.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let Args { flags, command } = args;
    log::start(flags.log_level, flags.log_format);
    let outcome = match command.unwrap_or(Command::Run) {
        Command::Run => on_runtime(serve::run(&flags)),
        Command::Demo => on_runtime(serve::demo(&flags)),
        Command::Simulate { listen_address, extra_projects } => {
            on_runtime(serve::simulate(&listen_address, extra_projects))
        }
        Command::CheckConfig => show::check_config(&flags),
        Command::Poll { source, project } => on_runtime(show::poll(&flags, source.as_deref(), project.as_deref())),
        Command::Doctor { source } => on_runtime(doctor::doctor(&flags, source.as_deref())),
        Command::Record { out, source } => on_runtime(record::record(&flags, &out, source.as_deref())),
        Command::Conflicts { command: ConflictsCommand::List { target, output } } => {
            on_runtime(conflicts::list(&flags, &target, output))
        }
        Command::Conflicts { command: ConflictsCommand::Download(wanted) } => {
            on_runtime(conflicts::download(&flags, &wanted))
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "migration-exporter", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    outcome.unwrap_or_else(|failure| {
        // Nobody is left to tell if the terminal is gone.
        writeln!(std::io::stderr(), "{}", failure.to_string().trim_end()).ok();
        ExitCode::from(match failure {
            Failure::Config(_) | Failure::Usage(_) => 2,
            Failure::Unread(_) => UNREAD,
            Failure::Fatal(_) => 1,
        })
    })
}

fn on_runtime(task: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(anyhow::Error::from)?;
    let outcome = runtime.block_on(task);
    // What is still under way, such as a name being looked up, does not hold up the end.
    runtime.shutdown_background();
    outcome
}

/// Prints for people; a closed pipe is not an error.
fn say(text: &str) {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}
