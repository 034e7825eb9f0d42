//! An upload on its way in: from the request's body to a file on disk, never whole in memory.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use httpkit::extract::Issues;
use httpkit::{Error, Kind, Result};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::picture;
use crate::app::App;
use crate::text;

/// What a form is longer than the file in it: the other field, the boundaries.
pub(super) const FORM: u64 = 64 * 1024;

/// What a form with an upload brought. The file is removed again unless [`Received::take`] is called.
#[derive(Debug)]
pub(super) struct Received {
    path: Option<PathBuf>,
    pub(super) alt: String,
    /// SHA-256 over the file and the alternative text: whether two uploads are the same.
    pub(super) digest: [u8; 32],
}

impl Received {
    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// From now on the file is the caller's to keep or to remove.
    pub(super) fn take(&mut self) {
        self.path = None;
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // What cannot be removed now is removed at a later start.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Reads the form: `file`, and `alt` or not. The file is durable at `path` when it returns.
///
/// # Errors
/// 400 for a broken form, 413, 415 `not_a_picture`, 422 for a missing or unknown field or too long a text.
pub(super) async fn receive(app: &App, mut form: Multipart, path: PathBuf) -> Result<Received> {
    let mut received = Received { path: Some(path), alt: String::new(), digest: [0; 32] };
    let mut sum = digest::Context::new(&digest::SHA256);
    let (mut has_file, mut has_alt) = (false, false);
    while let Some(field) = form.next_field().await.map_err(unread)? {
        match field.name() {
            Some("file") if !has_file => {
                has_file = true;
                write_file(app, field, received.path(), &mut sum).await?;
            }
            Some("alt") if !has_alt => {
                has_alt = true;
                received.alt = read_alt(app, field).await?;
            }
            name => {
                let name = name.unwrap_or_default().to_owned();
                let issue = format!("The form has one file and, where you like, one alt; {name} is not expected");
                return Err(Error::invalid(name, "unknown_field", issue));
            }
        }
    }
    if !has_file {
        return Err(Error::invalid("file", "missing", "file is missing"));
    }
    sum.update(&[0]);
    sum.update(received.alt.as_bytes());
    received.digest.copy_from_slice(sum.finish().as_ref());
    Ok(received)
}

async fn write_file(app: &App, mut field: Field<'_>, path: &Path, sum: &mut digest::Context) -> Result<()> {
    let most = app.settings().media.max_bytes;
    let (mut mark, mut judged, mut length) = (Vec::new(), false, 0_u64);
    let mut file = File::create(path).await.map_err(Error::internal)?;
    while let Some(chunk) = field.chunk().await.map_err(unread)? {
        length += chunk.len() as u64;
        if length > most {
            return Err(too_large(None, most));
        }
        if !judged {
            mark.extend(chunk.iter().take(picture::MARK));
            judged = mark.len() >= picture::MARK;
            // Nobody has to send 30 MB to hear that it is no picture.
            if judged {
                picture::kind_of(&mark)?;
            }
        }
        sum.update(&chunk);
        file.write_all(&chunk).await.map_err(Error::internal)?;
    }
    if !judged {
        picture::kind_of(&mark)?;
    }
    file.sync_all().await.map_err(Error::internal)
}

async fn read_alt(app: &App, field: Field<'_>) -> Result<String> {
    let alt = field.text().await.map_err(unread)?;
    let mut issues = Issues::default();
    let alt = text::block(&mut issues, "alt", "The description", &alt, app.settings().text.alt);
    issues.finish()?;
    Ok(alt)
}

/// Refuses a form that says that it is too long before any of it is read; one that does not say so is found out while it
/// is read.
///
/// # Errors
/// 413 `upload_too_large`.
pub(super) fn judge_length(app: &App, headers: &HeaderMap) -> Result<()> {
    let most = app.settings().media.max_bytes;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > most + FORM => Err(too_large(Some(length), most)),
        Some(_) | None => Ok(()),
    }
}

fn too_large(length: Option<u64>, most: u64) -> Error {
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    let size = length.map(|length| format!(": {} MB", megabytes(length))).unwrap_or_default();
    let words = format!("This photo is too large{size}. The limit is {} MB", megabytes(most));
    Error::new(Kind::TooLarge, "upload_too_large", words).field("file")
}

/// 415 for a body of another kind.
pub(super) fn not_a_form() -> Error {
    Error::new(Kind::UnsupportedMedia, "not_a_form", "Send a form with the photo: Content-Type: multipart/form-data")
}

fn unread(error: MultipartError) -> Error {
    match error.status().as_u16() {
        413 => Error::new(Kind::TooLarge, "upload_too_large", "This photo is too large").field("file"),
        _ => Error::unreadable("form_unreadable", "The form did not arrive whole, or is no multipart/form-data")
            .because(error),
    }
}
