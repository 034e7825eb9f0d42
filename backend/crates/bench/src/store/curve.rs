//! Lines over a logarithmic axis, as an SVG that reads in light and in dark. Just enough for the pages in `docs`.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 48.0;

/// A drawing.
pub struct Curve {
    /// What it shows.
    pub title: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line through points.
pub struct Line {
    /// What stands at its end.
    pub name: &'static str,
    /// As CSS says it.
    pub colour: &'static str,
    /// From left to right; both coordinates greater than zero.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// The drawing as a file.
    pub fn to_svg(&self) -> String {
        let all = || self.lines.iter().flat_map(|line| line.points.iter().copied());
        let across = Axis::over(all().map(|(x, _)| x), LEFT, WIDTH - RIGHT);
        let up = Axis::over(all().map(|(_, y)| y), HEIGHT - BOTTOM, TOP);
        let mut svg = String::new();
        // Writing to a text cannot fail.
        let _ = writeln!(
            svg,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">"#
        );
        let _ = writeln!(svg, "<title>{}</title>", self.title);
        let _ = writeln!(svg, r##"<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fffdf8"/>"##);
        let _ = writeln!(svg, r##"<text x="{LEFT}" y="28" font-size="14" fill="#1c1917">{}</text>"##, self.title);
        for decade in across.decades() {
            let (x, bottom) = (across.place(decade), HEIGHT - BOTTOM);
            let _ = writeln!(svg, r##"<path d="M{x:.1} {TOP}V{bottom}" stroke="#e7e5e4"/>"##);
            let _ = writeln!(
                svg,
                r##"<text x="{x:.1}" y="{:.1}" text-anchor="middle" fill="#57534e">{}</text>"##,
                bottom + 20.0,
                grouped(decade)
            );
        }
        for decade in up.decades() {
            let (y, right) = (up.place(decade), WIDTH - RIGHT);
            let _ = writeln!(svg, r##"<path d="M{LEFT} {y:.1}H{right}" stroke="#e7e5e4"/>"##);
            let _ = writeln!(
                svg,
                r##"<text x="{:.1}" y="{:.1}" text-anchor="end" fill="#57534e">{}</text>"##,
                LEFT - 8.0,
                y + 4.0,
                grouped(decade)
            );
        }
        for line in &self.lines {
            line.draw(&mut svg, &across, &up);
        }
        svg.push_str("</svg>\n");
        svg
    }
}

impl Line {
    fn draw(&self, svg: &mut String, across: &Axis, up: &Axis) {
        let places: Vec<_> = self.points.iter().map(|(x, y)| (across.place(*x), up.place(*y))).collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let colour = self.colour;
        let _ =
            writeln!(svg, r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#, path.join(" "));
        for ((x, y), (_, value)) in places.iter().zip(&self.points) {
            let _ = writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#);
            let _ = writeln!(
                svg,
                r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle" font-size="10" fill="{colour}">{value:.1}</text>"#,
                y - 8.0
            );
        }
        if let Some((x, y)) = places.last() {
            let _ =
                writeln!(svg, r#"<text x="{:.1}" y="{:.1}" fill="{colour}">{}</text>"#, x + 14.0, y + 4.0, self.name);
        }
    }
}

/// From whole powers of ten to whole powers of ten.
struct Axis {
    first: i32,
    last: i32,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
        let most = values.fold(f64::MIN_POSITIVE, f64::max).log10().ceil();
        let (first, last) = (least as i32, most as i32);
        Self { first, last: last.max(first + 1), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.first)) / f64::from(self.last - self.first);
        self.from + share * (self.to - self.from)
    }

    fn decades(&self) -> impl Iterator<Item = f64> + use<> {
        (self.first..=self.last).map(|power| 10_f64.powi(power))
    }
}

/// `1,000,000`; below one as it is.
fn grouped(value: f64) -> String {
    if value < 1.0 {
        return format!("{value}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_inside_and_numbers_are_grouped() {
        let lines = vec![Line { name: "a", colour: "#000", points: vec![(10_000.0, 3.0), (1_000_000.0, 41.0)] }];
        let svg = Curve { title: "t".to_owned(), lines }.to_svg();
        assert!(svg.contains(">1,000,000<") && svg.contains(">100<"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 2);
        let across = Axis::over([10_000.0, 1_000_000.0].into_iter(), LEFT, WIDTH);
        assert_eq!((across.place(10_000.0), across.place(1_000_000.0)), (LEFT, WIDTH));
        assert_eq!(grouped(0.1), "0.1");
    }
}
