//! A browser's cookies, as far as the stories need them: names, values, attributes, and which go along to whom.

use std::collections::BTreeMap;

/// A cookie as the server set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value; empty when it is taken away.
    pub value: String,
    /// Its attributes in lower case, without what follows the name where there is no value: `httponly`, `path=/`.
    pub attributes: Vec<String>,
}

impl Cookie {
    /// Reads a `Set-Cookie` header.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attributes = parts.map(str::to_ascii_lowercase).collect();
        Some(Self { name: name.to_owned(), value: value.to_owned(), attributes })
    }

    /// Whether it has the attribute, written in lower case.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|has| has == attribute)
    }

    fn is_strict(&self) -> bool {
        self.has("samesite=strict")
    }

    fn is_over(&self) -> bool {
        self.has("max-age=0")
    }
}

/// The cookies of one browser for one origin.
#[derive(Clone, Debug, Default)]
pub struct Jar(BTreeMap<String, Cookie>);

impl Jar {
    /// Takes over what an answer sets and takes away.
    pub fn keep(&mut self, cookies: Vec<Cookie>) {
        for cookie in cookies {
            if cookie.is_over() {
                self.0.remove(&cookie.name);
            } else {
                self.0.insert(cookie.name.clone(), cookie);
            }
        }
    }

    /// The cookie of that name.
    pub fn get(&self, name: &str) -> Option<&Cookie> {
        self.0.get(name)
    }

    /// Plants a cookie, as an attacker on a sibling host would.
    pub fn plant(&mut self, name: &str, value: &str) {
        let cookie = Cookie { name: name.to_owned(), value: value.to_owned(), attributes: Vec::new() };
        self.0.insert(name.to_owned(), cookie);
    }

    /// All names.
    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The `Cookie` header of a request from our own pages.
    pub fn header(&self) -> String {
        Self::join(self.0.values())
    }

    /// The `Cookie` header of a top-level navigation that another site caused: without the `Strict` ones.
    pub fn header_from_elsewhere(&self) -> String {
        Self::join(self.0.values().filter(|cookie| !cookie.is_strict()))
    }

    fn join<'c>(cookies: impl Iterator<Item = &'c Cookie>) -> String {
        let pairs: Vec<String> = cookies.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.join("; ")
    }
}
