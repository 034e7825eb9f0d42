//! Phone numbers in the form that the whole world dials: E.164.

use httpkit::FieldIssue;

const FEWEST_DIGITS: usize = 8;
const MOST_DIGITS: usize = 15;

/// A number such as `+919876543210`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads `text`, which came in `field`: a plus, the country's code, the number; blanks, dashes, dots and brackets
    /// between are left out.
    ///
    /// # Errors
    /// `phone_invalid`, in words.
    pub fn parse(field: &str, text: &str) -> Result<Self, FieldIssue> {
        let refuse = || {
            FieldIssue::new(
                field,
                "phone_invalid",
                "This is not a phone number with its country, such as +91 98765 43210",
            )
        };
        let digits = text.trim().strip_prefix('+').ok_or_else(refuse)?;
        let digits: String = digits.chars().filter(|letter| !" -.()".contains(*letter)).collect();
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if plain && (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()) {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(refuse())
        }
    }

    /// In E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        PhoneNumber::parse("phone", text).ok().map(|number| number.0)
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for written in ["+919876543210", " +91 98765 43210", "+91-98765-43210", "+91 (987) 654.3210"] {
            assert_eq!(read(written).as_deref(), Some("+919876543210"), "{written}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_from_everywhere_is_refused() {
        for bad in [
            "",
            "+",
            "9876543210",
            "00919876543210",
            "+0123456789",
            "+1234567",
            "+1234567890123456",
            "+91abc543210",
            "+९१९८७६५४३२१०",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
