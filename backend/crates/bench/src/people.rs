//! The people of a benchmark: a reader who follows twenty others, each with a few posts.

use serde_json::{Value, json};

use crate::Failure;
use crate::server::Tapri;

/// Everybody's password.
pub const PASSWORD: &str = "a quiet cup of chai";

/// A reader, and the posts in their feed.
pub struct Town {
    /// Asks the API.
    pub client: reqwest::Client,
    /// The reader's access token.
    pub token: String,
    /// Posts of people whom the reader follows.
    pub posts: Vec<String>,
}

impl Town {
    /// Twenty people with five posts each, and one who follows them all.
    pub async fn build(tapri: &Tapri) -> Result<Self, Failure> {
        let client = reqwest::Client::builder().pool_max_idle_per_host(256).build()?;
        let reader = sign_up(&client, tapri, "reader").await?;
        let mut posts = Vec::new();
        for number in 0..20 {
            let name = format!("author{number}");
            let author = sign_up(&client, tapri, &name).await?;
            for post in 0..5 {
                let body = json!({"title": "Midnight Chai", "caption": format!("Post {post} of {name}, with a few words about a long night.")});
                let answer = call(client.post(api(tapri, "/posts")).bearer_auth(&author).json(&body)).await?;
                posts.push(text(&answer, "post_id")?);
            }
            call(client.put(api(tapri, &format!("/users/{name}/follow"))).bearer_auth(&reader)).await?;
        }
        Ok(Self { client, token: reader, posts })
    }
}

/// Signs `name` up; answers the access token.
pub async fn sign_up(client: &reqwest::Client, tapri: &Tapri, name: &str) -> Result<String, Failure> {
    let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
    let answer = call(client.post(api(tapri, "/auth/register")).json(&body)).await?;
    text(&answer, "access_token")
}

/// The address of `path` on the resource server.
pub fn api(tapri: &Tapri, path: &str) -> String {
    format!("{}/api/v1{path}", tapri.resource)
}

/// Sends `request`; answers the envelope's `data`, or fails with what the server said.
pub async fn call(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let answer = request.send().await?;
    let status = answer.status();
    let mut body: Value = answer.json().await?;
    if status.is_success() { Ok(body["data"].take()) } else { Err(format!("{status}: {body}").into()) }
}

/// The text `field` of `data`.
pub fn text(data: &Value, field: &str) -> Result<String, Failure> {
    Ok(data[field].as_str().ok_or_else(|| format!("no {field} in {data}"))?.to_owned())
}
