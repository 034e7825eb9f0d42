//! The scenes. Each covers the whole canvas; sizes are parts of it, so they look the same in every shape.

use std::f32::consts::TAU;

use super::super::dice::Dice;
use super::canvas::{Canvas, Colour, hue, mix};

/// A number for drawing.
fn between(dice: &Dice, low: f32, high: f32) -> f32 {
    dice.between(f64::from(low), f64::from(high)) as f32
}

/// A sky from the zenith down to the horizon at `horizon`.
fn sky(canvas: &mut Canvas, horizon: f32, zenith: Colour, low: Colour) {
    canvas.fill(0.0, horizon, |_, down| mix(zenith, low, down.powf(1.3)));
}

/// A line of hills around the height `middle`, that rises and falls by `height`.
fn ridge(dice: &Dice, middle: f32, height: f32) -> impl Fn(f32) -> f32 + use<> {
    let waves: [(f32, f32); 4] = std::array::from_fn(|number| {
        let width = 1.3 * 2_f32.powi(number as i32);
        (width * between(dice, 0.7, 1.4), between(dice, 0.0, TAU))
    });
    move |x| {
        let sum: f32 = (0_i32..)
            .zip(waves)
            .map(|(number, (width, phase))| (x * width * TAU / 2.0 + phase).sin() / 2_f32.powi(number))
            .sum();
        middle + sum * height
    }
}

/// Evening, with hills.
pub(super) fn dusk(canvas: &mut Canvas, dice: &Dice) {
    let warm = between(dice, -0.03, 0.12);
    let low = hue(warm, between(dice, 0.45, 0.75), 1.0);
    sky(canvas, 1.0, hue(between(dice, 0.55, 0.8), 0.6, between(dice, 0.3, 0.55)), low);
    let sun = (between(dice, 0.2, 0.8), between(dice, 0.35, 0.55));
    canvas.glow(sun, 0.9, low, 0.5);
    canvas.disc(sun, between(dice, 0.05, 0.09), hue(warm + 0.05, 0.3, 1.0), 0.95);
    let rows = 3 + dice.below(3);
    let far = hue(between(dice, 0.6, 0.85), 0.35, 0.55);
    for row in 0..rows {
        let near = (row + 1) as f32 / rows as f32;
        let line = ridge(dice, 0.5 + near * 0.35, 0.035 + near * 0.02);
        let colour = mix(mix(far, low, 0.35), [0.05, 0.04, 0.09], near);
        canvas.below(line, |depth| mix(colour, low, 0.12 * (1.0 - depth)));
    }
}

/// A city when most are asleep.
pub(super) fn night(canvas: &mut Canvas, dice: &Dice) {
    let shade = between(dice, 0.58, 0.75);
    sky(canvas, 1.0, hue(shade, 0.8, 0.1), hue(shade + 0.06, 0.6, 0.34));
    for _ in 0..120 {
        let star = (between(dice, 0.0, 1.0), between(dice, 0.0, 0.6));
        canvas.glow(star, between(dice, 0.002, 0.006), [1.0, 1.0, 0.95], between(dice, 0.3, 1.0));
    }
    let moon = (between(dice, 0.15, 0.85), between(dice, 0.1, 0.3));
    canvas.glow(moon, 0.35, [0.8, 0.85, 1.0], 0.25);
    canvas.disc(moon, 0.045, [0.96, 0.95, 0.88], 1.0);
    let mut left = -0.02;
    while left < 1.0 {
        let right = left + between(dice, 0.06, 0.14);
        house(canvas, dice, left.max(0.0), right.min(1.0));
        left = right;
    }
}

