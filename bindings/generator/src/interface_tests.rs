use super::*;
use uniffi_meta::{
    EnumMetadata, FnMetadata, MethodMetadata, ObjectImpl, ObjectMetadata, RecordMetadata, TraitKind,
    TraitMethodMetadata, VariantMetadata,
};

fn text(name: &str) -> FieldMetadata {
    FieldMetadata { name: name.to_owned(), orig_name: None, ty: Type::String, default: None, docstring: None }
}

fn record(name: &str, fields: &[&str]) -> Metadata {
    Metadata::Record(RecordMetadata {
        module_path: "ffi".to_owned(),
        name: name.to_owned(),
        orig_name: None,
        remote: false,
        fields: fields.iter().map(|name| text(name)).collect(),
        docstring: None,
    })
}

fn named(name: &str) -> Type {
    Type::Record { module_path: "ffi".to_owned(), name: name.to_owned() }
}

fn function(name: &str, inputs: &[(&str, Type)], returns: Option<Type>) -> Metadata {
    Metadata::Func(FnMetadata {
        module_path: "ffi".to_owned(),
        name: name.to_owned(),
        orig_name: None,
        is_async: false,
        inputs: inputs.iter().map(|(name, ty)| FnParamMetadata::simple(name, ty.clone())).collect(),
        return_type: returns,
        throws: None,
        checksum: None,
        docstring: None,
    })
}

fn variants(name: &str, shape: EnumShape, variants: &[&str]) -> Metadata {
    Metadata::Enum(EnumMetadata {
        module_path: "ffi".to_owned(),
        name: name.to_owned(),
        orig_name: None,
        shape,
        remote: false,
        variants: variants
            .iter()
            .map(|name| VariantMetadata {
                name: (*name).to_owned(),
                orig_name: None,
                discr: None,
                fields: Vec::new(),
                docstring: None,
            })
            .collect(),
        discr_type: None,
        non_exhaustive: false,
        docstring: None,
    })
}

fn object(imp: ObjectImpl) -> Metadata {
    Metadata::Object(ObjectMetadata {
        module_path: "ffi".to_owned(),
        name: "Vault".to_owned(),
        orig_name: None,
        remote: false,
        imp,
        docstring: None,
    })
}

fn method(name: &str) -> MethodMetadata {
    trait_method(name).into()
}

fn trait_method(name: &str) -> TraitMethodMetadata {
    TraitMethodMetadata {
        module_path: "ffi".to_owned(),
        trait_name: "Vault".to_owned(),
        index: 0,
        name: name.to_owned(),
        orig_name: None,
        is_async: true,
        inputs: vec![FnParamMetadata::simple("key", Type::Bytes)],
        return_type: Some(Type::Bytes),
        throws: None,
        takes_self_by_arc: false,
        checksum: None,
        docstring: Some("Says something.".to_owned()),
    }
}

/// What apps written against `earlier`, of version 0.1.0, no longer find in `later` of this version.
fn breaks(earlier: &[Metadata], later: &[Metadata], version: &str) -> Vec<String> {
    let earlier = Description::new("0.1.0", entries(earlier)).unwrap();
    Description::new(version, entries(later)).unwrap().breaks(&earlier)
}

#[test]
fn what_is_removed_or_changed_breaks_apps_and_what_is_added_does_not() {
    let one = || function("pay", &[("id", Type::String)], Some(Type::Int64));
    let two = || function("cancel", &[], None);
    assert_eq!(breaks(&[one()], &[one(), two()], "0.1.0"), Vec::<String>::new());
    assert_eq!(breaks(&[one(), two()], &[one()], "0.1.0"), ["function cancel()"]);
    let other = function("pay", &[("id", Type::String)], Some(Type::Optional { inner_type: Box::new(Type::Int64) }));
    assert_eq!(breaks(&[one()], &[other], "0.1.0"), ["function pay(id: string) -> int64"]);
    let renamed = function("pay", &[("payment", Type::String)], Some(Type::Int64));
    assert_eq!(breaks(&[one()], &[renamed], "0.1.0").len(), 1);
}

