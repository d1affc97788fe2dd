//! Puts the git revision and the compiler's version into the binary, for `--version` and
//! `migration_exporter_build_info`. A source tree without git (a release tarball) says `unknown`.

use std::process::Command;

#[expect(clippy::disallowed_methods, reason = "a build script is configured by its environment")]
fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    for path in [".git/HEAD", ".git/index", ".git/refs/heads"] {
        if std::path::Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rerun-if-env-changed=MIGRATION_EXPORTER_REVISION");
    let revision = std::env::var("MIGRATION_EXPORTER_REVISION")
        .ok()
        .filter(|given| !given.is_empty())
        .or_else(|| first_line("git", &["rev-parse", "--short=12", "HEAD"]))
        .unwrap_or_else(|| "unknown".to_owned());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = first_line(&rustc, &["--version"]).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=BUILD_REVISION={revision}");
    println!("cargo::rustc-env=BUILD_RUSTC={rustc}");
}

/// The first line that a command prints, or none if it cannot be run or fails.
fn first_line(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
