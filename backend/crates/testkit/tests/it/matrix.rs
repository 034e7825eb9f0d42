//! Every route × every scope × every role × no token at all: what the document says of who may call an operation is tried on
//! the running server, and must be so.
//!
//! The operations come from the router, by the document that it serves; nothing is listed by hand. A token is made for each
//! scope and role with the server's own key, also those that no consent would give (`mod` for who is none): what a grant
//! holds and what a person may do are two things. Only the door is looked at: whoever is let through hears of a missing body
//! or an unknown id, which is as good here.
//!
//! Where the document cannot say what is so, a line stands in `matrix_exceptions.txt`. That list may only shrink: a line that
//! is not needed fails as well.

use std::collections::BTreeSet;

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use testkit::jwt::Jwt;
use testkit::{Person, Role, Tapri, Wire};

const EXCEPTIONS: &str = include_str!("matrix_exceptions.txt");

/// An id that nothing has: for parameters, and for grants of which nothing is known.
const NO_SUCH_ID: &str = "0000000000g0080x31e1s6j034";

/// How a caller is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    /// Let through, whatever becomes of the request then.
    Open,
    NoToken,
    NoScope,
    NotInPerson,
    NoPerson,
    NoRole,
}

impl Door {
    fn of(status: u16, reason: &str) -> Self {
        match (status, reason) {
            // The latter in the words of userinfo, for whatever is not a good token.
            (401, "token_missing" | "invalid_token") => Self::NoToken,
            (403, "insufficient_scope") => Self::NoScope,
            (403, "first_party_only") => Self::NotInPerson,
            (403, "user_required") => Self::NoPerson,
            (403, "role_required") => Self::NoRole,
            _ => Self::Open,
        }
    }
}

/// Somebody at the door.
#[derive(Clone, Debug)]
struct Caller {
    /// As failures and exceptions name them.
    name: String,
    token: Option<String>,
    holds: Holds,
    role: Role,
}

/// What a token holds.
#[derive(Clone, Debug, PartialEq)]
enum Holds {
    Nothing,
    /// The person's own client.
    Everything,
    /// An app's token with one scope.
    Scope(String),
    /// An app's token for itself alone.
    ForItself(String),
}

/// An operation and what the document says of it.
#[derive(Clone, Debug)]
struct Operation {
    name: String,
    method: Method,
    path: String,
    /// Whether who shows no token is let through.
    public: bool,
    /// Whether a token is looked at.
    judges: bool,
    /// What an app's token needs; none: no app's token is let in.
    scope: Option<String>,
    /// Whose role the person needs, by the name of the scope for it.
    role: Option<String>,
}

impl Operation {
    /// Those of our own API in `document`; the authorization server's answer by their RFCs and take no such tokens.
    fn all(document: &Value) -> Vec<Self> {
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().expect("a document has paths") {
            for (method, operation) in item.as_object().expect("operations by method") {
                let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
                let is_ours = path.starts_with("/api/") || path == "/oauth/userinfo";
                if is_ours && operation.get("responses").is_some() {
                    operations.push(Self::read(method, path, operation));
                }
            }
        }
        operations
    }

    fn read(method: Method, path: &str, operation: &Value) -> Self {
        let accepted = operation["security"].as_array().cloned().unwrap_or_else(|| vec![json!({})]);
        let named = |scheme: &str| accepted.iter().find_map(|requirement| requirement.get(scheme));
        let first = |scheme: &str| named(scheme).and_then(|names| names[0].as_str()).map(str::to_owned);
        Self {
            name: operation["operationId"].as_str().expect("an operation has a name").to_owned(),
            method,
            path: filled(path, operation),
            public: accepted.contains(&json!({})),
            judges: named("session").is_some(),
            scope: first("oauth"),
            role: first("session"),
        }
    }

    /// How `caller` is to be received.
    fn promises(&self, caller: &Caller) -> Door {
        let role_lacks = self.role.as_deref().is_some_and(|role| !has_role_for(caller.role, role));
        match (&caller.holds, &self.scope) {
            _ if !self.judges => Door::Open,
            (Holds::Nothing, _) if self.public => Door::Open,
            (Holds::Nothing, _) => Door::NoToken,
            (Holds::Everything, _) if role_lacks => Door::NoRole,
            (Holds::Everything, _) => Door::Open,
            (Holds::Scope(_) | Holds::ForItself(_), None) => Door::NotInPerson,
            // A token without the scope reads what is public like anybody.
            (_, Some(_)) if self.public => Door::Open,
            (Holds::Scope(held) | Holds::ForItself(held), Some(scope)) if held != scope => Door::NoScope,
            (Holds::ForItself(_), Some(_)) => Door::NoPerson,
            (Holds::Scope(_), Some(_)) if role_lacks => Door::NoRole,
            (Holds::Scope(_), Some(_)) => Door::Open,
        }
    }

