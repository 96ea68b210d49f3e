//! The house's rules, read from Cargo's own account of the workspace.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use paytaipei_e2e::programs::root;
use serde_json::Value;

/// Of each workspace package, all packages that it links, near or far, without build and test dependencies.
fn linked() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeMap<String, String> =
        metadata["packages"].as_array().unwrap().iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let normal = |node: &Value| -> Vec<String> {
        let deps = node["deps"].as_array().unwrap().iter();
        deps.filter(|dep| dep["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null()))
            .map(|dep| text(&dep["pkg"]))
            .collect()
    };
    let arrows: BTreeMap<String, Vec<String>> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| (text(&node["id"]), normal(node))).collect();
    let members = metadata["workspace_members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![text(member)]);
            while let Some(id) = next.pop() {
                next.extend(arrows[&id].iter().filter(|dep| seen.insert((*dep).clone())).cloned());
            }
            (names[&text(member)].clone(), seen.iter().map(|id| names[id].clone()).collect())
        })
        .collect()
}

#[test]
fn no_phone_links_the_platforms_secrets() {
    let linked = linked();
    for phone in ["paytaipei-app", "paytaipei-ffi", "paytaipei-cli"] {
        for secret in
            ["paytaipei-merchant", "paytaipei-operator", "paytaipei-gateway", "paytaipei-sandbox", "paytaipei-printer"]
        {
            assert!(!linked[phone].contains(secret), "{phone} links {secret}");
        }
    }
}

#[test]
fn doubles_share_no_code_with_what_they_check() {
    let linked = linked();
    for double in ["paytaipei-sandbox", "paytaipei-printer", "paytaipei-e2e"] {
        let core: Vec<String> = linked[double]
            .iter()
            .filter(|name| {
                let own = name.strip_prefix("paytaipei-");
                own.is_some_and(|own| !["sandbox", "printer"].contains(&own))
            })
            .cloned()
            .collect();
        assert!(core.is_empty(), "{double} links {core:?}");
    }
}

#[test]
fn arrows_point_from_shells_to_rules() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("paytaipei-bill", &[][..]),
        ("paytaipei-scan", &[]),
        ("paytaipei-merchant", &["paytaipei-bill"]),
        ("paytaipei-oidc", &[]),
        ("paytaipei-operator", &["paytaipei-oidc"]),
        ("paytaipei-payment", &["paytaipei-bill"]),
        ("paytaipei-receipt", &["paytaipei-bill", "paytaipei-payment"]),
        ("paytaipei-draw", &[]),
        ("paytaipei-identity", &["paytaipei-bill", "paytaipei-oidc"]),
        (
            "paytaipei-app",
            &[
                "paytaipei-bill",
                "paytaipei-scan",
                "paytaipei-payment",
                "paytaipei-receipt",
                "paytaipei-draw",
                "paytaipei-oidc",
                "paytaipei-identity",
            ],
        ),
    ]);
    for (package, links) in linked() {
        let Some(allowed) = allowed.get(package.as_str()) else { continue };
        for own in links.iter().filter(|name| name.starts_with("paytaipei-")) {
            assert!(allowed.contains(&own.as_str()), "{package} links {own}");
        }
    }
}

#[test]
fn the_rules_know_no_network_no_clock_and_no_foreign_language() {
    for (package, links) in linked() {
        if [
            "paytaipei-bill",
            "paytaipei-payment",
            "paytaipei-receipt",
            "paytaipei-draw",
            "paytaipei-oidc",
            "paytaipei-identity",
            "paytaipei-scan",
        ]
        .contains(&package.as_str())
        {
            for edge in ["tokio", "reqwest", "rusqlite", "hyper", "uniffi", "clap"] {
                assert!(!links.contains(edge), "{package} links {edge}");
            }
        }
        if package.starts_with("paytaipei-") && package != "paytaipei-ffi" {
            assert!(!links.contains("uniffi"), "only the ffi crate knows of uniffi: {package}");
        }
    }
}

/// All sources in Rust below `folder`, in one text.
fn sources(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.extension() {
            _ if path.is_dir() => sources(&path),
            Some(extension) if extension == "rs" => std::fs::read_to_string(&path).unwrap(),
            _ => String::new(),
        })
        .collect()
}

#[test]
fn the_tests_that_the_threat_model_names_are_there() {
    let sources: String = ["core", "bindings", "tests"].iter().map(|folder| sources(&root().join(folder))).collect();
    let model = std::fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    // Codes of errors have fewer words than a test's name, which is a sentence.
    let named: Vec<&str> = model.split('`').skip(1).step_by(2).filter(|name| name.matches('_').count() > 2).collect();
    assert!(named.len() > 30, "{named:?}");
    for name in named {
        assert!(sources.contains(&format!("fn {name}(")), "no test is named {name}");
    }
}
