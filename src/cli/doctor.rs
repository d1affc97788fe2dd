//! `doctor`: what is wrong with a source and what to do, for people in a hurry.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use super::flags::Flags;
use super::show::narrowed;
use super::{Failure, UNREAD, say};
use crate::config;
use crate::doctor::{self, Level, Line, Verdict};

/// Room for most steps; some names of actions are wider.
const STEP_WIDTH: usize = 17;

/// Whether the output may carry colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    Colours,
    Plain,
}

/// Examines all sources or one and prints each step as it is done.
pub(super) async fn doctor(flags: &Flags, source: Option<&str>) -> Result<ExitCode, Failure> {
    let config = narrowed(config::load(&flags.config_file)?, source, None)?;
    let paint = Paint::wanted();
    let mut verdicts = Vec::new();
    for source in &config.sources {
        let address = doctor::address(&source.backend);
        say(&format!("{} ({}) {address}\n", source.name, source.backend.kind()));
        let verdict = doctor::examine(source, &mut |line| say(&shown(&line, paint))).await;
        say("\n");
        verdicts.push((source.name.as_str(), verdict));
    }
    say(&sum(&verdicts));
    let failed = verdicts.iter().any(|(_, verdict)| verdict.failed.is_some());
    Ok(if failed { ExitCode::from(UNREAD) } else { ExitCode::SUCCESS })
}

impl Paint {
    /// On a terminal, unless <https://no-color.org> says otherwise.
    fn wanted() -> Self {
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if !forbidden && std::io::stdout().is_terminal() { Self::Colours } else { Self::Plain }
    }
}

fn shown(line: &Line, paint: Paint) -> String {
    let Line { level, step, found, cure } = line;
    let (word, colour) = match level {
        Level::Ok => ("ok", "32"),
        Level::Warn => ("warn", "33"),
        Level::Fail => ("FAIL", "1;31"),
        Level::Skip => ("skip", "2"),
    };
    let word = match paint {
        Paint::Colours => format!("\x1b[{colour}m{word:4}\x1b[0m"),
        Paint::Plain => format!("{word:4}"),
    };
    let cure = cure.as_ref().map_or_else(String::new, |cure| format!("        -> {}\n", one_line(cure)));
    format!("  {word}  {step:STEP_WIDTH$}  {}\n{cure}", one_line(found))
}

/// Text of somebody else cannot draw on the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The last line: what is to be done, or that all is well.
fn sum(verdicts: &[(&str, Verdict)]) -> String {
    let failed: Vec<String> = verdicts
        .iter()
        .filter_map(|(name, verdict)| verdict.failed.map(|step| format!("{name} fails at {step}")))
        .collect();
    let warnings: usize = verdicts.iter().map(|(_, verdict)| verdict.warnings).sum();
    let warnings = match warnings {
        0 => String::new(),
        1 => ", with 1 warning".to_owned(),
        several => format!(", with {several} warnings"),
    };
    match (verdicts.len(), failed.is_empty()) {
        (1, true) => format!("The source can be read{warnings}.\n"),
        (all, true) => format!("All {all} sources can be read{warnings}.\n"),
        (1, false) => format!("The source cannot be read: {}.\n", failed.concat()),
        (all, false) => {
            let good = all - failed.len();
            format!("{good} of {all} sources can be read{warnings}; {}.\n", failed.join(", "))
        }
    }
}
