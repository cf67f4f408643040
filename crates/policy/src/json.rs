//! Settings: a free TOML table, handed to the hook as JSON.
//!
//! Both formats agree on texts, whole numbers, truth values, lists and tables. What JSON can not say (dates,
//! infinities) is refused, so that a hook never sees a guess.

use serde_json::{Map, Number, Value};
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

/// The largest settings of one hook, as JSON text, in bytes.
const MAX_JSON: usize = 64 << 10;
/// How deep lists and tables may be nested.
const MAX_DEPTH: usize = 32;

type Wrong = (Range<usize>, String);

/// Converts a table, or says where and why not.
pub(crate) fn from_toml(value: &Spanned<DeValue<'_>>) -> Result<Value, Wrong> {
    let json = convert(value, MAX_DEPTH)?;
    let size = json.to_string().len();
    if size > MAX_JSON {
        return Err((
            value.span(),
            format!("the settings are {size} bytes of JSON, at most {MAX_JSON} are taken"),
        ));
    }
    Ok(json)
}

fn convert(value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Value, Wrong> {
    let wrong = |message: &str| (value.span(), message.to_owned());
    let Some(depth) = depth.checked_sub(1) else {
        return Err(wrong("the settings are nested more than 32 deep"));
    };
    match value.get_ref() {
        DeValue::String(text) => Ok(Value::String(text.clone().into_owned())),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map(Value::from)
            .map_err(|_| wrong("the number does not fit 64 bits")),
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| wrong("JSON has no such number"))
        }
        DeValue::Boolean(flag) => Ok(Value::Bool(*flag)),
        DeValue::Datetime(_) => Err(wrong("JSON has no dates; write the date as a text")),
        DeValue::Array(array) => {
            array.iter().map(|item| convert(item, depth)).collect::<Result<_, _>>().map(Value::Array)
        }
        DeValue::Table(table) => {
            let pairs = table.iter();
            let pairs =
                pairs.map(|(key, item)| Ok((key.get_ref().clone().into_owned(), convert(item, depth)?)));
            pairs.collect::<Result<Map<_, _>, Wrong>>().map(Value::Object)
        }
    }
}
