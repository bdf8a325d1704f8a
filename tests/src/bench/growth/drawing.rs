//! A plain drawing: one small panel for each cost, both axes logarithmic, so that growth in proportion is a line at 45 degrees.

use std::fmt::Write as _;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 46.0;

/// Returns an SVG with a panel for each series of (clinics, cost).
pub(super) fn draw(title: &str, panels: &[(String, Vec<(f64, f64)>)]) -> String {
    let columns = 2;
    let rows = panels.len().div_ceil(columns);
    let (width, height) = (WIDTH * columns as f64, HEIGHT * rows as f64 + 30.0);
    let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n");
    svg.push_str("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    let _ = writeln!(svg, "<text x=\"10\" y=\"20\" font-size=\"14\">{title}</text>");
    for (at, (name, series)) in panels.iter().enumerate() {
        panel(&mut svg, (at % columns) as f64 * WIDTH, (at / columns) as f64 * HEIGHT + 30.0, name, series);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, left: f64, top: f64, name: &str, series: &[(f64, f64)]) {
    let Some((first, last)) = series.first().zip(series.last()) else { return };
    let shown = |cost: f64| cost.max(1e-3).log10();
    let low = series.iter().map(|(_, cost)| shown(*cost)).fold(f64::INFINITY, f64::min).floor();
    // As many decades upwards as sideways, so that proportion is 45 degrees on the paper.
    let span = (last.0.log10() - first.0.log10()).max(0.5).max(series.iter().map(|(_, cost)| shown(*cost)).fold(0.0, f64::max) - low);
    let x = |clinics: f64| left + MARGIN + (clinics.log10() - first.0.log10()) / span * (WIDTH - 2.0 * MARGIN);
    let y = |log: f64| top + HEIGHT - MARGIN - (log - low) / span * (HEIGHT - 2.0 * MARGIN);
    let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" font-weight=\"bold\">{name}</text>", left + MARGIN, top + 18.0);
    let corner = (left + MARGIN, top + HEIGHT - MARGIN);
    let _ = writeln!(svg, "<path d=\"M{:.1} {:.1} V{:.1} H{:.1}\" fill=\"none\" stroke=\"black\"/>", corner.0, top + MARGIN, corner.1, left + WIDTH - MARGIN);
    let begin = shown(first.1);
    let proportion = (begin + last.0.log10() - first.0.log10()).min(low + span);
    let reach = 10_f64.powf(first.0.log10() + proportion - begin);
    let _ = writeln!(svg, "<path d=\"M{:.1} {:.1} L{:.1} {:.1}\" stroke=\"grey\" stroke-dasharray=\"4 3\"/>", x(first.0), y(begin), x(reach), y(proportion));
    let line: Vec<String> = series.iter().map(|(clinics, cost)| format!("{:.1},{:.1}", x(*clinics), y(shown(*cost)))).collect();
    let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>", line.join(" "));
    for (clinics, cost) in series {
        let _ = writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#06c\"/>", x(*clinics), y(shown(*cost)));
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{cost:.1}</text>", x(*clinics), y(shown(*cost)) - 7.0);
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{clinics}</text>", x(*clinics), corner.1 + 14.0);
    }
}
