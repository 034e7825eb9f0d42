//! Something to draw on: light as three numbers a pixel, and the few strokes of which the scenes are made.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, Rgb, RgbImage};

/// Red, green, blue, each from 0 to 1.
pub(super) type Colour = [f32; 3];

/// The quality of what is handed to the studio, out of 100.
const QUALITY: u8 = 90;

/// A picture that is being drawn.
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// So large, and black.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![[0.0; 3]; (width * height) as usize] }
    }

    /// Gives every pixel between the heights `top` and `bottom` (from 0 to 1) the colour that `colour` makes of its place in
    /// that band: both from 0 to 1, from left to right and from top to bottom.
    pub(super) fn fill(&mut self, top: f32, bottom: f32, colour: impl Fn(f32, f32) -> Colour) {
        let rows = (top * self.height as f32) as u32..((bottom * self.height as f32).ceil() as u32).min(self.height);
        let (first, count) = (rows.start, (rows.len().max(2) - 1) as f32);
        for row in rows {
            for column in 0..self.width {
                let place = (column as f32 / self.width as f32, (row - first) as f32 / count);
                self.pixels[(row * self.width + column) as usize] = colour(place.0, place.1);
            }
        }
    }

    /// Adds light around a place (in parts of width and height), fading out at `radius` (in parts of the shorter side).
    pub(super) fn glow(&mut self, (x, y): (f32, f32), radius: f32, light: Colour, strength: f32) {
        self.disc_like((x, y), radius, |pixel, distance| {
            let faded = (1.0 - distance).powi(2) * strength;
            add(pixel, light, faded);
        });
    }

    /// Covers a disc, with a soft edge.
    pub(super) fn disc(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour, cover: f32) {
        self.disc_like((x, y), radius, |pixel, distance| {
            let edge = ((1.0 - distance) * 24.0).min(1.0);
            *pixel = mix(*pixel, colour, edge * cover);
        });
    }

    /// Covers all below a line: `line` gives its height (from 0 to 1) for each place from left to right.
    pub(super) fn below(&mut self, line: impl Fn(f32) -> f32, colour: impl Fn(f32) -> Colour) {
        for column in 0..self.width {
            let top = line(column as f32 / self.width as f32).clamp(0.0, 1.0) * self.height as f32;
            for row in top as u32..self.height {
                let depth = (row as f32 - top) / (self.height as f32 - top).max(1.0);
                let sharp = (row as f32 + 1.0 - top).min(1.0);
                let pixel = &mut self.pixels[(row * self.width + column) as usize];
                *pixel = mix(*pixel, colour(depth), sharp);
            }
        }
    }

    /// Covers an upright rectangle, given by two corners in parts of width and height.
    pub(super) fn rectangle(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, cover: f32) {
        let columns = scaled(from.0, self.width)..scaled(to.0, self.width);
        for row in scaled(from.1, self.height)..scaled(to.1, self.height) {
            for column in columns.clone() {
                let pixel = &mut self.pixels[(row * self.width + column) as usize];
                *pixel = mix(*pixel, colour, cover);
            }
        }
    }

    /// A JPEG of it, grained like film: `grain` gives a number from -1 to 1 for each pixel.
    ///
    /// # Errors
    /// The encoder's.
    pub(super) fn into_jpeg(self, mut grain: impl FnMut() -> f32) -> ImageResult<Vec<u8>> {
        let mut picture = RgbImage::new(self.width, self.height);
        for (pixel, colour) in picture.pixels_mut().zip(&self.pixels) {
            let grain = grain() * 0.012;
            *pixel = Rgb(colour.map(|light| ((light + grain).clamp(0.0, 1.0) * 255.0) as u8));
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture)?;
        Ok(jpeg)
    }

    fn disc_like(&mut self, (x, y): (f32, f32), radius: f32, paint: impl Fn(&mut Colour, f32)) {
        let radius = radius * self.width.min(self.height) as f32;
        let centre = (x * self.width as f32, y * self.height as f32);
        let span = |centre: f32, length: u32| {
            (centre - radius).clamp(0.0, length as f32) as u32..(centre + radius).clamp(0.0, length as f32) as u32
        };
        for row in span(centre.1, self.height) {
            for column in span(centre.0, self.width) {
                let distance = (column as f32 - centre.0).hypot(row as f32 - centre.1) / radius;
                if distance < 1.0 {
                    paint(&mut self.pixels[(row * self.width + column) as usize], distance);
                }
            }
        }
    }
}

/// From the first colour (0) to the second (1).
pub(super) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|part| from[part] + (to[part] - from[part]) * share)
}

/// The colour of that hue (in turns), saturation and brightness, each from 0 to 1.
pub(super) fn hue(turn: f32, saturation: f32, brightness: f32) -> Colour {
    let wave = |offset: f32| {
        let place = (turn + offset).rem_euclid(1.0) * 6.0;
        let light = (2.0 - (place - 3.0).abs()).clamp(0.0, 1.0);
        brightness * (1.0 - saturation * (1.0 - light))
    };
    [wave(0.5), wave(0.5 - 1.0 / 3.0), wave(0.5 + 1.0 / 3.0)]
}

fn add(pixel: &mut Colour, light: Colour, strength: f32) {
    pixel.iter_mut().zip(light).for_each(|(pixel, light)| *pixel += light * strength);
}

fn scaled(part: f32, length: u32) -> u32 {
    ((part * length as f32) as u32).min(length)
}
