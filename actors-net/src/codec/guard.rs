//! A deserializer around another one that counts: how deep values nest, and how many elements there are.
//!
//! Formats that trust lengths can be sent into endless loops or deep recursion by a few bytes. Depth is limited to 64,
//! and the elements of sequences and maps to the number of bytes and 64 more, which allows some that take no bytes.
//! Fields of structs, tuples and arrays are no elements: the type says how many there are, not the bytes.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

const MOST_DEPTH: u32 = 64;
const FREE_ELEMENTS: usize = 64;

/// Deserializes a `T` under guard.
pub(super) struct Guarded<T> {
    elements: usize,
    value: PhantomData<fn() -> T>,
}

impl<T> Guarded<T> {
    /// For an input of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { elements: bytes.saturating_add(FREE_ELEMENTS), value: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Guarded<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
        let budget = Budget { depth: Cell::new(MOST_DEPTH), elements: Cell::new(self.elements) };
        T::deserialize(Guard::new(inner, &budget))
    }
}

struct Budget {
    depth: Cell<u32>,
    elements: Cell<usize>,
}

impl Budget {
    fn enter<E: Error>(&self) -> Result<Entered<'_>, E> {
        match self.depth.get().checked_sub(1) {
            Some(depth) => self.depth.set(depth),
            None => return Err(E::custom("values nest too deep")),
        }
        Ok(Entered(self))
    }

    fn count_element<E: Error>(&self) -> Result<(), E> {
        match self.elements.get().checked_sub(1) {
            Some(elements) => self.elements.set(elements),
            None => return Err(E::custom("more elements than bytes")),
        }
        Ok(())
    }
}

/// One level deeper, until dropped.
struct Entered<'b>(&'b Budget);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() + 1);
    }
}

/// Wraps a deserializer, a visitor, a seed or an access of serde's: all pass the budget on to what they hand out.
struct Guard<'b, T> {
    inner: T,
    budget: &'b Budget,
    /// Whether what a visitor or an access goes through has a length that the bytes claim.
    claimed: bool,
}

impl<'b, T> Guard<'b, T> {
    fn new(inner: T, budget: &'b Budget) -> Self {
        Self { inner, budget, claimed: false }
    }

    fn of_claimed_length(inner: T, budget: &'b Budget) -> Self {
        Self { inner, budget, claimed: true }
    }

    fn count_element<E: Error>(&self) -> Result<(), E> {
        if self.claimed { self.budget.count_element() } else { Ok(()) }
    }

    /// No more than there can be, so that nobody reserves memory for a claim.
    fn limit(&self, hint: Option<usize>) -> Option<usize> {
        hint.map(|hint| hint.min(self.budget.elements.get()))
    }
}

/// Methods that only pass on, after one level of depth.
macro_rules! forward {
    ($guard:ident: $($method:ident = $inner:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let _entered = self.budget.enter()?;
            self.inner.$inner($($argument,)* Guard::$guard(visitor, self.budget))
        }
    )*};
    ($guard:ident: $($method:ident($($argument:ident: $type:ty),*))*) => {
        forward! { $guard: $($method = $method($($argument: $type),*))* }
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guard<'_, D> {
    type Error = D::Error;

    forward! { new:
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32()
        deserialize_f64() deserialize_char() deserialize_str() deserialize_bytes() deserialize_option()
        deserialize_unit() deserialize_identifier()
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    // Lent instead of owned: an owned buffer is allocated for the length that is claimed, a lent one has to be there.
    forward! { new: deserialize_string = deserialize_str() deserialize_byte_buf = deserialize_bytes() }

    forward! { of_claimed_length:
        deserialize_seq() deserialize_map() deserialize_any() deserialize_ignored_any()
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// Visits of plain values, which only pass on.
macro_rules! visit {
    ($($method:ident($type:ty))*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Guard<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128) visit_u8(u8)
        visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String) visit_bytes(&[u8])
        visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Guard::new(inner, self.budget))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Guard::new(inner, self.budget))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Guard { inner, budget: self.budget, claimed: self.claimed })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Guard { inner, budget: self.budget, claimed: self.claimed })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(Guard::new(inner, self.budget))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Guard<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Guard::new(inner, self.budget))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Guard<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let element = self.inner.next_element_seed(Guard::new(seed, self.budget))?;
        if element.is_some() {
            self.count_element()?;
        }
        Ok(element)
    }

    fn size_hint(&self) -> Option<usize> {
        self.limit(self.inner.size_hint())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Guard<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let key = self.inner.next_key_seed(Guard::new(seed, self.budget))?;
        if key.is_some() {
            self.count_element()?;
        }
        Ok(key)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(Guard::new(seed, self.budget))
    }

    fn size_hint(&self) -> Option<usize> {
        self.limit(self.inner.size_hint())
    }
}

impl<'de, 'b, A: EnumAccess<'de>> EnumAccess<'de> for Guard<'b, A> {
    type Error = A::Error;
    type Variant = Guard<'b, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let budget = self.budget;
        let (value, inner) = self.inner.variant_seed(Guard::new(seed, budget))?;
        Ok((value, Guard::new(inner, budget)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Guard<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(Guard::new(seed, self.budget))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(len, Guard::new(visitor, self.budget))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.inner.struct_variant(fields, Guard::new(visitor, self.budget))
    }
}
