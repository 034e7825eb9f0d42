//! Room for what is to come.

use super::finding::Finding;
use super::patient::Patient;

const MEGABYTE: u64 = 1_000_000;
/// Below this a busy evening fills the disk.
const LITTLE: u64 = 2_000 * MEGABYTE;
/// Below this a store may not be able to write at all.
const TOO_LITTLE: u64 = 200 * MEGABYTE;

/// Whether there is room where the data is, or will be.
pub fn free_space(patient: &Patient) -> Vec<Finding> {
    let data = std::path::absolute(&patient.settings.data).unwrap_or_else(|_| patient.settings.data.clone());
    let Some(there) = data.ancestors().find(|path| path.exists()) else { return Vec::new() };
    let place = there.display().to_string();
    vec![match rustix::fs::statvfs(there) {
        Ok(disk) => judge(&place, disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => Finding::bad(
            "disk",
            format!("nobody knows how much is free at {place}: {error}"),
            "Make the data directory readable for the user that runs Tapri",
        ),
    }]
}

pub(super) fn judge(place: &str, free: u64) -> Finding {
    let words = format!("{} MB are free at {place}", free / MEGABYTE);
    match free {
        ..TOO_LITTLE => {
            Finding::bad("disk", words, "Free some, or set `data` to a larger disk and move everything there")
        }
        TOO_LITTLE..LITTLE => Finding::warning("disk", words, "Free some before pictures fill it"),
        LITTLE.. => Finding::good("disk", words),
    }
}
