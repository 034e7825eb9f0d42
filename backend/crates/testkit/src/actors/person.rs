//! Somebody with an account, signed in with a client of their own: tokens in bodies, no cookie.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::{App, Browser, Caller};
use crate::wire::{Call, Reply, Wire};

/// Somebody with an account. Clones are the same person with the same tokens.
#[derive(Clone, Debug)]
pub struct Person {
    caller: Caller,
    /// The user name.
    pub username: String,
    /// The user's id.
    pub user_id: String,
    refresh_token: Arc<Mutex<String>>,
}

/// The e-mail address with which the kit signs somebody up.
pub fn email_of(username: &str) -> String {
    format!("{username}@people.example")
}

/// The password with which the kit signs somebody up.
pub fn password_of(username: &str) -> String {
    format!("chai without sugar, {username}")
}

/// What a person sends to sign up.
fn registration(username: &str) -> Value {
    json!({"username": username, "email": email_of(username), "password": password_of(username)})
}

impl Person {
    /// Signs up under `username`.
    pub async fn sign_up(wire: &Wire, username: &str) -> Self {
        Self::from_reply(wire, &Self::asks_for_account(wire, username).await.expect(201))
    }

    /// Asks for an account under `username`.
    pub fn asks_for_account(wire: &Wire, username: &str) -> Call {
        wire.post("/api/v1/auth/register").json(&registration(username))
    }

    /// The person whom an answer with a user and tokens is about.
    fn from_reply(wire: &Wire, reply: &Reply) -> Self {
        let data = reply.data();
        let text = |value: &Value| value.as_str().expect("the answer has the user and both tokens").to_owned();
        Self {
            caller: Caller::new(wire, &text(&data["access_token"])),
            username: text(&data["user"]["username"]),
            user_id: text(&data["user"]["user_id"]),
            refresh_token: Arc::new(Mutex::new(text(&data["refresh_token"]))),
        }
    }

    /// The refresh token.
    pub fn refresh_token(&self) -> String {
        self.refresh_token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for new tokens with `refresh_token` and keeps nothing of the answer.
    pub fn try_refresh(&self, refresh_token: &str) -> Call {
        self.wire().post("/api/v1/auth/refresh").json(&json!({"refresh_token": refresh_token}))
    }

    /// Refreshes and keeps the new tokens.
    pub async fn refresh(&self) -> Reply {
        let reply = self.try_refresh(&self.refresh_token()).await.expect(200);
        self.keep(&reply);
        reply
    }

    /// Keeps the tokens of an answer.
    pub fn keep(&self, reply: &Reply) {
        self.caller.take(&reply.text_of("access_token"));
        let mut refresh_token = self.refresh_token.lock().unwrap_or_else(PoisonError::into_inner);
        *refresh_token = reply.text_of("refresh_token");
    }

    /// Signs out.
    pub fn log_out(&self) -> Call {
        self.wire().post("/api/v1/auth/logout").json(&json!({"refresh_token": self.refresh_token()}))
    }

    /// Signs in once more, with the usual password: another session.
    pub async fn sign_in_again(&self) -> Self {
        let body = json!({"login": self.username, "password": password_of(&self.username)});
        let reply = self.wire().post("/api/v1/auth/login").json(&body).await.expect(200);
        Self::from_reply(self.wire(), &reply)
    }

    /// A browser in which this person is signed in.
    pub async fn browser(&self) -> Browser {
        let browser = Browser::new(self.wire());
        browser.sign_in(&self.username, &password_of(&self.username)).await.expect(200);
        browser
    }

    /// Registers an app that can keep a secret.
    pub async fn registers(&self, name: &str) -> App {
        let redirect_uri = "https://printer.example/callback";
        let body = json!({"client_name": name, "redirect_uris": [redirect_uri], "client_type": "confidential"});
        self.registers_with(&body).await
    }

    /// Registers an app that runs on people's devices, with one redirect URI.
    pub async fn registers_public(&self, name: &str, redirect_uri: &str) -> App {
        let body = json!({"client_name": name, "redirect_uris": [redirect_uri], "client_type": "public"});
        self.registers_with(&body).await
    }

    /// Registers an app as `body` says; its first redirect URI is the one it uses.
    pub async fn registers_with(&self, body: &Value) -> App {
        let reply = self.send("/api/v1/apps", body).await.expect(201);
        let redirect_uri = body["redirect_uris"][0].as_str().unwrap_or_default();
        App::new(self.wire(), &reply.data(), redirect_uri)
    }

    /// The apps with access to this account.
    pub fn authorized_apps(&self) -> Call {
        self.get("/api/v1/me/authorized-apps")
    }

    /// Takes an app's access away.
    pub fn withdraws(&self, app: &App) -> Call {
        self.delete(&format!("/api/v1/me/authorized-apps/{}", app.client_id))
    }

    /// The devices that are signed in.
    pub fn sessions(&self) -> Call {
        self.get("/api/v1/auth/sessions")
    }

    /// Changes the password from the usual one.
    pub fn change_password(&self, current: &str, new: &str) -> Call {
        self.send("/api/v1/auth/password/change", &json!({"current_password": current, "new_password": new}))
    }
}

impl Deref for Person {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}
