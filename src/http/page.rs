//! The landing page as HTML: one document without scripts, readable on a phone, light and dark as
//! the reader's system is. What it says is decided in `view`.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::view::{Row, SourceView, Tone, View};
use crate::metrics::About;

/// Seconds after which the browser asks again.
const REFRESH: &str = "15";

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #dde2ea; --paper: #fff; --card: #f6f8fb;
  --bad: #b42318; --bad-paper: #fdecea; --warn: #8a5800; --warn-paper: #fff4dc; --good: #14693a; --good-paper: #e6f5ec; --quiet-paper: #eceff4; --link: #1f5fbf; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa5b8; --line: #2c3442; --paper: #12161d; --card: #191f29;
  --bad: #ff9b8f; --bad-paper: #3d1b19; --warn: #f2c46d; --warn-paper: #39290c; --good: #7ed6a0; --good-paper: #12311f; --quiet-paper: #252d3a; --link: #86b4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.25rem 1rem 3rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0; } p { margin: .35rem 0; }
a { color: var(--link); } header { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; align-items: baseline; } nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
.soft, small { color: var(--soft); } small { font-size: .85em; }
.tag { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; background: var(--quiet-paper); white-space: nowrap; }
.bad { color: var(--bad); } .warn { color: var(--warn); } .good { color: var(--good); }
.tag.bad { background: var(--bad-paper); } .tag.warn { background: var(--warn-paper); } .tag.good { background: var(--good-paper); }
.summary { display: flex; flex-wrap: wrap; gap: .4rem; margin: 1rem 0 0; padding: 0; list-style: none; }
section { margin-top: 1.75rem; } .head { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; }
.why { margin: .4rem 0; padding: .45rem .7rem; border-left: 3px solid var(--bad); background: var(--bad-paper); color: var(--bad); overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin-top: .6rem; } th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85em; }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; } td:first-child { overflow-wrap: anywhere; } td:last-child { white-space: nowrap; } tr.why-row td { white-space: normal; } td small { display: block; }
tr.failing td { border-bottom: 0; } tr.why-row td { padding-top: 0; }
@media (max-width: 46rem) { thead { display: none; } table, tbody, tr, td { display: block; }
  tr { background: var(--card); border-radius: .5rem; padding: .4rem .3rem; margin-top: .6rem; } tr.why-row { margin-top: -.6rem; border-radius: 0 0 .5rem .5rem; }
  td { border: 0; padding: .15rem .6rem; } td:empty { display: none; } td[data-name]::before { content: attr(data-name) \" \"; color: var(--soft); font-size: .85em; } }
";

/// The whole document.
pub(super) fn render(view: &View) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content=(REFRESH);
                title { "migration-exporter" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "migration-exporter" }
                    span.soft { "version " (About::VERSION) ", revision " (About::REVISION) }
                    nav {
                        a href=(view.telemetry_path) { "Metrics" }
                        a href="/-/ready" { "Ready" }
                        a href="/-/healthy" { "Healthy" }
                    }
                }
                ul.summary { @for (tone, said) in &view.summary { li { (tag(*tone, said)) } } }
                @for one in &view.sources { (source(one)) }
            }
        }
    };
    page.into_string()
}

fn source(view: &SourceView) -> Markup {
    html! {
        section {
            div.head {
                h2 { (view.name) }
                (tag(view.health.0, &view.health.1))
                span.soft { (view.kind) ", " (view.last_poll) }
            }
            @if let Some(why) = &view.failure { p.why { "The list of projects could not be read: " (why) "." } }
            @if view.projects.is_empty() {
                p.soft { "No projects yet: none are named in the configuration and discovery has found none." }
            } @else {
                table {
                    thead { tr { th { "Project" } th { "Status" } th { "Step" } th { "Delay" } th { "Read" } } }
                    tbody { @for one in &view.projects { (project(one)) } }
                }
            }
        }
    }
}

fn project(row: &Row) -> Markup {
    html! {
        tr.failing[row.failure.is_some()] {
            td { strong { (row.name) } @if row.name != row.id { small { (row.id) } } }
            td data-name="Status" {
                (tag(row.status.0, &row.status.1))
                @if let Some(alarm) = &row.alarm { " " (tag(Tone::Bad, alarm)) }
            }
            td data-name=[some(&row.step, "Step")] { (row.step) }
            td data-name=[some(&row.delay.1, "Delay")] class=(class(row.delay.0)) { (row.delay.1) }
            td data-name="Read" class=(class(row.read.0)) { (row.read.1) }
        }
        @if let Some(why) = &row.failure {
            tr.why-row { td colspan="5" { p.why { "Could not be read: " (why) "." } } }
        }
    }
}

fn tag(tone: Tone, said: &str) -> Markup {
    html! { span.tag .(class(tone)) { (said) } }
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "bad",
        Tone::Warn => "warn",
        Tone::Good => "good",
        Tone::Quiet => "quiet",
    }
}

/// A name for a cell that says something; an empty one is not shown on a narrow screen.
fn some(said: &str, name: &'static str) -> Option<&'static str> {
    (!said.is_empty()).then_some(name)
}
