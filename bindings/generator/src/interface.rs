//! The library's interface in words, one entry a line: what apps were written against, and whether they still fit.
//!
//! An entry that goes or changes breaks apps; one that comes does not. So what an app may only read is an entry for each
//! part (a record's field, an object's method), and what it has to cover whole is one entry whole: an enum that it
//! switches over, a trait that it implements, a record that it makes.

use std::collections::{BTreeMap, BTreeSet};

use uniffi_meta::{EnumShape, FieldMetadata, FnParamMetadata, Metadata, Type};

/// The entries, sorted. Documentation is none of them.
pub fn entries(items: &[Metadata]) -> BTreeSet<String> {
    let made = made_by_apps(items);
    let mut entries = BTreeSet::new();
    let mut implemented: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for item in items {
        match item {
            Metadata::Func(f) => {
                let call = call(f.is_async, &f.name, &f.inputs, f.return_type.as_ref(), f.throws.as_ref());
                entries.insert(format!("function {call}"));
            }
            Metadata::Constructor(c) => {
                let call = call(c.is_async, &c.name, &c.inputs, None, c.throws.as_ref());
                entries.insert(format!("constructor of {}: {call}", c.self_name));
            }
            Metadata::Method(m) => {
                let call = call(m.is_async, &m.name, &m.inputs, m.return_type.as_ref(), m.throws.as_ref());
                entries.insert(format!("method of {}: {call}", m.self_name));
            }
            Metadata::TraitMethod(m) => {
                let call = call(m.is_async, &m.name, &m.inputs, m.return_type.as_ref(), m.throws.as_ref());
                implemented.entry(&m.trait_name).or_default().push(call);
            }
            Metadata::Object(o) => {
                if !o.imp.has_callback_interface() {
                    entries.insert(format!("object {}", o.name));
                } else {
                    implemented.entry(&o.name).or_default();
                }
            }
            Metadata::CallbackInterface(c) => {
                implemented.entry(&c.name).or_default();
            }
            Metadata::Record(r) => {
                entries.extend(r.fields.iter().map(|f| format!("record {}: {}", r.name, field(f))));
                if made.contains(r.name.as_str()) {
                    let fields: Vec<_> = r.fields.iter().map(field).collect();
                    entries.insert(format!("record made by apps {}: {}", r.name, fields.join(", ")));
                }
            }
            Metadata::Enum(e) => {
                let variants: Vec<_> = e
                    .variants
                    .iter()
                    .map(|v| match v.fields.as_slice() {
                        [] => v.name.clone(),
                        fields => format!("{}({})", v.name, fields.iter().map(field).collect::<Vec<_>>().join(", ")),
                    })
                    .collect();
                let kind = if e.shape == EnumShape::Enum { "enum" } else { "error" };
                entries.insert(format!("{kind} {}: {}", e.name, variants.join(" | ")));
            }
            Metadata::CustomType(c) => {
                entries.insert(format!("type {}: {}", c.name, type_name(&c.builtin)));
            }
            Metadata::UniffiTrait(t) => {
                entries.insert(format!("{} of {}", t.name(), t.self_name()));
            }
            Metadata::ObjectTraitImpl(i) => {
                entries.insert(format!("{} implements {}", type_name(&i.ty), type_name(&i.trait_ty)));
            }
            Metadata::Namespace(_) | Metadata::UdlFile(_) => {}
        }
    }
    for (name, mut calls) in implemented {
        calls.sort();
        entries.insert(format!("trait implemented by apps {name}: {}", calls.join("; ")));
    }
    entries
}

fn call(
    is_async: bool,
    name: &str,
    inputs: &[FnParamMetadata],
    returns: Option<&Type>,
    throws: Option<&Type>,
) -> String {
    let inputs: Vec<_> =
        inputs.iter().map(|i| format!("{}: {}{}", i.name, if i.by_ref { "&" } else { "" }, type_name(&i.ty))).collect();
    let before = if is_async { "async " } else { "" };
    let returns = returns.map(|ty| format!(" -> {}", type_name(ty))).unwrap_or_default();
    let throws = throws.map(|ty| format!(" throws {}", type_name(ty))).unwrap_or_default();
    format!("{before}{name}({}){returns}{throws}", inputs.join(", "))
}

