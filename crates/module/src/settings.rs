//! A hook's settings against the schema in its module's manifest.
//!
//! The schema comes from the module and is read in the worker, so it gets no reference (a reference to itself
//! never ends), no network, no file, and regular expressions that cannot back-track.

use crate::{Manifest, Refusal};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value;
use skink_job::SafeText;

/// The largest settings, in bytes of JSON.
const MAX_SETTINGS: usize = 64 << 10;

/// The largest compiled regular expression of a schema, in bytes.
const MAX_PATTERN: usize = 256 << 10;

/// Problems that are told at once.
const MAX_PROBLEMS: usize = 5;

/// Checks the settings of a hook. `null` stands for no settings, as does an empty object.
///
/// # Errors
/// The settings do not fit, the module takes none, or its schema cannot be used.
pub fn settings_fit(manifest: &Manifest, settings: &Value) -> Result<(), Refusal> {
    let empty = Value::Object(serde_json::Map::new());
    let settings = if settings.is_null() { &empty } else { settings };
    let Some(schema) = &manifest.settings else { return no_settings(settings) };
    if settings == &empty && takes_none(schema) {
        return Ok(());
    }
    let size = settings.to_string().len();
    if size > MAX_SETTINGS {
        let why = format!("they have {size} bytes, {MAX_SETTINGS} are allowed");
        return Err(Refusal::Settings { why: why.into() });
    }
    if let Some(key) = reference(schema) {
        let why = format!("it uses `{key}`; write the schema out without references");
        return Err(Refusal::Schema { why: why.into() });
    }
    let validator = jsonschema::options()
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN).dfa_size_limit(MAX_PATTERN))
        .build(schema)
        .map_err(|error| Refusal::Schema { why: SafeText::line(&error.to_string()).truncated(300) })?;
    let problems: Vec<String> =
        validator.iter_errors(settings).take(MAX_PROBLEMS).map(|problem| told(&problem, schema)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Settings { why: SafeText::line(&problems.join("; ")).truncated(1000) })
}

/// Whether it is plain that no settings at all fit. Most hooks have none, and making ready to judge by a schema takes
/// five milliseconds. What is wrong inside of such a schema is told once a setting is given.
fn takes_none(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    schema.iter().all(|(key, value)| match key.as_str() {
        "type" => value == "object",
        "properties" => value.is_object(),
        "additionalProperties" => value.is_boolean(),
        "title" | "description" => value.is_string(),
        _ => false,
    })
}

/// A problem in words; a name that the schema does not have, with what it has.
fn told(problem: &ValidationError<'_>, schema: &Value) -> String {
    let path = problem.instance_path().as_str();
    let known: Vec<&str> = match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => properties.keys().map(String::as_str).collect(),
        None => Vec::new(),
    };
    if !path.is_empty() {
        return format!("{path}: {problem}");
    }
    if let (ValidationErrorKind::AdditionalProperties { unexpected }, false) =
        (problem.kind(), known.is_empty())
    {
        let each = unexpected.iter().map(|name| unknown(name, &known));
        return each.collect::<Vec<_>>().join("; ");
    }
    problem.to_string()
}

/// A name that is none of `known`.
fn unknown(name: &str, known: &[&str]) -> String {
    // Long names cost time, and are near to none.
    let distance = |other: &&&str| strsim::damerau_levenshtein(name, other);
    let near = known.iter().filter(|_| name.len() <= 64).min_by_key(distance);
    match near.filter(|near| distance(near) <= (near.len() / 3).max(1)) {
        Some(near) => format!("there is no setting `{name}`; did you mean `{near}`?"),
        None => format!("there is no setting `{name}`; there are {}", known.join(", ")),
    }
}

fn no_settings(settings: &Value) -> Result<(), Refusal> {
    match settings {
        Value::Object(map) if map.is_empty() => Ok(()),
        Value::Object(map) => {
            let names: Vec<&str> = map.keys().map(String::as_str).collect();
            Err(Refusal::NoSettings { given: SafeText::line(&names.join(", ")).truncated(200) })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::NoSettings { given: "no table".into() })
        }
    }
}

