//! Structs and enums as MessagePack arrays that tolerate the future: trailing fields are ignored,
//! and an unknown kind decodes to `Unknown` instead of failing.

use serde::de::{DeserializeOwned, Error, IgnoredAny, SeqAccess};

/// Reads the next field of an array or says which one is missing.
pub(crate) fn field<'de, A: SeqAccess<'de>, T: DeserializeOwned>(
    seq: &mut A,
    name: &'static str,
) -> Result<T, A::Error> {
    seq.next_element::<T>()?
        .ok_or_else(|| A::Error::missing_field(name))
}

/// Skips whatever a newer peer has appended.
pub(crate) fn skip_rest<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Says what a declared type looks like, where tests ask for it.
macro_rules! described {
    ($name:ident as $form:expr, made of $($ty:ty),* $(,)?) => {
        #[cfg(feature = "describe")]
        impl $crate::describe::Describe for $name {
            fn name() -> String {
                stringify!($name).to_owned()
            }

            fn enter(book: &mut $crate::describe::Book) {
                #[allow(unused_imports)]
                use $crate::describe::{Form, Variant, field};
                if book.insert(stringify!($name), $form).is_none() {
                    $(<$ty as $crate::describe::Describe>::enter(book);)*
                }
            }
        }
    };
}

/// A struct that travels as an array of its fields, in order.
macro_rules! array_struct {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),+ }

        $crate::array::described!(
            $name as Form::Array(vec![$(field::<$ty>(stringify!($field))),+]),
            made of $($ty),+
        );

        #[cfg(feature = "proptest")]
        impl $crate::any::Any for $name {
            fn any() -> proptest::strategy::BoxedStrategy<Self> {
                $crate::any::product!(($name) { $($field: $ty),+ })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeTuple;
                let mut array = to.serialize_tuple([$(stringify!($field)),+].len())?;
                $(array.serialize_element(&self.$field)?;)+
                array.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("an array: ", stringify!($name)))
                    }
                    fn visit_seq<A: serde::de::SeqAccess<'de>>(
                        self,
                        mut seq: A,
                    ) -> Result<$name, A::Error> {
                        $(let $field = $crate::array::field(&mut seq, stringify!($field))?;)+
                        $crate::array::skip_rest(&mut seq)?;
                        Ok($name { $($field),+ })
                    }
                }
                from.deserialize_seq(Fields)
            }
        }
    };
}

/// An enum whose variants travel as `[kind, fields...]`.
macro_rules! array_enum {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$vmeta:meta])* $kind:literal $variant:ident {
            $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)?
        }),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $($(#[$vmeta])* $variant { $($(#[$fmeta])* $field: $ty),* },)+
            /// A kind this version does not know: ignored by receivers.
            Unknown {
                /// The kind as received.
                kind: u64,
            },
        }

        $crate::array::described!(
            $name as Form::Variants(vec![$(Variant {
                kind: $kind,
                name: stringify!($variant),
                fields: vec![$(field::<$ty>(stringify!($field))),*],
            }),+]),
            made of $($($ty,)*)+
        );

        #[cfg(feature = "proptest")]
        impl $crate::any::Any for $name {
            fn any() -> proptest::strategy::BoxedStrategy<Self> {
                use proptest::strategy::Strategy;
                let unknown = $crate::any::unknown_kind().prop_map(|kind| Self::Unknown { kind });
                $crate::any::one_of([
                    $($crate::any::product!(($name::$variant) { $($field: $ty),* }),)+
                    unknown.boxed(),
                ])
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeTuple;
                match self {
                    $(Self::$variant { $($field),* } => {
                        let names: &[&str] = &[$(stringify!($field)),*];
                        let mut array = to.serialize_tuple(1 + names.len())?;
                        array.serialize_element(&($kind as u64))?;
                        $(array.serialize_element($field)?;)*
                        array.end()
                    })+
                    Self::Unknown { kind } => {
                        let mut array = to.serialize_tuple(1)?;
                        array.serialize_element(kind)?;
                        array.end()
                    }
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("an array starting with a kind: ", stringify!($name)))
                    }
                    fn visit_seq<A: serde::de::SeqAccess<'de>>(
                        self,
                        mut seq: A,
                    ) -> Result<$name, A::Error> {
                        let kind: u64 = $crate::array::field(&mut seq, "kind")?;
                        let value = match kind {
                            $($kind => {
                                $(let $field = $crate::array::field(&mut seq, stringify!($field))?;)*
                                $name::$variant { $($field),* }
                            })+
                            kind => $name::Unknown { kind },
                        };
                        $crate::array::skip_rest(&mut seq)?;
                        Ok(value)
                    }
                }
                from.deserialize_seq(Fields)
            }
        }
    };
}

/// A closed set of names that travels as a small integer; an unknown number is an error.
macro_rules! number_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $number:literal $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        $crate::array::described!(
            $name as Form::Numbers(vec![$(($number, stringify!($variant))),+]),
            made of
        );

        #[cfg(feature = "proptest")]
        impl $crate::any::Any for $name {
            fn any() -> proptest::strategy::BoxedStrategy<Self> {
                $crate::any::constant(&[$(Self::$variant),+])
            }
        }

        impl $name {
            /// The number on the wire.
            pub const fn number(self) -> u64 {
                match self { $(Self::$variant => $number),+ }
            }

            /// The value for a number on the wire.
            pub const fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_u64(self.number())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let number = <u64 as serde::Deserialize>::deserialize(from)?;
                Self::from_number(number).ok_or_else(|| {
                    serde::de::Error::custom(format!("{number} is no {}", stringify!($name)))
                })
            }
        }
    };
}

pub(crate) use {array_enum, array_struct, described, number_enum};
