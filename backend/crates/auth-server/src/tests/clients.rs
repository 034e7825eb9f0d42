//! Keeping apps, and how an app proves who it is.

use http::Method;
use httpkit::auth_wire::{ClientType, ClientView, ClientWithSecret, Done, EndedKind, Listed, OwnClient};
use httpkit::{ClientId, UserId};
use serde_json::{Value, json};
use store::Clock as _;

use super::actors::text;
use super::tokens::access_claims;
use super::world::new_client;
use super::{App, World};

fn path(app: &App) -> String {
    format!("clients/{}?owner={}", app.id, app.owner)
}

async fn stranger(world: &World) -> UserId {
    UserId::generate_unsharded(world.clock.now(), &world.random)
}

#[tokio::test]
async fn an_app_is_registered_with_the_defaults_of_the_rfc() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    let view: ClientView = world.fetch(&path(&app)).await.ok();
    assert_eq!(view.grant_types, ["authorization_code", "refresh_token"]);
    assert_eq!((view.options.token_endpoint_auth_method.as_deref(), view.secrets), (Some("client_secret_basic"), 1));
    assert!(app.id.as_str().starts_with("app_") && app.secret.is_some());
    assert!(!view.scope.to_string().contains("admin"));
    let public = world.public_app().await;
    let view: ClientView = world.fetch(&path(&public)).await.ok();
    assert_eq!(
        (view.options.token_endpoint_auth_method.as_deref(), view.secrets, public.secret),
        (Some("none"), 0, None)
    );
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_field() {
    let world = World::new().await;
    let owner = stranger(&world).await;
    let good = serde_json::to_value(new_client(owner, ClientType::Public)).unwrap();
    for (field, value, slug) in [
        ("client_name", json!(""), "client_name_invalid"),
        ("redirect_uris", json!([]), "redirect_uri_invalid"),
        ("redirect_uris", json!(["javascript:alert(1)"]), "redirect_uri_invalid"),
        ("redirect_uris", json!(["http://app.example/"]), "redirect_uri_invalid"),
        ("grant_types", json!(["password"]), "grant_types_invalid"),
        ("client_uri", json!("javascript:alert(1)"), "client_uri_invalid"),
        ("scope", json!(""), "scope_invalid"),
    ] {
        let mut new = good.clone();
        new[field] = value;
        let answer = world.post("clients", &new).await;
        assert_eq!(answer.refusal(), (422, slug.to_owned()));
        assert_eq!(answer.json()["field"], field);
    }
    let mut wrong = good;
    wrong["redirect_uris"] = json!({ "$gt": "" });
    assert_eq!(world.post("clients", &wrong).await.refusal(), (422, "invalid_request".to_owned()));
}

#[tokio::test]
async fn somebody_elses_app_does_not_exist() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    let other = format!("clients/{}?owner={}", app.id, stranger(&world).await);
    let missing = (404, "client_not_found".to_owned());
    assert_eq!(world.fetch(&other).await.refusal(), missing);
    assert_eq!(world.remove(&other).await.refusal(), missing);
    assert_eq!(world.internal(Method::PATCH, &other, &json!({ "client_name": "Mine" })).await.refusal(), missing);
    let secret = other.replace('?', "/secret?");
    assert_eq!(world.post(&secret, &Value::Null).await.refusal(), missing);
    let list: Listed<ClientView> = world.fetch(&format!("clients?owner={}", app.owner)).await.ok();
    assert_eq!(list.items.len(), 1);
}

#[tokio::test]
async fn a_change_changes_only_what_is_named() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    let change = json!({ "client_name": "Noon Prints", "client_uri": "" });
    let view: ClientView = world.internal(Method::PATCH, &path(&app), &change).await.ok();
    assert_eq!((view.client_name.as_str(), view.client_uri), ("Noon Prints", None));
    assert_eq!(view.redirect_uris, [app.redirect_uri]);
}

#[tokio::test]
async fn a_new_secret_opens_at_once_and_the_old_one_for_a_day() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    let asha = world.sign_in().await;
    let tokens = app.tokens_of(&world, &asha, "posts:read offline_access").await;
    let token = text(&tokens, "access_token");
    let rotated: ClientWithSecret = world.post(&path(&app).replace('?', "/secret?"), &Value::Null).await.ok();
    assert_eq!(rotated.client.secrets, 2);
    let renewed = App { secret: rotated.client_secret, ..app.clone() };
    assert_eq!(renewed.introspect(&world, token).await["active"], true);
    assert_eq!(app.introspect(&world, token).await["active"], true);
    world.pass(24 * 60 * 60);
    assert_eq!(app.post(&world, "/oauth/introspect", &[("token", token)]).await.oauth_error().1, "invalid_client");
    assert_eq!(renewed.introspect(&world, token).await, json!({ "active": false }), "the token itself is old now");

    let public = world.public_app().await;
    let refused = world.post(&path(&public).replace('?', "/secret?"), &Value::Null).await;
    assert_eq!(refused.refusal(), (409, "client_is_public".to_owned()));
}

#[tokio::test]
async fn deleting_an_app_ends_everything_that_it_was_given() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    let tokens = app.tokens_of(&world, &asha, "posts:read offline_access").await;
    world.remove(&path(&app)).await.ok::<Done>();
    assert_eq!(
        app.refresh(&world, text(&tokens, "refresh_token")).await.oauth_error(),
        (401, "invalid_client".to_owned())
    );
    let ended: Vec<_> = world.ended().await.ended.into_iter().map(|ended| ended.what).collect();
    assert_eq!(ended, [EndedKind::Client { client_id: app.id.clone(), grants_from: i64::MAX }]);
    let apps: Value = world.fetch(&format!("subjects/{}/apps", asha.sub())).await.ok();
    assert_eq!(apps["items"], json!([]));
}

