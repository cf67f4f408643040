//! What samples mean: medians, ratios, the table and `summary.json`.
//!
//! The file is an array of objects: `name`; `ours` and `peer`, medians in `unit`; `ratio`, ours divided by the
//! peer's; `goal`, the most that `ratio` should be; `ok`, whether it is. Where nobody else does the same, `peer`
//! is a fixed time that ours is to stay below. Rows that could not be measured are not there. A ratio can be
//! compared with another run's; the times are of this machine at that moment.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fmt::Write;

/// One row, measured.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    name: String,
    /// What ours is measured against, for people.
    against: String,
    unit: String,
    ours: f64,
    peer: f64,
    ratio: f64,
    goal: f64,
}

impl Row {
    /// Reads a line of `skink-bench`; an error where the row was not measured.
    pub(super) fn of(measured: &Value) -> anyhow::Result<Self> {
        let text = |key: &str| measured.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("name").context("a row without a name")?;
        if let Some(why) = text("error") {
            bail!("{name} could not be measured: {why}");
        }
        let field = |key: &str| text(key).with_context(|| format!("{name} has no {key}"));
        let side = |key: &str| {
            let samples = measured.get(key).and_then(Value::as_array).into_iter().flatten();
            let samples: Option<Vec<f64>> = samples.map(Value::as_f64).collect();
            let median = samples.and_then(median).filter(|median| *median > 0.0);
            median.with_context(|| format!("{name} has no samples in {key}"))
        };
        let (ours, peer) = (side("ours")?, side("peer")?);
        let goal = measured.get("goal").and_then(Value::as_f64);
        let goal = goal.with_context(|| format!("{name} has no goal"))?;
        let (against, unit) = (field("against")?, field("unit")?);
        let ratio = rounded(ours / peer);
        Ok(Self { name, against, unit, ours: rounded(ours), peer: rounded(peer), ratio, goal })
    }

    /// Judged as it is written, so that whoever reads the figures comes to the same.
    fn is_ok(&self) -> bool {
        self.ratio <= self.goal
    }
}

/// The middle one, or the mean of the middle two; none of none.
fn median(mut samples: Vec<f64>) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    let upper = *samples.get(samples.len() / 2)?;
    let lower = *samples.get((samples.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The text of `summary.json`.
pub(super) fn json(rows: &[Row]) -> String {
    let object = |row: &Row| {
        json!({
            "name": row.name,
            "ours": row.ours,
            "peer": row.peer,
            "unit": row.unit,
            "ratio": row.ratio,
            "goal": row.goal,
            "ok": row.is_ok(),
        })
    };
    format!("{:#}\n", rows.iter().map(object).collect::<Value>())
}

/// The table for people.
pub(super) fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "{:<30} {:>9} {:>9} {:<4} {:>6} {:>8}\n",
        "row (medians)", "ours", "peer", "unit", "ratio", "goal"
    );
    for row in rows {
        let Row { name, against, unit, ours, peer, ratio, goal } = row;
        let verdict = if row.is_ok() { "ok" } else { "GOAL MISSED" };
        let goal = format!("<= {goal}");
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{name:<30} {ours:>9.3} {peer:>9.3} {unit:<4} {ratio:>6.3} {goal:>8}  {verdict}, against {against}"
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(ours: &[f64], peer: &[f64], goal: f64) -> Value {
        json!({ "name": "a", "against": "b", "unit": "ms", "goal": goal, "ours": ours, "peer": peer })
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let rows: [(&[f64], Option<f64>); 5] = [
            (&[], None),
            (&[4.0], Some(4.0)),
            (&[9.0, 1.0, 2.0], Some(2.0)),
            (&[4.0, 1.0, 3.0, 2.0], Some(2.5)),
            (&[1.0, 1.0, 1.0, 1.0, 900.0], Some(1.0)),
        ];
        for (samples, want) in rows {
            assert_eq!(median(samples.to_vec()), want, "{samples:?}");
        }
    }

    #[test]
    fn ours_divided_by_the_peer_is_held_against_the_goal() {
        let rows = [
            ([3.0, 1.0, 2.0], 4.0, 0.5, (0.5, true)),
            ([3.0, 1.0, 2.004], 4.0, 0.5, (0.501, false)),
            ([3.0, 3.0, 3.0], 2.0, 2.0, (1.5, true)),
            ([3.0, 3.0, 3.0], 2.0, 1.0, (1.5, false)),
            ([0.5, 0.5, 90.0], 10.0, 1.0, (0.05, true)),
        ];
        for (ours, peer, goal, want) in rows {
            let row = Row::of(&measured(&ours, &[peer], goal)).unwrap();
            assert_eq!((row.ratio, row.is_ok()), want, "{ours:?} {peer}");
        }
    }

    #[test]
    fn what_was_not_measured_is_an_error_that_names_the_row() {
        let rows = [
            (json!({ "name": "a", "error": "no bwrap" }), "a could not be measured: no bwrap"),
            (measured(&[], &[1.0], 1.0), "a has no samples in ours"),
            (measured(&[1.0], &[0.0], 1.0), "a has no samples in peer"),
            (json!({ "name": "a", "ours": [1.0], "peer": [1.0] }), "a has no goal"),
            (json!({}), "a row without a name"),
        ];
        for (measured, want) in rows {
            assert_eq!(Row::of(&measured).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn the_summary_has_these_keys_and_no_others() {
        let row = Row::of(&measured(&[1.0], &[4.0], 0.5)).unwrap();
        let want = json!([{
            "name": "a", "ours": 1.0, "peer": 4.0, "unit": "ms", "ratio": 0.25, "goal": 0.5, "ok": true
        }]);
        assert_eq!(serde_json::from_str::<Value>(&json(&[row])).unwrap(), want);
        assert_eq!(json(&[]), "[]\n");
    }

    #[test]
    fn the_table_marks_a_missed_goal() {
        let rows = [measured(&[1.0], &[4.0], 0.5), measured(&[3.0], &[4.0], 0.5)];
        let rows = rows.map(|measured| Row::of(&measured).unwrap());
        let table = table(&rows);
        let ends: Vec<&str> =
            table.lines().skip(1).filter_map(|line| line.split_once("<= ")).map(|l| l.1).collect();
        assert_eq!(ends, ["0.5  ok, against b", "0.5  GOAL MISSED, against b"]);
    }
}
