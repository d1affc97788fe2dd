//! The API: credentials, each action that a poll uses, one real project. The source tries them;
//! here they become lines.

use super::chart::{Chart, Failed};
use super::{advice, series};
use crate::config::SourceConfig;
use crate::domain::{Project, Reason};
use crate::source::{Outcome, Source, SourceError, Tried};

/// Has the actions tried and tells of them.
pub(super) async fn examine(source: &Source, config: &SourceConfig, chart: &mut Chart<'_>) -> Result<(), Failed> {
    let mut first = true;
    let found = source.examine(&mut |tried| action(tried, config, &mut first, chart)).await;
    if chart.has_failed() {
        return Err(Failed);
    }
    project(found.as_deref(), source, config, chart);
    Ok(())
}

/// The last step: what a project looks like.
pub(super) fn project(project: Option<&Project>, source: &Source, config: &SourceConfig, chart: &mut Chart<'_>) {
    match project {
        Some(project) => chart.ok("project", words(project, source, config)),
        None => chart.skip("project", "there is none to show"),
    }
}

/// One action; the first one answers for the credentials too.
fn action(tried: Tried, config: &SourceConfig, first: &mut bool, chart: &mut Chart<'_>) {
    let Tried { action, project, outcome } = tried;
    if std::mem::take(first) && authentication(&outcome, action, config, chart).is_err() {
        return;
    }
    match outcome {
        Outcome::Works(found) => chart.ok(action, found),
        Outcome::Doubtful { found, cure } => chart.warn(action, found, cure),
        Outcome::Unneeded(found) => chart.skip(action, found),
        Outcome::Fails(error) => {
            let about = project.map_or_else(String::new, |id| format!("; asked about project {id}"));
            chart.fail(action, advice::found(&error) + &about, advice::cure_of_action(&error, config));
        }
    }
}

fn authentication(
    outcome: &Outcome,
    action: &'static str,
    config: &SourceConfig,
    chart: &mut Chart<'_>,
) -> Result<(), Failed> {
    const STEP: &str = "authentication";
    let Outcome::Fails(error) = outcome else {
        chart.ok(STEP, format!("{} is accepted", advice::who(&config.backend)));
        return Ok(());
    };
    match error.reason() {
        Reason::Unauthorized | Reason::NoCredentials | Reason::TokenExpired | Reason::ClockSkew => {
            let found = match error {
                SourceError::Unauthorized => {
                    format!("the service refuses {} (HTTP 401)", advice::who(&config.backend))
                }
                _ => advice::found(error),
            };
            return Err(chart.fail(STEP, found, advice::cure_of_action(error, config)));
        }
        // The service looks at the credentials first.
        Reason::Forbidden | Reason::NotFound | Reason::UnknownLabel | Reason::Unsupported | Reason::ApiError => {
            chart.ok(STEP, format!("{} is accepted", advice::who(&config.backend)));
        }
        _ => chart.skip(STEP, format!("unknown, because {action} fails for another reason")),
    }
    Ok(())
}

/// A project in a line.
fn words(project: &Project, source: &Source, config: &SourceConfig) -> String {
    let name = match &project.name {
        Some(name) => format!("{name} ({})", project.id),
        None => project.id.clone(),
    };
    let status = project.status.as_ref().map_or("no status", |status| status.as_str());
    let steps = match project.steps.len() {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    let delay = project
        .forward
        .delay
        .map_or_else(|| "no delay reported".to_owned(), |delay| format!("{} s behind", (delay * 10.0).round() / 10.0));
    let series = series::count(project, source, config);
    let extras = if source.extras_cycle().is_some() { ", extras aside" } else { "" };
    format!("{name}: {status}, {steps}, {delay}; makes {series} series{extras}")
}