fn field(field: &FieldMetadata) -> String {
    format!("{}: {}", field.name, type_name(&field.ty))
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Box { inner_type } => type_name(inner_type),
        Type::Optional { inner_type } => format!("{}?", type_name(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", type_name(inner_type)),
        Type::Set { inner_type } => format!("{{{}}}", type_name(inner_type)),
        Type::Map { key_type, value_type } => format!("[{}: {}]", type_name(key_type), type_name(value_type)),
        named => named.name().map_or_else(|| format!("{named:?}").to_lowercase(), str::to_owned),
    }
}

/// Names of records that apps hand over, by themselves or in other values.
fn made_by_apps(items: &[Metadata]) -> BTreeSet<&str> {
    let mut todo: Vec<&Type> = Vec::new();
    for item in items {
        match item {
            Metadata::Func(f) => todo.extend(f.inputs.iter().map(|i| &i.ty)),
            Metadata::Constructor(c) => todo.extend(c.inputs.iter().map(|i| &i.ty)),
            Metadata::Method(m) => todo.extend(m.inputs.iter().map(|i| &i.ty)),
            // What apps implement, they answer.
            Metadata::TraitMethod(m) => todo.extend(m.return_type.iter().chain(&m.throws)),
            _ => {}
        }
    }
    let mut made = BTreeSet::new();
    while let Some(ty) = todo.pop() {
        match ty {
            Type::Box { inner_type }
            | Type::Optional { inner_type }
            | Type::Sequence { inner_type }
            | Type::Set { inner_type } => todo.push(inner_type),
            Type::Map { key_type, value_type } => todo.extend([key_type.as_ref(), value_type.as_ref()]),
            Type::Custom { builtin, .. } => todo.push(builtin),
            Type::Record { name, .. } | Type::Enum { name, .. } if made.insert(name.as_str()) => {
                for item in items {
                    match item {
                        Metadata::Record(r) if r.name == *name => todo.extend(r.fields.iter().map(|f| &f.ty)),
                        Metadata::Enum(e) if e.name == *name => {
                            todo.extend(e.variants.iter().flat_map(|v| &v.fields).map(|f| &f.ty));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    made
}

/// A description as it is kept: the version, and its entries.
#[derive(Debug, PartialEq, Eq)]
pub struct Description {
    version: [u64; 3],
    entries: BTreeSet<String>,
}

impl Description {
    pub fn new(version: &str, entries: BTreeSet<String>) -> Result<Self, String> {
        let numbers: Vec<u64> = version.split('.').filter_map(|number| number.parse().ok()).collect();
        let version = numbers.try_into().map_err(|_| format!("{version} is no version: three numbers"))?;
        Ok(Self { version, entries })
    }

    pub fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let version =
            lines.next().and_then(|line| line.strip_prefix("version ")).ok_or("no version in the first line")?;
        Self::new(version, lines.map(str::to_owned).collect())
    }

    pub fn text(&self) -> String {
        let [major, minor, patch] = self.version;
        let entries: Vec<&str> = self.entries.iter().map(String::as_str).collect();
        format!(
            "# What apps are written against, made by scripts/bindings. An entry goes or changes only with a new major\n\
             # version, or minor version where the major is 0.\nversion {major}.{minor}.{patch}\n\n{}\n",
            entries.join("\n")
        )
    }

    /// What apps of the earlier version no longer find, unless the version says that they may not.
    pub fn breaks(&self, earlier: &Self) -> Vec<String> {
        let era = |[major, minor, _]: [u64; 3]| (major, if major == 0 { minor } else { 0 });
        if era(self.version) > era(earlier.version) {
            return Vec::new();
        }
        earlier.entries.difference(&self.entries).cloned().collect()
    }
}

#[cfg(test)]
#[path = "interface_tests.rs"]
mod tests;
