//! Finding people by the beginning of their user name. A reader: it writes nothing and keeps nothing.
//!
//! Names are their documents' keys, so that a beginning is a range of keys and no index of its own is needed. What is
//! found here is public: names and pictures.

mod question;

use axum::extract::State;
use httpkit::extract::{PageQuery, Query};
use httpkit::{Envelope, Error, Reply, Result};
use store::Page;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::question::Question;
use crate::app::App;
use crate::caller::MaybeCaller;
use crate::paging::{Listing, Paging};
use crate::problems::Reading;
use crate::users::{self, Handle, UserCard};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

/// Find people by the beginning of their user name
#[utoipa::path(
    get, path = "/search", tag = "Profiles", operation_id = "search",
    security((), ("oauth" = ["profile:read"])),
    params(Question),
    responses((status = 200, description = "People, by name", body = Envelope<Listing<UserCard>>), Reading)
)]
async fn search(
    State(app): State<App>,
    _reader: MaybeCaller,
    Query(question): Query<Question>,
) -> Result<Reply<Listing<UserCard>>> {
    let beginning = users::beginning(&question.q);
    if beginning.is_empty() {
        return Err(Error::invalid("q", "too_short", "Write at least one character of the name"));
    }
    let page = PageQuery { limit: question.limit, cursor: question.cursor };
    let paging = Paging::read(&app, format!("people named {beginning}"), &page)?;
    let names = users::names_from(&beginning);
    let page: Page<Handle> =
        app.store().collection().scan(names.after(paging.after.clone()).limit(paging.limit)).await?;
    let people: Vec<_> = page.items.iter().map(|handle| handle.user_id).collect();
    let cards = users::cards(&app, &people).await?.into_iter().flatten().collect();
    Ok(Reply::ok("People", paging.listing(&app, cards, page.next.as_ref())))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::Value;

    use crate::testing::World;

    #[tokio::test]
    async fn people_are_found_by_the_beginning_of_their_name_in_order() {
        let world = World::new().await;
        for name in ["bilal", "asha.z", "asha", "asher", "ash_", "zash"] {
            world.user(name).await;
        }
        let ask =
            async |query: &str| world.call(Method::GET, &format!("/api/v1/search?{query}"), "", Value::Null).await;
        let names = async |query: &str| -> Vec<String> {
            let data = ask(query).await.data();
            let name = |card: &Value| card["username"].as_str().unwrap().to_owned();
            data["items"].as_array().unwrap().iter().map(name).collect()
        };
        assert_eq!(names("q=ASH&type=people").await, ["ash_", "asha", "asha.z", "asher"]);
        assert_eq!(names("q=@asha").await, ["asha", "asha.z"]);
        assert_eq!(names("q=nobody").await, Vec::<String>::new());
        let cursor = ask("q=ash&limit=3").await.data()["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(names(&format!("q=ash&limit=3&cursor={cursor}")).await, ["asher"]);
        assert_eq!(ask(&format!("q=b&cursor={cursor}")).await.reason(), "cursor_invalid");
        assert_eq!(ask("q=%20").await.reason(), "too_short");
        assert_eq!((ask("").await.status.as_u16(), ask("q=a&type=tags").await.status.as_u16()), (422, 422));
    }
}
