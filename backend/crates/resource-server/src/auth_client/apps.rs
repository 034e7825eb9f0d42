//! Apps: what a user let in, what a developer made, and our own.

use http::Method;
use httpkit::auth_wire::{
    AuthorizedApp, ClientChange, ClientView, ClientWithSecret, Done, Listed, NewClient, OwnClient,
};
use httpkit::{ClientId, UserId};
use url::form_urlencoded::byte_serialize;

use super::{AuthClient, DEADLINE, Result};

impl AuthClient {
    /// The apps that `user` let in, newest first.
    pub async fn authorized_apps(&self, user: UserId) -> Result<Vec<AuthorizedApp>> {
        let list: Listed<_> = self.get(&format!("subjects/{user}/apps")).await?;
        Ok(list.items)
    }

    /// Ends everything that `user` gave to `app`.
    pub async fn withdraw_app(&self, user: UserId, app: &ClientId) -> Result<Done> {
        // The id may be a URL, whose slashes are no parts of this path.
        let app: String = byte_serialize(app.as_str().as_bytes()).collect();
        self.delete(&format!("subjects/{user}/apps/{app}")).await
    }

    /// The apps that `owner` made, newest first.
    pub async fn clients(&self, owner: UserId) -> Result<Vec<ClientView>> {
        let list: Listed<_> = self.get(&format!("clients?owner={owner}")).await?;
        Ok(list.items)
    }

    /// Registers an app.
    pub async fn create_client(&self, client: &NewClient) -> Result<ClientWithSecret> {
        self.post("clients", client).await
    }

    /// One app of `owner`.
    pub async fn client(&self, owner: UserId, app: &ClientId) -> Result<ClientView> {
        self.get(&format!("clients/{app}?owner={owner}")).await
    }

    /// Changes an app of `owner`.
    pub async fn change_client(&self, owner: UserId, app: &ClientId, change: &ClientChange) -> Result<ClientView> {
        self.call(Method::PATCH, &format!("clients/{app}?owner={owner}"), Some(change), DEADLINE).await
    }

    /// Deletes an app of `owner`, and with it every grant it has.
    pub async fn delete_client(&self, owner: UserId, app: &ClientId) -> Result<Done> {
        self.delete(&format!("clients/{app}?owner={owner}")).await
    }

    /// Gives an app of `owner` another secret.
    pub async fn rotate_client_secret(&self, owner: UserId, app: &ClientId) -> Result<ClientWithSecret> {
        self.post(&format!("clients/{app}/secret?owner={owner}"), &Done {}).await
    }

    /// Ends everything that people gave to an app of `owner`.
    pub async fn revoke_client_tokens(&self, owner: UserId, app: &ClientId) -> Result<Done> {
        self.post(&format!("clients/{app}/revoke?owner={owner}"), &Done {}).await
    }

    /// Registers one of our own apps, or brings it up to date.
    pub async fn put_own_client(&self, app: &ClientId, client: &OwnClient) -> Result<Done> {
        self.call(Method::PUT, &format!("clients/own/{app}"), Some(client), DEADLINE).await
    }
}
