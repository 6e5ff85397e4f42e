//! The default format: bincode 2, little-endian, variable-length integers.
//!
//! The crate is no longer developed, so it is named here only.

use std::panic::catch_unwind;

use bincode::config::standard;
use bincode::serde::{encode_into_std_write, seed_decode_from_slice};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::guard::Guarded;
use super::{Codec, CodecError};

pub(crate) struct Bincode;

impl Codec for Bincode {
    const ID: u8 = 1;

    fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
        encode_into_std_write(value, out, standard()).map(drop).map_err(|error| CodecError(error.to_string()))
    }

    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
        // A user's `Deserialize` may panic; the connection must not go down with it.
        let decoded =
            catch_unwind(|| seed_decode_from_slice(Guarded::<T>::new(bytes.len()), bytes, standard()));
        match decoded {
            Ok(Ok((value, read))) if read == bytes.len() => Ok(value),
            Ok(Ok((_, read))) => Err(CodecError(format!("{} bytes are left over", bytes.len() - read))),
            Ok(Err(error)) => Err(CodecError(error.to_string())),
            Err(_) => Err(CodecError("decoding panicked".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq, Clone)]
    enum Shape {
        Unit,
        New(u64),
        Tuple(i8, String),
        Struct { name: Option<String>, map: BTreeMap<u16, Vec<u8>> },
    }

    fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let mut bytes = Vec::new();
        Bincode::encode(&value, &mut bytes).unwrap();
        assert_eq!(Bincode::decode::<T>(&bytes).unwrap(), value);
        bytes.push(0);
        assert!(Bincode::decode::<T>(&bytes).is_err(), "a byte too many");
    }

    #[test]
    fn values_come_back_as_they_were() {
        round_trip(vec![
            Shape::Unit,
            Shape::New(u64::MAX),
            Shape::Tuple(-3, "näme".into()),
            Shape::Struct { name: Some("x".into()), map: [(1, vec![1, 2]), (2, vec![])].into() },
        ]);
        round_trip((1.5f64, 'ß', true, [1u32; 4], i128::MIN, Box::new(())));
        round_trip(Result::<u8, String>::Err("no".into()));
    }

    #[test]
    fn fields_are_no_elements() {
        round_trip(vec![(1_u8, 2_u8); 1_000]);
        round_trip(vec![[0_u8; 8]; 1_000]);
        round_trip(vec![Shape::Struct { name: None, map: BTreeMap::new() }; 1_000]);
        round_trip((0..1_000).map(|number| (number, Some(()))).collect::<BTreeMap<u32, _>>());
        round_trip(vec![Vec::<u8>::new(); 1_000]);
    }

    #[test]
    fn deep_recursion_is_refused_before_the_stack_ends() {
        #[derive(Serialize, Deserialize, Debug)]
        struct Nest(Option<Box<Nest>>);
        let bytes = [1; 7_000];
        assert!(Bincode::decode::<Nest>(&bytes).unwrap_err().0.contains("deep"));
    }

    #[test]
    fn a_claimed_length_is_not_believed() {
        // A length of 2^64 - 1 units takes ten bytes and, without a guard, for ever.
        let bytes = [253, 255, 255, 255, 255, 255, 255, 255, 255];
        assert!(Bincode::decode::<Vec<()>>(&bytes).is_err());
        assert!(Bincode::decode::<Vec<u64>>(&bytes).is_err());
        // A length of 2^48 bytes: more memory than there is, and few enough that asking for it would not panic.
        let bytes = [253, 0, 0, 0, 0, 0, 0, 1, 0];
        for error in [Bincode::decode::<String>(&bytes).err(), Bincode::decode::<Box<str>>(&bytes).err()] {
            assert!(error.unwrap().0.contains("UnexpectedEnd"));
        }
    }

    #[test]
    fn a_panic_while_decoding_is_an_error() {
        #[derive(Debug)]
        struct Grumpy;
        impl<'de> Deserialize<'de> for Grumpy {
            fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
                panic!("no")
            }
        }
        assert!(Bincode::decode::<Grumpy>(&[]).unwrap_err().0.contains("panicked"));
    }
}
