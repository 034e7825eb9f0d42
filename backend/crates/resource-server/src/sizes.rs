//! How much fits: what may be uploaded and written here, as the settings say it, so that a page can tell before anybody
//! picks a file. It judges nothing; each slice does that for itself. How often one may ask is `httpkit::limits`.

use axum::extract::State;
use httpkit::{Envelope, Reply};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::posts;
use crate::problems::Reading;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What fits.
#[derive(Serialize, ToSchema)]
struct Sizes {
    upload: UploadSizes,
    text: TextSizes,
}

/// What an upload may have.
#[derive(Serialize, ToSchema)]
struct UploadSizes {
    /// Bytes of one picture.
    #[schema(example = 30_000_000)]
    max_bytes: u64,
    /// Pixels of one picture, its width times its height.
    #[schema(example = 50_000_000)]
    max_pixels: u64,
    /// Pictures of one post.
    #[schema(example = 20)]
    per_post: usize,
}

/// The most characters of what people write.
#[derive(Serialize, ToSchema)]
struct TextSizes {
    #[schema(example = 120)]
    title: usize,
    #[schema(example = 2200)]
    caption: usize,
    #[schema(example = 1000)]
    comment: usize,
    #[schema(example = 500)]
    bio: usize,
    /// Of a picture's description.
    #[schema(example = 1500)]
    alt: usize,
}

/// Show how much fits
///
/// The sizes that uploads and texts may have. The same for everybody, and only changed with the settings.
#[utoipa::path(
    get, path = "/limits", tag = "Posts", operation_id = "getLimits",
    security(()),
    responses((status = 200, description = "The sizes", body = Envelope<Sizes>), Reading)
)]
async fn show(State(app): State<App>) -> Reply<Sizes> {
    let settings = app.settings();
    let upload = UploadSizes {
        max_bytes: settings.media.max_bytes,
        max_pixels: settings.media.max_pixels,
        per_post: posts::MOST_PICTURES,
    };
    let text = &settings.text;
    let text =
        TextSizes { title: text.title, caption: text.caption, comment: text.comment, bio: text.bio, alt: text.alt };
    Reply::ok("What fits", Sizes { upload, text })
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};

    use crate::testing::World;

    #[tokio::test]
    async fn what_fits_is_what_the_settings_say() {
        let world = World::with(|settings| {
            settings.media.max_bytes = 4_000;
            settings.text.caption = 7;
        })
        .await;
        let answer = world.call(Method::GET, "/api/v1/limits", "", Value::Null).await.data();
        assert_eq!(
            answer,
            json!({
                "upload": { "max_bytes": 4_000, "max_pixels": 50_000_000, "per_post": 20 },
                "text": { "title": 120, "caption": 7, "comment": 1000, "bio": 500, "alt": 1500 },
            })
        );
    }
}