#[test]
fn a_field_more_breaks_the_apps_that_make_the_record_and_no_others() {
    let reads = || function("bill", &[], Some(named("Bill")));
    let few = || [reads(), record("Bill", &["id"])];
    let more = || [reads(), record("Bill", &["id", "due"])];
    assert_eq!(breaks(&few(), &more(), "0.1.0"), Vec::<String>::new());
    assert_eq!(breaks(&more(), &few(), "0.1.0"), ["record Bill: due: string"]);

    let list = Type::Sequence { inner_type: Box::new(named("Bill")) };
    let makes = || function("keep", &[("bills", list.clone())], None);
    let (few, more) = ([makes(), record("Bill", &["id"])], [makes(), record("Bill", &["id", "due"])]);
    assert_eq!(breaks(&few, &more, "0.1.0"), ["record made by apps Bill: id: string"]);
}

#[test]
fn a_case_more_breaks_the_apps_that_switch_over_all() {
    for (shape, told) in
        [(EnumShape::Enum, "enum State: Paid"), (EnumShape::Error { flat: false }, "error State: Paid")]
    {
        let (few, more) = (variants("State", shape, &["Paid"]), variants("State", shape, &["Paid", "Voided"]));
        assert_eq!(breaks(&[few], &[more], "0.1.0"), [told]);
    }
}

#[test]
fn a_method_more_breaks_the_apps_that_implement_the_trait_and_not_those_that_call_the_object() {
    let both = ObjectImpl::Trait(TraitKind::Both);
    let wrap = || Metadata::TraitMethod(trait_method("wrap"));
    let few = [object(both), wrap()];
    let more = [object(both), wrap(), Metadata::TraitMethod(trait_method("renew"))];
    let told = "trait implemented by apps Vault: async wrap(key: bytes) -> bytes";
    assert_eq!(breaks(&few, &more, "0.1.0"), [told]);

    let few = [object(ObjectImpl::Struct), Metadata::Method(method("wrap"))];
    let more = [object(ObjectImpl::Struct), Metadata::Method(method("wrap")), Metadata::Method(method("renew"))];
    assert_eq!(breaks(&few, &more, "0.1.0"), Vec::<String>::new());
    assert_eq!(breaks(&more, &few, "0.1.0"), ["method of Vault: async renew(key: bytes) -> bytes"]);
}

#[test]
fn a_new_version_says_that_it_breaks_and_a_new_patch_does_not() {
    let empty = |version: &str| Description::new(version, BTreeSet::new()).unwrap();
    let full = |version: &str| Description::new(version, BTreeSet::from(["function a()".to_owned()])).unwrap();
    for (earlier, later, may) in [
        ("0.1.0", "0.1.1", false),
        ("0.1.9", "0.2.0", true),
        ("0.2.0", "0.1.0", false),
        ("0.9.0", "1.0.0", true),
        ("1.0.0", "1.1.0", false),
        ("1.4.0", "2.0.0", true),
        ("2.0.0", "1.9.9", false),
    ] {
        assert_eq!(empty(later).breaks(&full(earlier)).is_empty(), may, "{earlier} to {later}");
    }
}

#[test]
fn documentation_and_order_are_no_part_of_the_interface() {
    let (a, b) = (function("a", &[], None), function("b", &[], None));
    assert_eq!(entries(&[a.clone(), b.clone()]), entries(&[b, a]));
    let mut silent = trait_method("wrap");
    silent.docstring = None;
    assert_eq!(entries(&[Metadata::TraitMethod(silent)]), entries(&[Metadata::TraitMethod(trait_method("wrap"))]));
}

#[test]
fn a_description_is_read_as_it_was_written_and_nothing_else_is() {
    let written = Description::new("0.1.0", entries(&[function("a", &[], None), record("Bill", &["id"])])).unwrap();
    assert_eq!(Description::read(&written.text()).unwrap(), written);
    for odd in ["", "function a()", "version one", "version 1.0"] {
        assert!(Description::read(odd).is_err(), "{odd}");
    }
}
