//! Accounts and sessions: signing up, in and out, staying signed in, changing the password.

mod browsers;
mod confirming;
mod forgetting;
mod leaving;
mod passwords;
mod refreshing;
mod roles;
mod sessions;
mod signing_in;
mod signing_up;
mod suspending;
