//! A device without a browser, such as a picture frame: it shows a code and asks until somebody has answered (RFC 8628).

use serde_json::{Value, json};

use super::{App, Person};
use crate::wire::{Call, Reply};

/// The grant type of devices.
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that shows a code.
#[derive(Clone, Debug)]
pub struct Device {
    app: App,
    /// What it was told at the beginning.
    pub begun: Value,
}

impl Device {
    /// The code on its screen.
    pub fn user_code(&self) -> String {
        self.text("user_code")
    }

    /// The code that nobody sees.
    pub fn device_code(&self) -> String {
        self.text("device_code")
    }

    fn text(&self, name: &str) -> String {
        self.begun[name].as_str().expect("a device has both codes").to_owned()
    }

    /// Asks whether somebody has answered.
    pub fn polls(&self) -> Call {
        self.polls_as(&self.app)
    }

    /// The same, posing as another app.
    pub fn polls_as(&self, app: &App) -> Call {
        app.call("/oauth/token", &[("grant_type", GRANT_TYPE), ("device_code", &self.device_code())])
    }
}

impl App {
    /// A device with this app in it begins.
    pub fn begins_on_device(&self, scope: &str) -> Call {
        self.call("/oauth/device_authorization", &[("scope", scope)])
    }

    /// The same, as far as it must work.
    pub async fn on_device(&self, scope: &str) -> Device {
        let begun = self.begins_on_device(scope).await.expect(200).json().clone();
        Device { app: self.clone(), begun }
    }
}

impl Person {
    /// Registers a public app for devices.
    pub async fn registers_for_devices(&self, name: &str) -> App {
        let body = json!({
            "client_name": name, "redirect_uris": [], "client_type": "public", "client_uri": "https://frames.example/",
            "grant_types": [GRANT_TYPE, "refresh_token"],
        });
        self.registers_with(&body).await
    }

    /// Looks at what the device asks that shows `user_code`.
    pub fn looks_at_device(&self, user_code: &str) -> Call {
        self.get("/api/v1/device").query(&[("user_code", user_code)])
    }

    /// Decides about it.
    pub fn decides_on_device(&self, user_code: &str, decision: &str, scopes: &[&str]) -> Call {
        self.send("/api/v1/device", &json!({"user_code": user_code, "decision": decision, "scopes": scopes}))
    }

    /// Lets the device have `scopes`; its tokens.
    pub async fn lets_device_in(&self, device: &Device, scopes: &[&str]) -> Reply {
        self.decides_on_device(&device.user_code(), "allow", scopes).await.expect(200);
        device.polls().await.expect(200)
    }
}
