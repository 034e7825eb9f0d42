//! Query parameters, and the two that every list has.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::error::{Error, Result};

/// Parameters of the query string; a parameter of the wrong form is 422.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Error::invalid("query", "wrong_type", rejection.body_text())),
        }
    }
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
            Some(limit) => Err(Error::invalid(
                "limit",
                "out_of_range",
                format!("A page holds 1 to {most} items, not {limit}"),
            )),
        }
    }
}