fn house(canvas: &mut Canvas, dice: &Dice, left: f32, right: f32) {
    let top = between(dice, 0.45, 0.8);
    let wall = hue(0.66, 0.4, between(dice, 0.05, 0.12));
    canvas.rectangle((left, top), (right, 1.0), wall, 1.0);
    let (window, storey) = (0.016, 0.035);
    let mut height = top + storey * 0.6;
    while height < 0.97 {
        let mut across = left + window * 0.6;
        while across + window < right {
            if dice.percent(38.0) {
                let light = hue(between(dice, 0.08, 0.15), between(dice, 0.3, 0.6), between(dice, 0.6, 1.0));
                canvas.rectangle((across, height), (across + window * 0.7, height + storey * 0.5), light, 0.9);
            }
            across += window * 1.3;
        }
        height += storey;
    }
}

/// The sea and a low sun.
pub(super) fn sea(canvas: &mut Canvas, dice: &Dice) {
    let horizon = between(dice, 0.4, 0.62);
    let warm = hue(between(dice, 0.0, 0.14), between(dice, 0.3, 0.6), 1.0);
    let cool = hue(between(dice, 0.48, 0.62), 0.55, 0.62);
    sky(canvas, horizon, cool, warm);
    let (phase, sun) = (between(dice, 0.0, TAU), between(dice, 0.25, 0.75));
    canvas.fill(horizon, 1.0, |across, down| {
        let water = mix(mix(cool, warm, 0.5), hue(0.57, 0.8, 0.16), down.powf(0.7));
        let ripple = ((1.0 / (down + 0.04)) * 9.0 + (across * 21.0 + phase).sin() * 1.7).sin();
        let path = (1.0 - (across - sun).abs() / (0.05 + down * 0.22)).max(0.0);
        mix(water, warm, (path * (0.45 + 0.4 * ripple)).clamp(0.0, 1.0) + 0.03 * ripple.max(0.0))
    });
    canvas.glow((sun, horizon), 0.6, warm, 0.45);
    canvas.disc((sun, horizon - between(dice, 0.02, 0.12)), 0.06, [1.0, 0.95, 0.82], 0.95);
}

/// A street through a wet window.
pub(super) fn rain(canvas: &mut Canvas, dice: &Dice) {
    let shade = between(dice, 0.5, 0.72);
    sky(canvas, 1.0, hue(shade, 0.55, 0.17), hue(shade + 0.05, 0.5, 0.3));
    for _ in 0..46 {
        let place = (between(dice, 0.0, 1.0), between(dice, 0.25, 0.95));
        let light = hue(*dice.pick(&[0.02, 0.07, 0.11, 0.14, 0.52, 0.95]), between(dice, 0.4, 0.8), 1.0);
        let size = between(dice, 0.02, 0.08);
        canvas.disc(place, size, light, between(dice, 0.15, 0.45));
        canvas.glow(place, size * 2.2, light, 0.12);
    }
    for _ in 0..260 {
        let (across, top) = (between(dice, 0.0, 1.0), between(dice, 0.0, 0.95));
        let length = between(dice, 0.01, 0.07);
        canvas.rectangle((across, top), (across + 0.0022, top + length), [0.85, 0.9, 1.0], 0.22);
        canvas.disc((across + 0.001, top + length), between(dice, 0.003, 0.007), [0.9, 0.95, 1.0], 0.35);
    }
}

