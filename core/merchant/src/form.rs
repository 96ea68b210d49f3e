//! Form-encoded text that came from outside (URL Standard, application/x-www-form-urlencoded).

use std::collections::BTreeMap;

/// Its fields; `None` where one stands twice, for then two readers could see two different forms.
pub(crate) fn fields(body: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_field_that_stands_twice_spoils_the_form() {
        assert_eq!(super::fields(b"a=1&b=%E6%B0%B4+").unwrap()["b"], "水 ");
        assert!(super::fields(b"a=1&%61=2").is_none());
    }
}
