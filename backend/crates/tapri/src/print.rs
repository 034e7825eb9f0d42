//! The sub-commands that print something and end.

use std::io::{self, Write};

use crate::failure::Failure;

/// Every setting with its default and what it means: the file itself that the loader reads.
const SETTINGS: &str = include_str!("../../../tapri.default.toml");

/// Prints the settings.
pub fn settings() -> Result<(), Failure> {
    write(SETTINGS)
}

/// Prints the OpenAPI document of both servers' public routes.
pub fn openapi() -> Result<(), Failure> {
    let mut document = resource_server::openapi(auth_server::openapi()).to_pretty_json()?;
    document.push('\n');
    write(&document)
}

/// Prints the version.
pub fn version() -> Result<(), Failure> {
    write(concat!("tapri ", env!("CARGO_PKG_VERSION"), "\n"))
}

fn write(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Who reads only the first lines (`tapri config | head`) has what they wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
