//! Why an upload is not taken, in words that a person can act upon.

use httpkit::{Error, Kind};
use image::ImageError;

/// Why an upload is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its first bytes are those of no picture.
    NotAPicture,
    /// A picture, in a format that we cannot read.
    UnknownFormat(&'static str),
    /// It is cut off or damaged; the decoder's words, for the log.
    Broken(String),
    /// It would unpack to more than we take.
    TooManyPixels {
        /// As the header says.
        width: u32,
        /// As the header says.
        height: u32,
        /// What we take.
        max_pixels: u64,
    },
    /// It would unpack to more memory than we have for one, whatever its size: rows too long, colours too fine.
    TooMuch,
    /// Our own failure, not the picture's; for the log.
    Failed(String),
}

impl Refusal {
    /// What a decoder's error means.
    pub(super) fn from_image(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooMuch,
            ImageError::Decoding(_)
            | ImageError::Unsupported(_)
            | ImageError::IoError(_)
            | ImageError::Parameter(_)
            | ImageError::Encoding(_) => Self::Broken(error.to_string()),
        }
    }

    /// The stable slug: of the answer, and of a media object that failed.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::NotAPicture => "not_a_picture",
            Self::UnknownFormat(_) => "picture_format_unknown",
            Self::Broken(_) => "picture_broken",
            Self::TooManyPixels { .. } | Self::TooMuch => "picture_too_many_pixels",
            Self::Failed(_) => "picture_failed",
        }
    }

    fn issue(&self) -> String {
        const TAKEN: &str = "Send JPEG, PNG, WebP or GIF";
        match self {
            Self::NotAPicture => format!("This file is not a picture. {TAKEN}"),
            Self::UnknownFormat(format) => format!("Pictures in {format} cannot be read yet. {TAKEN}"),
            Self::Broken(_) => "This picture is damaged or incomplete. Try to export it again".to_owned(),
            Self::TooManyPixels { width, height, max_pixels } => {
                let pixels = u64::from(*width) * u64::from(*height);
                format!(
                    "This picture is too large: {width} × {height}, {} megapixels. The limit is {}",
                    pixels.div_ceil(1_000_000),
                    max_pixels / 1_000_000
                )
            }
            Self::TooMuch => {
                "This picture unpacks to more than is taken. Save it smaller, or with 8 bits a colour".to_owned()
            }
            Self::Failed(_) => "This picture could not be prepared".to_owned(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let (reason, issue) = (refusal.reason(), refusal.issue());
        match refusal {
            Refusal::NotAPicture | Refusal::UnknownFormat(_) => {
                Self::new(Kind::UnsupportedMedia, reason, issue).field("file")
            }
            Refusal::Broken(_) | Refusal::TooManyPixels { .. } | Refusal::TooMuch => {
                Self::new(Kind::Invalid, reason, issue).field("file")
            }
            Refusal::Failed(cause) => Self::internal(cause),
        }
    }
}
