use super::*;

fn bundled() -> Arc<Catalogue> {
    Catalogue::bundled()
}

/// The bundled catalogue with something changed in it.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Result<Catalogue, CatalogueError> {
    let mut json: serde_json::Value = serde_json::from_str(BUNDLED).unwrap();
    change(&mut json);
    Catalogue::read(json.to_string().as_bytes())
}

fn biller(id: &str) -> Arc<Biller> {
    Arc::clone(bundled().biller(&BillerId::new(id).unwrap()).unwrap())
}

#[test]
fn the_bundled_catalogue_is_read_whole() {
    let read = Catalogue::read(BUNDLED.as_bytes()).unwrap();
    assert_eq!(read, *bundled());
    // Nothing of it was left out as unknown.
    let json: serde_json::Value = serde_json::from_str(BUNDLED).unwrap();
    for (biller, json) in read.billers.iter().zip(json["billers"].as_array().unwrap()) {
        assert_eq!(biller.codes.len(), json["codes"].as_array().unwrap().len(), "{:?}", biller.id);
        assert_eq!(biller.keyed.len(), json["keyed"].as_array().unwrap().len(), "{:?}", biller.id);
        assert_ne!(biller.codes.len() + biller.keyed.len(), 0, "{:?}", biller.id);
    }
}

#[test]
fn every_bill_type_of_the_city_is_served_and_what_is_not_says_where_to_pay() {
    let served: Vec<String> =
        bundled().billers.iter().filter(|one| one.served()).map(|one| one.id.as_str().to_owned()).collect();
    assert_eq!(
        served,
        [
            "kinmen-water",
            "taipei-water",
            "taipei-parking",
            "taipei-hospital",
            "taipei-study-fees",
            "house-tax",
            "land-value-tax",
            "vehicle-licence-tax",
            "traffic-fine",
            "assembly-deposit",
            "land-office",
            "company-registration",
            "online-application",
        ]
    );
    for biller in bundled().billers.iter() {
        assert_eq!(
            biller.served(),
            biller.zh_elsewhere.is_empty() && biller.en_elsewhere.is_empty(),
            "{:?}",
            biller.id
        );
    }
}

#[test]
fn no_code_belongs_to_two_billers() {
    let codes: Vec<AcceptedCode> = bundled().billers.iter().flat_map(|biller| biller.codes.clone()).collect();
    for (at, code) in codes.iter().enumerate() {
        assert!(!codes.iter().skip(at + 1).any(|other| other == code), "{code:?}");
    }
}

#[test]
fn kinmens_utilities_come_first_for_who_lives_there() {
    let first = |county: Option<&str>| bundled().for_county(county)[0].id.as_str().to_owned();
    assert_eq!((first(Some("kinmen")), first(Some("taipei"))), ("kinmen-water".to_owned(), "taipei-water".to_owned()));
    assert_eq!(bundled().for_county(Some("kinmen")).len(), bundled().billers.len());
}

#[test]
fn a_code_or_a_field_of_a_later_release_is_left_out_and_the_rest_of_the_biller_kept() {
    let read = changed(|json| {
        let parking = &mut json["billers"][2];
        parking["codes"].as_array_mut().unwrap().push(serde_json::json!({"format": "nfc_tag", "kind": 7}));
        parking["keyed"][1]["fields"][0]["rule"] = serde_json::json!({"iris": {"eye": "left"}});
        json["billers"][1]["state"] = "on_the_moon".into();
        json["later"] = serde_json::json!({"anything": true});
    })
    .unwrap();
    assert_eq!((read.billers[2].codes.len(), read.billers[2].keyed.len()), (2, 2));
    assert!(read.billers[2].served() && !read.billers[1].served());
}

#[test]
fn what_is_no_catalogue_is_refused() {
    for (refused, why) in [
        (Catalogue::read(b"{}"), CatalogueError::Malformed),
        (Catalogue::read(&vec![b' '; LONGEST + 1]), CatalogueError::TooLong),
        (changed(|json| json["billers"][1]["id"] = "kinmen-water".into()), CatalogueError::Id),
        (changed(|json| json["billers"][0]["county"] = "atlantis".into()), CatalogueError::Id),
        (changed(|json| json["version"] = 0.into()), CatalogueError::Id),
        (changed(|json| json["billers"][0]["zh"] = "".into()), CatalogueError::Text),
        (changed(|json| json["billers"][0]["en"] = "Kin\u{202E}men".into()), CatalogueError::Text),
        (changed(|json| json["billers"][0]["zh_hint"] = "水".repeat(201).into()), CatalogueError::Text),
        (
            changed(|json| json["billers"][0]["keyed"][0]["fields"][0]["zh"] = "水\u{200B}號".into()),
            CatalogueError::Text,
        ),
        (changed(|json| json["billers"][2]["quiet"][0]["from"] = "25:00".into()), CatalogueError::Malformed),
        (changed(|json| json["min_app"] = "soon".into()), CatalogueError::Malformed),
    ] {
        assert_eq!(refused.err(), Some(why));
    }
}

#[test]
fn quiet_hours_begin_on_their_first_minute_and_end_before_their_last() {
    let parking = biller("taipei-parking");
    let until = |hour: u16, minute: u16| parking.quiet_until(hour * 60 + minute).map(|minute| minute.to_string());
    assert_eq!((until(5, 14), until(5, 15)), (None, Some("06:15".to_owned())));
    assert_eq!((until(6, 14), until(6, 15)), (Some("06:15".to_owned()), None));
    let night = Quiet { from: "23:30".to_owned().try_into().unwrap(), to: "01:00".to_owned().try_into().unwrap() };
    assert!(night.covers(23 * 60 + 30) && night.covers(0) && !night.covers(60) && !night.covers(720));
}

#[test]
fn a_deadline_counts_on_its_own_day_and_fines_are_paid_afterwards_too() {
    let (due, next) = (crate::testing::day("2026-11-24"), crate::testing::day("2026-11-25"));
    assert!(biller("kinmen-water").pays_on(due, due) && !biller("kinmen-water").pays_on(due, next));
    assert!(biller("traffic-fine").pays_on(due, next));
}

#[test]
fn releases_compare_by_their_parts() {
    let release = |text: &str| Release::parse(text).unwrap();
    assert!(release("0.10.0") > release("0.9.9") && release("1.0.0") > release("0.99.99"));
    assert_eq!((Release::parse("1.0"), Release::parse("1.0.0.0"), Release::parse("1.x.0")), (None, None, None));
}