    /// How `caller` is received.
    async fn receives(&self, wire: &Wire, caller: &Caller) -> Door {
        let mut call = wire.call(self.method.clone(), &self.path);
        if let Some(token) = &caller.token {
            call = call.bearer(token);
        }
        let reply = call.await;
        assert!(reply.status() < 500 || reply.status() == 503, "{} as {}: {reply:?}", self.name, caller.name);
        let code = reply.json()["error"].as_str().unwrap_or_default();
        let reason = if reply.reason().is_empty() { code } else { reply.reason() };
        let is_good = !["token_invalid", "token_revoked", "token_expired"].contains(&reason);
        assert!(is_good, "the bench forges what is good, {} as {}: {reply:?}", self.name, caller.name);
        Door::of(reply.status(), reason)
    }
}

fn has_role_for(role: Role, scope: &str) -> bool {
    match scope {
        "mod" => matches!(role, Role::Mod | Role::Admin),
        "admin" => role == Role::Admin,
        _ => true,
    }
}

/// `path` with something for each parameter that it needs, in the path and in the query.
fn filled(path: &str, operation: &Value) -> String {
    let mut filled = path.to_owned();
    let mut query = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a parameter has a name");
        match parameter["in"].as_str() {
            Some("path") => filled = filled.replace(&format!("{{{name}}}"), NO_SUCH_ID),
            Some("query") if parameter["required"] == true => query.push(format!("{name}=a")),
            _ => {}
        }
    }
    if query.is_empty() { filled } else { format!("{filled}?{}", query.join("&")) }
}

/// Makes tokens with the server's own key, from one of its own.
struct Mint {
    own: Jwt,
    key: Vec<u8>,
}

impl Mint {
    async fn new(tapri: &Tapri, person: &Person) -> Self {
        let own = Jwt::read(&person.token());
        let keys = tapri.access_keys().await;
        let key = keys.iter().find(|key| own.header["kid"] == key.kid.as_str()).expect("the key that signed it");
        Self { own, key: key.secret.to_vec() }
    }

    /// A token of a grant that never ends with a session: what `sub` gave to an app.
    fn token(&self, sub: &str, client: &str, scope: &str) -> String {
        let token = self.own.clone().claim("sub", sub).claim("client_id", client).claim("scope", scope).without("sid");
        let token = if sub == client { token.without("gid") } else { token.claim("gid", NO_SUCH_ID) };
        token.signed(&self.key)
    }
}

/// Nobody; each role in person and with an app's token of each scope; an app for itself with each scope.
async fn callers(tapri: &Tapri, scopes: &[String]) -> Vec<Caller> {
    let client = format!("app_{NO_SUCH_ID}");
    let mut callers = vec![Caller { name: "nobody".into(), token: None, holds: Holds::Nothing, role: Role::User }];
    for (name, role) in [("user", Role::User), ("mod", Role::Mod), ("admin", Role::Admin)] {
        let person = tapri.sign_up(&format!("the.{name}")).await;
        tapri.gives_role(&person.username, role).await.expect("nobody is in the way");
        let mint = Mint::new(tapri, &person).await;
        let own =
            Caller { name: format!("{name} in person"), token: Some(person.token()), holds: Holds::Everything, role };
        callers.push(own);
        for scope in scopes {
            let token = Some(mint.token(&person.user_id, &client, scope));
            callers.push(Caller {
                name: format!("{name} by {scope}"),
                token,
                holds: Holds::Scope(scope.clone()),
                role,
            });
        }
        if role == Role::User {
            for scope in scopes {
                let (token, holds) = (Some(mint.token(&client, &client, scope)), Holds::ForItself(scope.clone()));
                callers.push(Caller { name: format!("an app by {scope}"), token, holds, role });
            }
        }
    }
    callers
}

/// Every scope that the document knows.
fn scopes(document: &Value) -> Vec<String> {
    let flow = &document["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]["scopes"];
    flow.as_object().expect("the document names all scopes").keys().cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_document_says_and_nobody_else() {
    let tapri = Tapri::start().await;
    let document = tapri.visitor().get("/api/v1/openapi.json").await.expect(200).json().clone();
    let (operations, scopes) = (Operation::all(&document), scopes(&document));
    assert!(operations.len() > 50 && scopes.len() >= 20, "{} operations, {scopes:?}", operations.len());
    let callers = callers(&tapri, &scopes).await;
    let wire = tapri.resource();
    let mut seen = BTreeSet::new();
    for operation in &operations {
        let doors = join_all(callers.iter().map(|caller| operation.receives(&wire, caller))).await;
        for (caller, door) in callers.iter().zip(doors) {
            let promised = operation.promises(caller);
            if door != promised {
                seen.insert(format!("{} as {}: {promised:?}, but {door:?}", operation.name, caller.name));
            }
        }
    }
    let lines = EXCEPTIONS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let excused: BTreeSet<String> = lines.map(str::to_owned).collect();
    let unexpected: Vec<_> = seen.difference(&excused).collect();
    assert!(unexpected.is_empty(), "the document says one thing and the door another: {unexpected:#?}");
    let unneeded: Vec<_> = excused.difference(&seen).collect();
    assert!(unneeded.is_empty(), "take these off matrix_exceptions.txt: {unneeded:#?}");
}
