//! `tapri doctor`: looks at everything that a Tapri needs around it, and says of what is wrong how to cure it. It changes
//! nothing, and makes nothing: where Tapri has never run, there is simply not much to see.
//!
//! A check is a function from [`Patient`] to [`Finding`]s. To add one, write it in the file of its subject, or a new one,
//! and add a line to [`examine`].

mod clocks;
mod disk;
mod finding;
mod keys;
mod origin;
mod others;
mod patient;
mod ports;
mod secrets;
mod stores;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::path::PathBuf;

use httpkit::settings::Settings;

use crate::failure::Failure;
use crate::words;
use finding::{Finding, Grade};
use patient::Patient;

/// Looks, tells, and fails where something is wrong.
pub async fn run(settings: Settings, config: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let findings = examine(&Patient::new(settings, config)?).await;
    words::say(&if json { as_json(&findings) } else { as_words(&findings) });
    match findings.iter().filter(|finding| finding.grade == Grade::Bad).count() {
        0 => Ok(()),
        1 => Err(Failure::new("one thing needs a cure")),
        many => Err(Failure::new(format!("{many} things need a cure"))),
    }
}

/// Every check, in the order in which one would mend what they find.
async fn examine(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(disk::free_space(patient));
    findings.extend(secrets::readable_by_their_owner_only(patient));
    findings.extend(stores::open_or_in_use(patient).await);
    findings.extend(keys::whole_and_turning(patient).await);
    findings.extend(ports::free_or_ours(patient).await);
    findings.extend(origin::safe(patient));
    findings.extend(origin::leads_here(patient).await);
    findings.extend(origin::cookies(patient).await);
    findings.extend(clocks::agree(patient).await);
    findings.extend(others::redis(patient).await);
    findings.extend(others::mail(patient).await);
    findings.extend(others::text_messages(patient).await);
    findings
}

fn as_words(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:<8} {:<9} {}", finding.grade.word(), finding.check, finding.words);
        if let Some(cure) = &finding.cure {
            let _ = writeln!(text, "{:<18} -> {cure}", "");
        }
    }
    text
}

fn as_json(findings: &[Finding]) -> String {
    let healthy = findings.iter().all(|finding| finding.grade != Grade::Bad);
    format!("{}\n", serde_json::json!({ "healthy": healthy, "findings": findings }))
}
