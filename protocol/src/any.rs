//! Any value of any type of the wire, for property tests. The macros that declare the frames declare these
//! too, so that a frame cannot be forgotten.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop_oneof};
use proptest::sample::select;
use proptest::strategy::Union;

/// How many elements a list has at most: lists lie in lists.
const ELEMENTS_MAX: usize = 4;

/// Above every kind there will ever be.
const UNKNOWN_KINDS: std::ops::RangeInclusive<u64> = 1_000_000..=u64::MAX;

/// A type of which tests can have any value.
pub trait Any: std::fmt::Debug + Sized + 'static {
    /// Any value, those at the edges of its encoding more often than by chance.
    fn any() -> BoxedStrategy<Self>;
}

impl Any for bool {
    fn any() -> BoxedStrategy<Self> {
        proptest::bool::ANY.boxed()
    }
}

/// The integers at which MessagePack takes a longer form, and the ends.
macro_rules! any_integer {
    ($name:ident, [$($edge:literal),+]) => {
        impl Any for $name {
            fn any() -> BoxedStrategy<Self> {
                let edges = select(vec![$name::MIN, $name::MAX, $($edge),+]);
                prop_oneof![edges, 0..100 as $name, proptest::num::$name::ANY].boxed()
            }
        }
    };
}

any_integer!(u8, [127, 128]);
any_integer!(
    i32,
    [
        -32_769, -32_768, -129, -128, -33, -32, -1, 127, 128, 255, 256, 65_535, 65_536
    ]
);
any_integer!(u32, [127, 128, 255, 256, 65_535, 65_536]);
any_integer!(
    u64,
    [
        127,
        128,
        255,
        256,
        65_535,
        65_536,
        4_294_967_295,
        4_294_967_296,
        9_007_199_254_740_991,
        9_007_199_254_740_992
    ]
);

impl Any for String {
    fn any() -> BoxedStrategy<Self> {
        let edges = select(vec![0_usize, 31, 32, 255, 256]).prop_map(|length| "x".repeat(length));
        prop_oneof![1 => edges, 3 => ".{0,12}", 1 => "[\\PC\\x00-\\x1f]{0,40}"].boxed()
    }
}

impl<T: Any> Any for Option<T> {
    fn any() -> BoxedStrategy<Self> {
        option::of(T::any()).boxed()
    }
}

impl<T: Any> Any for Vec<T> {
    fn any() -> BoxedStrategy<Self> {
        vec(T::any(), 0..=ELEMENTS_MAX).boxed()
    }
}

/// One of these values.
pub(crate) fn constant<T: std::fmt::Debug + Clone>(values: &'static [T]) -> BoxedStrategy<T> {
    select(values).boxed()
}

/// A value of one of these.
pub(crate) fn one_of<T: std::fmt::Debug + 'static, const N: usize>(
    strategies: [BoxedStrategy<T>; N],
) -> BoxedStrategy<T> {
    Union::new(strategies).boxed()
}

/// A kind no version knows.
pub(crate) fn unknown_kind() -> impl Strategy<Value = u64> {
    prop_oneof![UNKNOWN_KINDS, Just(u64::MAX)]
}

/// A struct, or a variant of an enum, of any values of its fields.
macro_rules! product {
    (($($name:tt)+) { $($field:ident: $ty:ty),* $(,)? }) => {{
        use proptest::strategy::Strategy;
        let fields = $crate::any::pairs!($($ty),*);
        fields.prop_map(|$crate::any::pair!($($field),*)| $($name)+ { $($field),* }).boxed()
    }};
}

/// Pairs of pairs, for tuples end at twelve.
macro_rules! pairs {
    () => { proptest::strategy::Just(()) };
    ($ty:ty $(, $rest:ty)*) => {
        (<$ty as $crate::any::Any>::any(), $crate::any::pairs!($($rest),*))
    };
}

/// What takes such pairs apart.
macro_rules! pair {
    () => { () };
    ($field:ident $(, $rest:ident)*) => { ($field, $crate::any::pair!($($rest),*)) };
}

pub(crate) use {pair, pairs, product};
