//! How settings come together: defaults, then a file, then the environment; and the words for what is wrong with them.
//!
//! Own code instead of a settings library: the default file is also the schema (which keys there are, and whether a
//! text of the environment is to be read as a number, a switch or a list), and each error names the key, the place
//! where it was set and what belongs there, in one sentence. No library of this kind gives all three.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{EmailVerification, RegistrationPolicy, Settings};

const DEFAULTS: &str = include_str!("../../../../tapri.default.toml");
const PREFIX: &str = "TAPRI_";
/// Not ours to read: what tests are told about the machine they run on.
const TESTS_PREFIX: &str = "TAPRI_TEST_";

/// Why the settings do not hold, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(String);

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

/// Where a value was set, for an error's words.
#[derive(Clone, Debug)]
enum Source {
    Defaults,
    File(PathBuf),
    Environment(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => write!(formatter, "the defaults"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Environment(name) => write!(formatter, "the environment ({name})"),
        }
    }
}

impl Settings {
    /// The settings of this process: defaults < `file` < the environment's `TAPRI_…`.
    ///
    /// # Errors
    /// One sentence that names the key, where it was set and what is expected.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            match value.into_string() {
                Ok(value) => environment.push((name.to_owned(), value)),
                Err(_) => return Err(SettingsError(format!("the environment's {name} is not UTF-8 text"))),
            }
        }
        let file = match file {
            Some(path) => Some((path.to_owned(), read(path)?)),
            None => None,
        };
        Self::from_layers(file, environment)
    }

    /// The same from given texts: `file` with the name it goes by in errors, `environment` as names and values.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn from_layers(
        file: Option<(PathBuf, String)>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut layers = Layers::new();
        if let Some((path, text)) = file {
            layers.add_file(path, &text)?;
        }
        for (name, value) in environment {
            if name.starts_with(PREFIX) && !name.starts_with(TESTS_PREFIX) {
                layers.add_variable(name, &value)?;
            }
        }
        layers.finish()
    }

    /// The defaults alone.
    pub fn defaults() -> Self {
        Layers::new().finish().expect("a test holds that the default file is valid")
    }
}

fn read(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path)
        .map_err(|error| SettingsError(format!("the settings file {} cannot be read: {error}", path.display())))
}

/// The values so far, and where those that are not defaults were set.
struct Layers {
    values: Table,
    sources: BTreeMap<String, Source>,
}

impl Layers {
    fn new() -> Self {
        let values = DEFAULTS.parse().expect("a test holds that the default file is valid");
        Self { values, sources: BTreeMap::new() }
    }

    fn add_file(&mut self, path: PathBuf, text: &str) -> Result<(), SettingsError> {
        let layer: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            SettingsError(format!(
                "the settings file {} is not valid TOML at line {line}: {}",
                path.display(),
                error.message()
            ))
        })?;
        overlay(&mut self.values, layer, "", &Source::File(path), &mut self.sources)
    }

    fn add_variable(&mut self, name: String, text: &str) -> Result<(), SettingsError> {
        let path = name[PREFIX.len()..].to_lowercase();
        let keys: Vec<&str> = path.split("__").collect();
        let source = Source::Environment(name.clone());
        let mut table = &mut self.values;
        let (last, sections) = keys.split_last().expect("split gives at least one part");
        for section in sections {
            match table.get_mut(*section) {
                Some(Value::Table(inner)) => table = inner,
                _ => return Err(unknown(&keys.join("."), &source)),
            }
        }
        let key = keys.join(".");
        let Some(slot) = table.get_mut(*last).filter(|slot| !slot.is_table()) else {
            return Err(unknown(&key, &source));
        };
        *slot = read_like(slot, text).ok_or_else(|| wrong_kind(&key, &source, slot))?;
        self.sources.insert(key, source);
        Ok(())
    }

    fn finish(self) -> Result<Settings, SettingsError> {
        let settings: Settings = serde_path_to_error::deserialize(self.values).map_err(|error| {
            let path = error.path().to_string();
            let key = path.split('[').next().unwrap_or_default();
            let source = self.sources.get(key).unwrap_or(&Source::Defaults);
            SettingsError(format!("the setting `{key}` in {source} does not fit: {}", error.inner().message()))
        })?;
        consistent(settings)
    }
}

/// Puts `layer` over `values`, refusing keys that `values` does not have and values of another kind.
fn overlay(
    values: &mut Table,
    layer: Table,
    section: &str,
    source: &Source,
    sources: &mut BTreeMap<String, Source>,
) -> Result<(), SettingsError> {
    for (name, value) in layer {
        let key = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
        match (values.get_mut(&name), value) {
            (None, _) => return Err(unknown(&key, source)),
            (Some(Value::Table(inner)), Value::Table(layer)) => overlay(inner, layer, &key, source, sources)?,
            (Some(slot), value) if slot.same_type(&value) => {
                *slot = value;
                sources.insert(key, source.clone());
            }
            (Some(slot), _) => return Err(wrong_kind(&key, source, slot)),
        }
    }
    Ok(())
}

/// `text` as a value of the kind that `default` is.
fn read_like(default: &Value, text: &str) -> Option<Value> {
    match default {
        Value::String(_) => Some(Value::String(text.to_owned())),
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(items) => {
            let like = items.first().cloned().unwrap_or_else(|| Value::String(String::new()));
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| read_like(&like, part)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown(key: &str, source: &Source) -> SettingsError {
    SettingsError(format!("there is no setting `{key}`, but {source} sets it; `tapri config` lists all there are"))
}

fn wrong_kind(key: &str, source: &Source, default: &Value) -> SettingsError {
    let expected = match default {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
        Value::Float(_) | Value::Datetime(_) => "another kind of value",
    };
    SettingsError(format!("the setting `{key}` in {source} should be {expected}"))
}

/// What no single value can show.
fn consistent(settings: Settings) -> Result<Settings, SettingsError> {
    let paging = &settings.paging;
    if paging.default == 0 || paging.default > paging.max {
        return Err(SettingsError("`paging.default` should be at least 1 and at most `paging.max`".to_owned()));
    }
    if settings.sessions.idle > settings.sessions.max {
        return Err(SettingsError("`sessions.idle` should not be longer than `sessions.max`".to_owned()));
    }
    if settings.mail.smtp.is_some() && settings.mail.from.is_empty() {
        return Err(SettingsError("`mail.from` should say whom mail is from, since `mail.smtp` is set".to_owned()));
    }
    if settings.accounts.email_verification == EmailVerification::Required && settings.mail.smtp.is_none() {
        let words =
            "`accounts.email_verification` is \"required\", but `mail.smtp` is not set, so nobody could confirm";
        return Err(SettingsError(words.to_owned()));
    }
    let tls = &settings.gateway.tls;
    if tls.certificate.is_some() != tls.key.is_some() {
        return Err(SettingsError("`gateway.tls` needs both a `certificate` and its `key`, or neither".to_owned()));
    }
    if tls.certificate.is_some() && !settings.is_https() {
        return Err(SettingsError("`gateway.tls` is set, so `origin` should begin with https://".to_owned()));
    }
    if settings.auth.registration.policy == RegistrationPolicy::Token && settings.auth.registration.token.is_none() {
        let words = "`auth.registration.policy` is \"token\", but `auth.registration.token` is not set";
        return Err(SettingsError(words.to_owned()));
    }
    Ok(settings)
}
