//! Tapri on the MongoDB server of this run (`scripts/with-mongodb.sh`): the first story in both layouts, how the server is
//! asked, what people see while it is gone, and what they do not see when one of two
//! auth servers is. All other stories run on it by `make test-mongo`.

#[path = "../it/first_light.rs"]
mod first_light;
#[path = "../it/town.rs"]
mod town;

mod layouts;
mod outage;
mod plans;
mod replicas;
mod road;
