//! JSON from strangers: bounded in size and depth, no name twice in an object (RFC 8725, section 2.4; RFC 8259, section 4
//! leaves it open which of two the reader takes, so two readers may take two).

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use thiserror::Error;

/// No header, claim set, key set or document of an operator is nested deeper.
const DEEPEST: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JsonError {
    #[error("the operator's JSON is larger than any of its kind: report it to the operator")]
    TooLarge,
    #[error("the operator's JSON is nested too deep: report it to the operator")]
    TooDeep,
    #[error("the operator's JSON names a member twice: report it to the operator")]
    DuplicateMember,
    #[error("this is no JSON object: try again, on another network")]
    NotAnObject,
}

/// An object of at most `longest` bytes.
pub fn object(bytes: &[u8], longest: usize) -> Result<Map<String, Value>, JsonError> {
    if bytes.len() > longest {
        return Err(JsonError::TooLarge);
    }
    let why = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { left: DEEPEST, why: &why }.deserialize(&mut reader);
    match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(why.get().unwrap_or(JsonError::NotAnObject)),
    }
}

/// Reads a value, and remembers why it would not.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: usize,
    why: &'a Cell<Option<JsonError>>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, why: JsonError) -> E {
        self.why.set(Some(why));
        E::custom(why)
    }

    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| self.refuse(JsonError::TooDeep))?;
        Ok(Self { left, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            read.push(item);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if read.insert(name, value).is_some() {
                return Err(self.refuse(JsonError::DuplicateMember));
            }
        }
        Ok(read.into())
    }
}

/// A text member of at most `longest` bytes, all of them visible ASCII.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, name: &str, longest: usize) -> Option<&'a str> {
    let text = object.get(name)?.as_str()?;
    let fits = (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_it_stands() {
        let text = r#"{"a":[1,-2,0.5,"x",null,true,{"b":{}}]}"#;
        assert_eq!(Value::Object(object(text.as_bytes(), 100).unwrap()).to_string(), text);
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for twice in [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"\u0061":2}]}"#] {
            assert_eq!(object(twice.as_bytes(), 100), Err(JsonError::DuplicateMember), "{twice}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(nested(DEEPEST - 1).as_bytes(), 100).is_ok());
        assert_eq!(object(nested(DEEPEST).as_bytes(), 100), Err(JsonError::TooDeep));
        assert_eq!(object(nested(100_000).as_bytes(), 1 << 20), Err(JsonError::TooDeep));
        assert_eq!(object(b"{\"a\":1}", 6), Err(JsonError::TooLarge));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bad in ["", "[]", "1", "{", "{}{}", "{\"a\":01}", "<html>", "\u{FEFF}{}"] {
            assert_eq!(object(bad.as_bytes(), 100), Err(JsonError::NotAnObject), "{bad}");
        }
    }
}
