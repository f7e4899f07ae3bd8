//! Copies of rows, independent of a table's columns.

use anyhow::{Context, bail};
use rusqlite::types::Value;
use rusqlite::{Connection, Params, params_from_iter};

#[derive(Debug)]
pub struct Template {
    insert: String,
    columns: Vec<String>,
    values: Vec<Value>,
}

impl Template {
    /// The first row of a table that meets a condition.
    pub fn read(db: &Connection, table: &str, condition: &str, params: impl Params) -> anyhow::Result<Self> {
        let mut statement = db.prepare(&format!("SELECT * FROM {table} WHERE {condition} LIMIT 1"))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let row = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|index| row.get(index)).collect();
        let values = statement.query_row(params, row).with_context(|| format!("the demo has no {table} to copy"))?;
        let places = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", "));
        Ok(Self { insert, columns, values })
    }

    fn index(&self, column: &str) -> anyhow::Result<usize> {
        let found = self.columns.iter().position(|name| name == column);
        found.with_context(|| format!("there is no column {column} any more"))
    }

    pub fn text(&self, column: &str) -> anyhow::Result<String> {
        match &self.values[self.index(column)?] {
            Value::Text(text) => Ok(text.clone()),
            other => bail!("{column} is no text but {other:?}"),
        }
    }

    pub fn number(&self, column: &str) -> anyhow::Result<i64> {
        match &self.values[self.index(column)?] {
            Value::Integer(number) => Ok(*number),
            other => bail!("{column} is no number but {other:?}"),
        }
    }

    /// Sets a column for all later copies.
    pub fn set(&mut self, column: &str, value: impl Into<Value>) -> anyhow::Result<()> {
        let index = self.index(column)?;
        self.values[index] = value.into();
        Ok(())
    }

    /// Writes a copy with these differences.
    pub fn copy<const N: usize>(&mut self, db: &Connection, differences: [(&str, Value); N]) -> anyhow::Result<()> {
        for (column, value) in differences {
            self.set(column, value)?;
        }
        db.prepare_cached(&self.insert)?.execute(params_from_iter(&self.values))?;
        Ok(())
    }
}
