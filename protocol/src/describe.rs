//! What the wire looks like, as data, for tests that hold documents and past versions against it. The macros
//! that declare the frames declare this too, so that nothing can be left out.

use std::collections::BTreeMap;

use crate::codes::CloseCode;
use crate::frame::{ClientFrame, ServerFrame};

/// One position of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// As the crate calls it.
    pub name: &'static str,
    /// As the document writes it: `uint`, `uint32`, `uint8`, `int32`, `bool`, `str`, a type's name, `T?` or `[T]`.
    pub ty: String,
}

/// One kind of an array that begins with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The number at the start.
    pub kind: u64,
    /// As the crate calls it.
    pub name: &'static str,
    /// What follows the kind.
    pub fields: Vec<Field>,
}

/// How a type travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// An array of its fields.
    Array(Vec<Field>),
    /// An array of its kind and that kind's fields.
    Variants(Vec<Variant>),
    /// A small integer.
    Numbers(Vec<(u64, &'static str)>),
    /// A string, one of these or one from the future.
    Names(Vec<&'static str>),
}

/// Every type by name.
pub type Book = BTreeMap<&'static str, Form>;

/// A type that can say what it looks like.
pub trait Describe {
    /// As the document writes it.
    fn name() -> String;

    /// Enters it and what it is made of.
    fn enter(book: &mut Book);
}

macro_rules! basic {
    ($($ty:ty => $name:literal),+ $(,)?) => {
        $(impl Describe for $ty {
            fn name() -> String {
                $name.to_owned()
            }

            fn enter(_: &mut Book) {}
        })+
    };
}

basic!(
    u8 => "uint8", u32 => "uint32", u64 => "uint", i32 => "int32", bool => "bool", String => "str",
);

impl<T: Describe> Describe for Option<T> {
    fn name() -> String {
        format!("{}?", T::name())
    }

    fn enter(book: &mut Book) {
        T::enter(book);
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn name() -> String {
        format!("[{}]", T::name())
    }

    fn enter(book: &mut Book) {
        T::enter(book);
    }
}

/// A field of this type.
pub(crate) fn field<T: Describe>(name: &'static str) -> Field {
    let ty = T::name();
    Field { name, ty }
}

/// All a client may send, and the types in it.
pub fn client() -> Book {
    let mut book = Book::new();
    ClientFrame::enter(&mut book);
    book
}

/// All a server may send, and the types in it.
pub fn server() -> Book {
    let mut book = Book::new();
    ServerFrame::enter(&mut book);
    book
}

/// Every close code by number.
pub fn close_codes() -> Vec<(u16, String)> {
    let codes = CloseCode::ALL.iter();
    codes
        .map(|code| (code.number(), format!("{code:?}")))
        .collect()
}
