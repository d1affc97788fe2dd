//! The program. Everything is in the library, so that tests and tools can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    migration_exporter::cli::main()
}
