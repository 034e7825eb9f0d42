//! The stories: what Tapri promises, told over HTTP by people, browsers and apps. One module a theme, one test a
//! sentence. Nothing here sleeps; where time matters the clock is moved.

mod accounts;
mod attacks;
mod bad_input;
mod community;
mod first_light;
mod full_disk;
mod matrix;
mod oauth;
mod privacy;
mod processes;
mod replicas;
mod request_ids;
mod road;
mod town;
mod webhooks;
