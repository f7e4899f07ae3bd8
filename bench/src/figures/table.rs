//! The printed table.

use super::job::Rate;

/// The target for the server.
#[derive(Debug, Clone, Copy)]
pub struct Aim {
    /// Minimum ratio of the throughput to the ceiling's.
    pub ratio: f64,
    /// Maximum microseconds of processor time.
    pub micros: f64,
}

/// The table's head. The last two columns tell whether the figures are valid: the used part of the client's core, and
/// the part of the server's core used by other programs, of the worse measurement.
#[must_use]
pub fn head() -> [String; 2] {
    [
        format!(
            "{:<22}{:^27}{:^27}{:>7}{:>7}{:>9}{:>8}{:>8}",
            "", "server", "ceiling", "", "aim:", "aim:", "client", "others"
        ),
        format!("{:<22}{COLUMNS}{COLUMNS}{:>7}{:>7}{:>9}{:>8}{:>8}", "job", "ratio", "ratio", "CPU µs", "busy", "busy"),
    ]
}

const COLUMNS: &str = "    per s   CPU µs    bytes";

#[must_use]
pub fn row(name: &str, server: &Rate, ceiling: &Rate, aim: Aim) -> String {
    let figures = |rate: &Rate| {
        let micros = rate.micros.map_or_else(|| "?".to_owned(), |micros| format!("{micros:.1}"));
        format!("{:>9}{micros:>9}{:>9}", thousands(rate.per_second), rate.bytes)
    };
    let worse = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.max(other));
    let percent = |part: Option<f64>| part.map_or_else(|| "?".to_owned(), |part| format!("{:.0} %", part * 100.0));
    let client = percent(worse(server.client, ceiling.client));
    let others = percent(worse(server.others, ceiling.others));
    let ratio = server.per_second / ceiling.per_second;
    let (server, ceiling) = (figures(server), figures(ceiling));
    format!("{name:<22}{server}{ceiling}{ratio:>7.2}{:>7.2}{:>9.0}{client:>8}{others:>8}", aim.ratio, aim.micros)
}

/// A whole number with thousands separated.
#[must_use]
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_their_titles() {
        let rate = Rate { per_second: 81_234.4, micros: Some(12.3), client: Some(0.5), others: None, bytes: 176 };
        let [above, titles] = head();
        let row = row("key check", &rate, &rate, Aim { ratio: 0.5, micros: 30.0 });
        let width = |line: &str| line.chars().count();
        assert_eq!((width(&above), width(&titles)), (width(&row), width(&row)), "{above}\n{titles}\n{row}");
        assert!(row.contains("   81 234     12.3      176"), "{row}");
    }

    #[test]
    fn thousands_have_gaps() {
        assert_eq!([0.4, 999.6, 1_000_000.0].map(thousands), ["0", "1 000", "1 000 000"]);
    }
}
