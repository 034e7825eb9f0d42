//! Whoever has a secret can sign in as anybody, so nobody but their owner may read them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::patient::Patient;

/// Whether the data directory's secrets and stores are closed to other users of this machine.
pub fn readable_by_their_owner_only(patient: &Patient) -> Vec<Finding> {
    let data = &patient.settings.data;
    let wanted = ["service-credential", "auth", "auth/secrets/master", "resource", "resource/secrets/master"];
    let there: Vec<PathBuf> = wanted.iter().map(|name| data.join(name)).filter(|path| path.exists()).collect();
    if there.is_empty() {
        return vec![Finding::skipped("secrets", "there are none yet; the first start makes them")];
    }
    let open: Vec<Finding> = there.iter().filter_map(|path| judge(path)).collect();
    if open.is_empty() {
        return vec![Finding::good("secrets", "only their owner can read them")];
    }
    open
}

fn judge(path: &Path) -> Option<Finding> {
    let shown = path.display();
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) => {
            let words = format!("{shown} cannot be looked at: {error}");
            return Some(Finding::bad("secrets", words, "Run this as the user that runs Tapri"));
        }
    };
    let mode = metadata.permissions().mode() & 0o777;
    let cure = if metadata.is_dir() { "700" } else { "600" };
    let words = format!("{shown} is open to other users of this machine (mode {mode:o})");
    (mode & 0o077 != 0).then(|| Finding::bad("secrets", words, format!("Run: chmod {cure} {shown}")))
}
