//! Where stores are: a data directory, or databases on a MongoDB server.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use httpkit::secrets::Server;
use httpkit::settings::Settings;
use store::port::Engine;
use store::{Embedded, Options};

use crate::backup::private_directory;
use crate::failure::Failure;
use crate::house::STORE_FILE;

/// Where both servers' stores are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A data directory.
    Directory(PathBuf),
    /// The address of a database, and that of the auth server's where it has one of its own.
    Database { uri: String, auth: Option<String> },
}

impl Place {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// A second address beside a directory.
    pub fn parse(text: &str, auth: Option<&str>) -> Result<Self, Failure> {
        let is_address = |text: &str| text.starts_with("mongodb://") || text.starts_with("mongodb+srv://");
        match auth {
            Some(auth) if !is_address(text) || !is_address(auth) => Err(Failure::new(
                "a second address is for databases only: in a directory both servers have their own file",
            )),
            auth if is_address(text) => Ok(Self::Database { uri: text.to_owned(), auth: auth.map(str::to_owned) }),
            _ => Ok(Self::Directory(std::path::absolute(text)?)),
        }
    }

    /// Opens the store of `server`; in a directory it is made where it is not, if it is to be.
    pub async fn open(&self, settings: &Settings, server: Server, make: bool) -> Result<Arc<dyn Engine>, Failure> {
        match self {
            Self::Directory(directory) => {
                let directory = directory.join(server.name());
                let file = directory.join(STORE_FILE);
                if make {
                    let unmade = |error| Failure::new(format!("`{}` cannot be made: {error}", directory.display()));
                    private_directory(&directory).map_err(unmade)?;
                } else if !file.exists() {
                    return Err(Failure::new(format!("there is no store `{}`", file.display())));
                }
                Ok(Arc::new(Embedded::open(&file, Options::default())?))
            }
            Self::Database { uri, auth } => {
                let uri = auth.as_ref().filter(|_| server == Server::Auth).unwrap_or(uri);
                database(settings, uri).await
            }
        }
    }
}

#[cfg(feature = "mongodb")]
async fn database(settings: &Settings, uri: &str) -> Result<Arc<dyn Engine>, Failure> {
    let options =
        store::MongoOptions { timeout: settings.store.timeout, development_server: settings.store.development_server };
    Ok(Arc::new(store::Mongo::open(uri, options).await?))
}

#[cfg(not(feature = "mongodb"))]
async fn database(_: &Settings, _: &str) -> Result<Arc<dyn Engine>, Failure> {
    Err(Failure::new("this program was built without the feature `mongodb`"))
}

/// Without what is secret in an address: the user's name and password.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(directory) => write!(formatter, "{}", directory.display()),
            Self::Database { uri, auth } => {
                formatter.write_str(&shown(uri))?;
                auth.iter().try_for_each(|auth| write!(formatter, " and {}", shown(auth)))
            }
        }
    }
}

fn shown(uri: &str) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("mongodb", uri));
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let database = path.split('?').next().unwrap_or_default();
    format!("{scheme}://{hosts}{database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let place =
            Place::parse("mongodb://asha:p%40ss@a:1,b:2/tapri?tls=true", Some("mongodb://c/auth")).ok().unwrap();
        assert_eq!(place.to_string(), "mongodb://a:1,b:2/tapri and mongodb://c/auth");
        let place = Place::parse("mongodb+srv://asha:pass@db.example", None).ok().unwrap();
        assert_eq!(place.to_string(), "mongodb+srv://db.example");
    }

    #[test]
    fn whatever_is_no_address_is_a_directory() {
        assert_eq!(Place::parse("/data", None).ok(), Some(Place::Directory("/data".into())));
        assert!(Place::parse("/data", Some("mongodb://c")).is_err());
        assert!(Place::parse("mongodb://c", Some("/data")).is_err());
    }
}
