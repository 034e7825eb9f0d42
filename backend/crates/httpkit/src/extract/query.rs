//! Query parameters, and the two that every list has.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::error::{Error, Result};

/// Parameters of the query string; a parameter of the wrong form is 422.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let words = error.inner().to_string();
        match error.path().to_string() {
            path if path != "." => {
                Error::invalid(path, "wrong_type", format!("This parameter has the wrong form: {words}"))
            }
            // Of a parameter that is missing only the words know the name.
            _ => Error::invalid(words.split('`').nth(1).unwrap_or("query"), "missing", "This parameter is missing"),
        }
    })
}

/// `?limit=&cursor=` of every list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many at most: 20 where nothing is said, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
    /// Where to go on: the `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit to use, given what the settings say.
    ///
    /// # Errors
    /// 422 for none and for more than `most`.
    pub fn limit(&self, usual: usize, most: usize) -> Result<usize> {
        match self.limit {
            None => Ok(usual),
            Some(limit) if (1..=most).contains(&limit) => Ok(limit),
            Some(limit) => {
                Err(Error::invalid("limit", "out_of_range", format!("A page holds 1 to {most} items, not {limit}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_of_the_wrong_form_is_named() {
        for query in ["limit=-1", "limit=many", "limit=1e1", "cursor=x&limit=", "limit=99999999999999999999"] {
            let error = read::<PageQuery>(query).expect_err(query);
            assert_eq!(error.reason(), "wrong_type");
            assert!(format!("{error:?}").contains("field: Some(\"limit\")"), "{error:?}");
        }
        assert!(read::<PageQuery>("limit=1&cursor=%41").is_ok());
        assert!(read::<PageQuery>("").is_ok());
    }
}
