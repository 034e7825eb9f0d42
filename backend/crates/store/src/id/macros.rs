//! `id_type!`: a kind of id of its own, so that a post's id is never taken for a user's.

/// Declares a kind of id: a newtype of [`Id`](crate::Id) with its text form, serde, order, hash and store key.
///
/// ```
/// store::id_type!(
///     /// The id of a person.
///     pub UserId
/// );
/// let id = UserId::generate_unsharded(store::Time::from_millis(0), &store::SystemRandom);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $visibility:vis $name:ident $(;)?) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $name($crate::Id);

        impl $name {
            /// A new id born at `time` on `shard`.
            pub fn generate(
                time: $crate::Time,
                shard: $crate::LogicalShard,
                random: &dyn $crate::Random,
            ) -> Self {
                Self($crate::Id::generate(time, shard, random))
            }

            /// A new id on a random shard.
            pub fn generate_unsharded(time: $crate::Time, random: &dyn $crate::Random) -> Self {
                Self($crate::Id::generate_unsharded(time, random))
            }

            /// Takes a bare id for one of this kind.
            pub const fn from_id(id: $crate::Id) -> Self {
                Self(id)
            }

            /// The bare id.
            pub const fn id(&self) -> $crate::Id {
                self.0
            }

            /// When it was made, to the millisecond.
            pub fn time(&self) -> $crate::Time {
                self.0.time()
            }

            /// The logical shard of its owner.
            pub fn shard(&self) -> $crate::LogicalShard {
                self.0.shard()
            }
        }

        impl $crate::IdLike for $name {
            fn as_id(&self) -> $crate::Id {
                self.0
            }
        }

        impl $crate::StoreKey for $name {
            fn to_key(&self) -> $crate::Key {
                $crate::StoreKey::to_key(&self.0)
            }
        }

        impl From<$name> for $crate::Value {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::private::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::private::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}
