//! How the figures are printed.

use super::job::Rate;

/// What the server ought to reach.
#[derive(Debug, Clone, Copy)]
pub struct Aim {
    /// This part of what the bare program does in a second, at least.
    pub ratio: f64,
    /// So many microseconds of processor time, at most.
    pub micros: f64,
}

/// The lines above the figures.
#[must_use]
pub fn head() -> [String; 2] {
    [
        format!("{:<22}{:^27}{:^27}{:>7}{:>7}{:>9}{:>8}", "", "server", "ceiling", "", "aim:", "aim:", "client"),
        format!("{:<22}{COLUMNS}{COLUMNS}{:>7}{:>7}{:>9}{:>8}", "job", "ratio", "ratio", "CPU µs", "busy"),
    ]
}

const COLUMNS: &str = "    per s   CPU µs    bytes";

/// One line of figures.
#[must_use]
pub fn row(name: &str, server: &Rate, ceiling: &Rate, aim: Aim) -> String {
    let figures = |rate: &Rate| {
        let micros = rate.micros.map_or_else(|| "?".to_owned(), |micros| format!("{micros:.1}"));
        format!("{:>9}{micros:>9}{:>9}", thousands(rate.per_second), rate.bytes)
    };
    let busiest = server
        .client
        .into_iter()
        .chain(ceiling.client)
        .fold(None, |most: Option<f64>, part| Some(most.map_or(part, |most| most.max(part))));
    let busy = busiest.map_or_else(|| "?".to_owned(), |part| format!("{:.0} %", part * 100.0));
    let ratio = server.per_second / ceiling.per_second;
    let (server, ceiling) = (figures(server), figures(ceiling));
    format!("{name:<22}{server}{ceiling}{ratio:>7.2}{:>7.2}{:>9.0}{busy:>8}", aim.ratio, aim.micros)
}

/// A whole number with gaps between the thousands.
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
        let rate = Rate { per_second: 81_234.4, micros: Some(12.3), client: Some(0.5), bytes: 176 };
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