#[tokio::test]
async fn an_app_proves_who_it_is_in_exactly_one_way() {
    let world = World::new().await;
    let (app, other, public) =
        (world.confidential_app().await, world.confidential_app().await, world.public_app().await);
    let (id, secret) = (app.id.as_str(), app.secret.as_deref().unwrap());
    let ask = async |basic, params: &[(&str, &str)]| {
        world.form("/oauth/introspect", basic, &[&[("token", "x")], params].concat()).await
    };
    assert_eq!(ask(Some((id, secret)), &[]).await.json(), json!({ "active": false }));
    assert_eq!(ask(Some((id, secret)), &[("client_id", id)]).await.json(), json!({ "active": false }));
    assert_eq!(ask(None, &[("client_id", id), ("client_secret", secret)]).await.json(), json!({ "active": false }));

    let invalid_client = (401, "invalid_client".to_owned());
    let refused = ask(None, &[("client_id", id)]).await;
    assert_eq!(refused.oauth_error(), invalid_client, "a confidential app without its secret");
    assert!(refused.header("www-authenticate").starts_with("Basic "));
    assert_eq!(ask(Some((id, "wrong")), &[]).await.oauth_error(), invalid_client);
    assert_eq!(ask(Some((other.id.as_str(), secret)), &[]).await.oauth_error(), invalid_client);
    assert_eq!(ask(Some((public.id.as_str(), "x")), &[]).await.oauth_error(), invalid_client);
    assert_eq!(ask(None, &[("client_id", public.id.as_str())]).await.oauth_error(), invalid_client);
    assert_eq!(ask(Some(("tapri-web", "x")), &[]).await.oauth_error(), invalid_client);

    let invalid_request = (400, "invalid_request".to_owned());
    assert_eq!(ask(Some((id, secret)), &[("client_secret", secret)]).await.oauth_error(), invalid_request);
    assert_eq!(ask(Some((id, secret)), &[("client_id", other.id.as_str())]).await.oauth_error(), invalid_request);
    let in_query = format!("/oauth/token?client_secret={secret}");
    assert_eq!(world.form(&in_query, None, &[("client_id", id)]).await.oauth_error(), invalid_request);
}

#[tokio::test]
async fn an_app_can_stand_for_itself_where_it_is_registered_so() {
    let world = World::new().await;
    let mut new = new_client(stranger(&world).await, ClientType::Confidential);
    new.grant_types = vec!["client_credentials".to_owned()];
    let registered: ClientWithSecret = world.post("clients", &new).await.ok();
    let (id, secret) = (registered.client.client_id, registered.client_secret.unwrap());
    let ask = async |scope: &str| {
        let params = [("grant_type", "client_credentials"), ("scope", scope)];
        world.form("/oauth/token", Some((id.as_str(), &secret)), &params).await
    };
    let tokens: Value = ask("posts:read").await.ok();
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    let claims = access_claims(&world, text(&tokens, "access_token")).await;
    assert_eq!((claims.sub.as_str(), claims.gid, claims.sid), (id.as_str(), None, None));
    for scope in ["openid", "offline_access", "admin", "posts:eat"] {
        assert_eq!(ask(scope).await.oauth_error(), (400, "invalid_scope".to_owned()), "{scope}");
    }
    let app = world.confidential_app().await;
    let refused = app.post(&world, "/oauth/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!(refused.oauth_error(), (400, "unauthorized_client".to_owned()));
}

#[tokio::test]
async fn a_grant_type_that_nobody_knows_is_unsupported() {
    let world = World::new().await;
    let app = world.confidential_app().await;
    for grant_type in ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"] {
        let refused = app.post(&world, "/oauth/token", &[("grant_type", grant_type)]).await;
        assert_eq!(refused.oauth_error(), (400, "unsupported_grant_type".to_owned()));
    }
    assert_eq!(app.post(&world, "/oauth/token", &[]).await.oauth_error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn the_houses_own_app_is_kept_up_to_date_and_takes_nobodys_id() {
    let world = World::new().await;
    let docs = format!("clients/own/{}", ClientId::DOCS);
    let own = |path: &str| OwnClient {
        client_name: "Tapri API documentation".to_owned(),
        redirect_uris: vec![format!("http://localhost:3000{path}")],
    };
    for path in ["/docs/old.html", "/docs/oauth2-redirect.html", "/docs/oauth2-redirect.html"] {
        world.internal(Method::PUT, &docs, &own(path)).await.ok::<Done>();
    }
    let redirect_uri = "http://localhost:3000/docs/oauth2-redirect.html".to_owned();
    let app = App { id: ClientId::docs(), secret: None, owner: stranger(&world).await, redirect_uri };
    let asked = world.browse(&app.link("posts:read", &[]), &[]).await;
    assert_eq!(asked.location().path(), "/oauth/consent");

    let taken = (409, "client_taken".to_owned());
    let theirs = world.public_app().await;
    let answer = world.internal(Method::PUT, &format!("clients/own/{}", theirs.id), &own("/x")).await;
    assert_eq!(answer.refusal(), taken);
    let answer = world.internal(Method::PUT, &format!("clients/own/{}", ClientId::WEB), &own("/x")).await;
    assert_eq!(answer.refusal(), taken);
}

#[tokio::test]
async fn the_last_use_is_when_a_token_was_last_issued() {
    let world = World::new().await;
    let (asha, app) = (world.sign_in().await, world.public_app().await);
    assert_eq!(world.fetch(&path(&app)).await.ok::<ClientView>().last_used, None);
    world.pass(60);
    app.tokens_of(&world, &asha, "posts:read").await;
    assert_eq!(world.fetch(&path(&app)).await.ok::<ClientView>().last_used, Some(world.clock.now()));
}