/// A key of `schema` that refers to another place, wherever it stands.
fn reference(schema: &Value) -> Option<&'static str> {
    const KEYS: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
    match schema {
        Value::Object(map) => {
            let here = KEYS.into_iter().find(|key| map.contains_key(*key));
            here.or_else(|| map.values().find_map(reference))
        }
        Value::Array(items) => items.iter().find_map(reference),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest(schema: Option<Value>) -> Manifest {
        let mut json =
            json!({"manifest": 1, "name": "h", "version": "1", "wit": "0.1.0", "phases": ["check"]});
        if let Some(schema) = schema {
            json["settings"] = schema;
        }
        Manifest::parse(&json.to_string()).unwrap()
    }

    #[test]
    fn settings_are_judged_by_the_schema() {
        let schema = json!({
            "type": "object",
            "properties": {"threshold": {"type": "integer"}, "name": {"pattern": "^(a+)+$"}},
            "additionalProperties": false
        });
        let rows = [
            (json!({"threshold": 3}), None),
            (json!(null), None),
            (json!({"threshold": "3"}), Some("/threshold: \"3\" is not of type \"integer\"")),
            (json!({"treshold": 3}), Some("no setting `treshold`; did you mean `threshold`?")),
            (json!({"colour": 3}), Some("no setting `colour`; there are name, threshold")),
            (json!({"\u{1b}": 3}), Some("no setting `\\u{1b}`")),
            (json!({"name": format!("{}b", "a".repeat(5000))}), Some("/name")),
            (json!({"name": "\u{1b}[31m"}), Some("\\u001b[31m")),
            (json!({"name": "a".repeat(MAX_SETTINGS)}), Some("65536 are allowed")),
        ];
        for (settings, text) in rows {
            let result = settings_fit(&manifest(Some(schema.clone())), &settings);
            match (result, text) {
                (Ok(()), None) => {}
                (Err(refusal), Some(text)) if refusal.to_string().contains(text) => {}
                (result, text) => panic!("{settings}: {result:?}, wanted {text:?}"),
            }
        }
    }

    #[test]
    fn no_settings_fit_where_the_schema_says_so() {
        let properties = json!({"a": {"type": "integer"}});
        let rows = [
            (json!({"type": "object", "properties": properties, "additionalProperties": false}), true, true),
            (json!({"title": "t", "description": "d", "properties": properties}), true, true),
            (json!({}), true, true),
            (json!({"type": ["object", "null"], "properties": properties}), false, true),
            (json!({"type": "object", "properties": properties, "required": ["a"]}), false, false),
            (json!({"type": "object", "minProperties": 1}), false, false),
            (json!({"type": "array"}), false, false),
            (json!({"properties": []}), false, false),
            (json!(false), false, false),
        ];
        for (schema, plain, fits) in rows {
            assert_eq!(takes_none(&schema), plain, "{schema}");
            let told = settings_fit(&manifest(Some(schema.clone())), &json!({}));
            assert_eq!(told.is_ok(), fits, "{schema}: {told:?}");
        }
    }

    #[test]
    fn a_hostile_schema_is_refused() {
        let rows = [
            (json!({"$ref": "#"}), "uses `$ref`"),
            (json!({"properties": {"a": [{"$dynamicRef": "#a"}]}}), "uses `$dynamicRef`"),
            (json!({"$schema": "https://example.org/schema"}), "cannot be used"),
            (json!({"properties": {"a": {"pattern": "(x{1000}){1000}"}}}), "cannot be used"),
            (json!({"type": "no-such-type"}), "cannot be used"),
        ];
        for (schema, text) in rows {
            let refusal = settings_fit(&manifest(Some(schema.clone())), &json!({"a": "x"})).unwrap_err();
            assert!(refusal.to_string().contains(text), "{schema}: {refusal}");
        }
    }

    #[test]
    fn without_a_schema_there_are_no_settings() {
        settings_fit(&manifest(None), &json!({})).unwrap();
        let refusal = settings_fit(&manifest(None), &json!({"a": 1})).unwrap_err().to_string();
        assert!(refusal.contains("takes no settings, but some are given (a)"), "{refusal}");
    }
}