/// A glass of tea.
pub(super) fn tea(canvas: &mut Canvas, dice: &Dice) {
    let (wall, wood) = (hue(between(dice, 0.0, 1.0), 0.32, 0.55), hue(between(dice, 0.05, 0.09), 0.6, 0.4));
    canvas.fill(0.0, 0.72, |across, down| mix(wall, [0.1, 0.08, 0.1], 0.5 * down + 0.25 * across));
    let grain = between(dice, 20.0, 60.0);
    canvas.fill(0.72, 1.0, |across, down| {
        mix(wood, [0.12, 0.07, 0.05], down * 0.6 + 0.08 * (across * grain + down * 9.0).sin())
    });
    canvas.glow((between(dice, 0.0, 1.0), 0.05), 1.1, [1.0, 0.8, 0.5], 0.4);
    let (middle, half) = (between(dice, 0.38, 0.62), between(dice, 0.08, 0.12));
    let (rim, foot) = (between(dice, 0.36, 0.44), 0.82);
    let chai = hue(between(dice, 0.055, 0.085), between(dice, 0.55, 0.75), between(dice, 0.55, 0.75));
    canvas.disc((middle, foot), half * 1.6, [0.08, 0.05, 0.04], 0.35);
    canvas.rectangle((middle - half, rim), (middle + half, foot), [0.9, 0.93, 0.95], 0.25);
    canvas.rectangle((middle - half * 0.9, rim + 0.06), (middle + half * 0.9, foot - 0.015), chai, 0.96);
    canvas.rectangle(
        (middle - half * 0.9, rim + 0.06),
        (middle + half * 0.9, rim + 0.075),
        mix(chai, [1.0; 3], 0.45),
        0.9,
    );
    canvas.rectangle((middle - half * 0.7, rim + 0.02), (middle - half * 0.55, foot - 0.04), [1.0; 3], 0.28);
    let phase = between(dice, 0.0, TAU);
    for step in 0..60 {
        let up = step as f32 / 60.0;
        let sway = (up * 9.0 + phase).sin() * 0.03 * (0.3 + up);
        canvas.glow((middle + sway, rim - up * 0.32), 0.03 + up * 0.05, [1.0; 3], 0.055 * (1.0 - up));
    }
}

/// A wall of tiles.
pub(super) fn tiles(canvas: &mut Canvas, dice: &Dice) {
    let first = between(dice, 0.0, 1.0);
    let palette: [Colour; 4] = std::array::from_fn(|number| {
        hue(first + number as f32 * 0.13, between(dice, 0.25, 0.7), between(dice, 0.45, 0.95))
    });
    let count = 4.0 + dice.below(5) as f32;
    let round = dice.percent(50.0);
    let slant = *dice.pick(&[0, 1, 3]);
    let ratio = canvas.height as f32 / canvas.width as f32;
    canvas.fill(0.0, 1.0, |across, down| {
        let (x, y) = (across * count, down * count * ratio);
        let (left, top) = (x.fract() - 0.5, y.fract() - 0.5);
        let number = (x as usize * 7 + y as usize * (5 + slant)) % 4;
        let edge = left.abs().max(top.abs());
        let distance = if round { left.hypot(top) } else { left.abs() + top.abs() };
        let inner = if distance < 0.32 { palette[(number + 2) % 4] } else { palette[number] };
        let glazed = mix(inner, [1.0; 3], 0.18 * (1.0 - down) * (0.5 - left));
        if edge > 0.475 { [0.86, 0.84, 0.8] } else { glazed }
    });
    canvas.glow((between(dice, 0.0, 1.0), 0.0), 1.3, [1.0, 0.95, 0.85], 0.18);
}

/// Trees that the fog swallows.
pub(super) fn fog(canvas: &mut Canvas, dice: &Dice) {
    let shade = between(dice, 0.3, 0.65);
    let pale = hue(shade, 0.08, between(dice, 0.8, 0.95));
    sky(canvas, 1.0, mix(pale, [1.0; 3], 0.4), pale);
    let dark = hue(shade, 0.45, 0.13);
    for row in 1..=4 {
        let near = row as f32 / 4.0;
        let line = ridge(dice, 0.45 + near * 0.38, 0.03);
        let (thin, phase) = (between(dice, 60.0, 90.0) / near.sqrt(), between(dice, 0.0, TAU));
        let tops = move |x: f32| {
            let tree = (x * thin + phase).sin().abs().powf(0.6) * (0.6 + 0.4 * (x * thin * 0.37).sin());
            line(x) - tree * 0.12 * near
        };
        let colour = mix(pale, dark, near * near * 0.9 + 0.06);
        canvas.below(tops, |depth| mix(colour, pale, (depth * 0.55).min(0.6)));
    }
}
