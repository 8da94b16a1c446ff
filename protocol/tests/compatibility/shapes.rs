//! The types of a version as written down, and one version held against another.

use std::collections::{BTreeMap, BTreeSet};

use maru_protocol::describe::{self, Form};
use serde_json::{Map, Value, json};

/// A field's name and type.
pub type Field = (String, String);

/// How one type travels.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Array(Vec<Field>),
    Variants(BTreeMap<u64, (String, Vec<Field>)>),
    Numbers(BTreeMap<u64, String>),
    Names(Vec<String>),
}

/// Every type of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Shapes {
    pub types: BTreeMap<String, Kind>,
}

fn fields_of(fields: Vec<describe::Field>) -> Vec<Field> {
    let fields = fields.into_iter();
    fields
        .map(|field| (field.name.to_owned(), field.ty))
        .collect()
}

fn fields_to_json(fields: &[Field]) -> Value {
    fields.iter().map(|(name, ty)| json!([name, ty])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn fields_from_json(fields: &Value) -> Vec<Field> {
    let fields = list(fields).iter();
    fields
        .map(|field| (text(&field[0]), text(&field[1])))
        .collect()
}

fn numbered(object: &Value) -> impl Iterator<Item = (u64, &Value)> {
    let object = object.as_object().expect("an object");
    object
        .iter()
        .map(|(key, value)| (key.parse().expect("a number"), value))
}

impl Kind {
    fn of(form: Form) -> Self {
        match form {
            Form::Array(fields) => Self::Array(fields_of(fields)),
            Form::Variants(variants) => {
                let variants = variants.into_iter().map(|variant| {
                    let known = (variant.name.to_owned(), fields_of(variant.fields));
                    (variant.kind, known)
                });
                Self::Variants(variants.collect())
            }
            Form::Numbers(numbers) => {
                let numbers = numbers.into_iter();
                Self::Numbers(
                    numbers
                        .map(|(number, name)| (number, name.to_owned()))
                        .collect(),
                )
            }
            Form::Names(names) => Self::Names(names.into_iter().map(str::to_owned).collect()),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Array(fields) => json!({ "array": fields_to_json(fields) }),
            Self::Variants(variants) => {
                let variants = variants.iter().map(|(kind, (name, fields))| {
                    let variant = json!({ "name": name, "fields": fields_to_json(fields) });
                    (kind.to_string(), variant)
                });
                json!({ "variants": variants.collect::<Map<_, _>>() })
            }
            Self::Numbers(numbers) => {
                let numbers = numbers
                    .iter()
                    .map(|(number, name)| (number.to_string(), json!(name)));
                json!({ "numbers": numbers.collect::<Map<_, _>>() })
            }
            Self::Names(names) => json!({ "names": names }),
        }
    }

    fn from_json(json: &Value) -> Self {
        let object = json.as_object().expect("an object");
        let (form, what) = object.iter().next().expect("one form");
        match form.as_str() {
            "array" => Self::Array(fields_from_json(what)),
            "variants" => {
                let variants = numbered(what).map(|(kind, variant)| {
                    let known = (text(&variant["name"]), fields_from_json(&variant["fields"]));
                    (kind, known)
                });
                Self::Variants(variants.collect())
            }
            "numbers" => Self::Numbers(numbered(what).map(|(n, name)| (n, text(name))).collect()),
            "names" => Self::Names(list(what).iter().map(text).collect()),
            other => panic!("{other} is no form"),
        }
    }

    /// The types of the fields.
    fn made_of(&self) -> Vec<&str> {
        let fields: Vec<&Field> = match self {
            Self::Array(fields) => fields.iter().collect(),
            Self::Variants(variants) => {
                let fields = variants.values().map(|(_, fields)| fields);
                fields.flatten().collect()
            }
            Self::Numbers(_) | Self::Names(_) => vec![],
        };
        fields.into_iter().map(|(_, ty)| ty.as_str()).collect()
    }
}

impl Shapes {
    /// Of this version.
    pub fn now() -> Self {
        let book = describe::client().into_iter().chain(describe::server());
        let types = book.map(|(name, form)| (name.to_owned(), Kind::of(form)));
        Self {
            types: types.collect(),
        }
    }

    pub fn to_json(&self) -> Value {
        let types = self
            .types
            .iter()
            .map(|(name, kind)| (name.clone(), kind.to_json()));
        Value::Object(types.collect())
    }

    pub fn from_json(json: &Value) -> Self {
        let types = json.as_object().expect("types by name");
        let types = types
            .iter()
            .map(|(name, kind)| (name.clone(), Kind::from_json(kind)));
        Self {
            types: types.collect(),
        }
    }

    /// What of a value this version knows; `None` for a kind of later. An error where a receiver of this
    /// version would not understand it.
    pub fn cut(&self, ty: &str, value: &Value) -> Result<Option<Value>, String> {
        let refuse = |why: &str| Err(format!("{value} is no {ty}: {why}"));
        if let Some(inner) = ty.strip_suffix('?') {
            return if value.is_null() {
                Ok(Some(Value::Null))
            } else {
                self.cut(inner, value)
            };
        }
        if let Some(inner) = ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
            let Some(elements) = value.as_array() else {
                return refuse("no list");
            };
            let known = elements.iter().map(|element| self.cut(inner, element));
            let known: Result<Vec<_>, _> = known.collect();
            return Ok(Some(known?.into_iter().flatten().collect()));
        }
        let fits = match ty {
            "uint" => value.is_u64(),
            "uint32" => value.as_u64().is_some_and(|n| u32::try_from(n).is_ok()),
            "uint8" => value.as_u64().is_some_and(|n| u8::try_from(n).is_ok()),
            "int32" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "bool" => value.is_boolean(),
            "str" => value.is_string(),
            _ => return self.cut_declared(ty, value),
        };
        if fits {
            Ok(Some(value.clone()))
        } else {
            refuse("another type")
        }
    }

    fn cut_declared(&self, ty: &str, value: &Value) -> Result<Option<Value>, String> {
        let refuse = |why: &str| Err(format!("{value} is no {ty}: {why}"));
        let elements = value.as_array().map(Vec::as_slice);
        match (&self.types[ty], elements) {
            (Kind::Numbers(numbers), _) => {
                let known = value
                    .as_u64()
                    .is_some_and(|number| numbers.contains_key(&number));
                if known {
                    Ok(Some(value.clone()))
                } else {
                    refuse("not of the set")
                }
            }
            (Kind::Names(_), _) if value.is_string() => Ok(Some(value.clone())),
            (Kind::Array(fields), Some(elements)) => {
                Ok(Some(self.cut_fields(fields, elements)?.into()))
            }
            (Kind::Variants(variants), Some([kind, elements @ ..])) => {
                let Some(number) = kind.as_u64() else {
                    return refuse("no kind");
                };
                let Some((_, fields)) = variants.get(&number) else {
                    return Ok(None);
                };
                let known = self.cut_fields(fields, elements)?;
                Ok(Some([vec![kind.clone()], known].concat().into()))
            }
            _ => refuse("another form"),
        }
    }

    fn cut_fields(&self, fields: &[Field], elements: &[Value]) -> Result<Vec<Value>, String> {
        if elements.len() < fields.len() {
            return Err(format!("{elements:?} is shorter than {fields:?}"));
        }
        let known = fields.iter().zip(elements);
        let known = known.map(|((name, ty), element)| {
            let cut = self
                .cut(ty, element)
                .map_err(|flaw| format!("{name}: {flaw}"));
            cut.map(Option::unwrap_or_default)
        });
        known.collect()
    }

    /// The names of the types within this one, and its own.
    pub fn reached_from(&self, root: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut ahead = vec![root.to_owned()];
        while let Some(name) = ahead.pop() {
            let name = name.trim_matches(['[', ']', '?']).to_owned();
            if let Some(kind) = self.types.get(&name)
                && reached.insert(name)
            {
                ahead.extend(kind.made_of().into_iter().map(str::to_owned));
            }
        }
        reached
    }
}
