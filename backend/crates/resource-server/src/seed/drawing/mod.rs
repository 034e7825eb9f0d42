//! Pictures for a community that is made up, drawn by this program, so that they are nobody else's and anybody may use
//! them. The same throws of the dice draw the same picture.
//!
//! To add a scene, add a function to [`scenes`] and a line to [`SCENES`].

mod canvas;
mod scenes;

use image::ImageResult;

use super::dice::Dice;
use canvas::Canvas;

/// The longest side, in pixels: what a feed shows.
const LONGEST: u32 = 1080;

/// Widths to heights of what people post.
const SHAPES: &[(u32, u32)] = &[(1, 1), (4, 5), (4, 5), (3, 4), (2, 3), (3, 2), (3, 2), (16, 9), (2, 1)];

/// Draws something all over a canvas.
type Scene = fn(&mut Canvas, &Dice);

/// How each scene is drawn, and what is to be seen on it, for who cannot see it.
const SCENES: &[(Scene, &str)] = &[
    (scenes::dusk, "A drawing: the sun goes down behind rows of hills"),
    (scenes::night, "A drawing: a city at night, with lit windows under stars"),
    (scenes::sea, "A drawing: the low sun lies on a calm sea"),
    (scenes::rain, "A drawing: lights of a street, blurred by rain on the window"),
    (scenes::tea, "A drawing: a glass of tea steams on a table"),
    (scenes::tiles, "A drawing: a wall of coloured tiles"),
    (scenes::fog, "A drawing: trees in fog, each row paler than the one before"),
];

/// A drawing, as it would be uploaded.
pub(super) struct Drawing {
    pub(super) jpeg: Vec<u8>,
    pub(super) alt: &'static str,
}

/// Draws something in one of the shapes that people post, with sides of at most `side` pixels.
///
/// # Errors
/// The encoder's.
pub(super) fn draw(dice: &Dice, side: u32) -> ImageResult<Drawing> {
    let (across, down) = *dice.pick(SHAPES);
    let (side, longest) = (side.min(LONGEST), across.max(down));
    drawn(dice, side * across / longest, side * down / longest)
}

/// Draws something for a profile: a small square, with sides of at most `side` pixels.
///
/// # Errors
/// The encoder's.
pub(super) fn draw_small(dice: &Dice, side: u32) -> ImageResult<Drawing> {
    let side = side.min(LONGEST / 3);
    drawn(dice, side, side)
}

fn drawn(dice: &Dice, width: u32, height: u32) -> ImageResult<Drawing> {
    let (scene, alt) = dice.pick(SCENES);
    let mut canvas = Canvas::new(width, height);
    scene(&mut canvas, dice);
    // Grain need not be good chance, and there is one for each pixel.
    let mut state = dice.number() as u32 | 1;
    let jpeg = canvas.into_jpeg(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 32_768.0 - 1.0
    })?;
    Ok(Drawing { jpeg, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_a_picture_and_not_one_colour() {
        for (scene, alt) in SCENES {
            let mut canvas = Canvas::new(60, 40);
            scene(&mut canvas, &Dice::new(5, 5));
            let jpeg = canvas.into_jpeg(|| 0.0).unwrap();
            let picture = image::load_from_memory(&jpeg).unwrap().into_luma8();
            let (darkest, brightest) = (picture.iter().min().unwrap(), picture.iter().max().unwrap());
            assert!(brightest - darkest > 40, "{alt}: {darkest} to {brightest}");
        }
    }

    #[test]
    fn the_same_throws_draw_the_same() {
        let draw = |seed| draw_small(&Dice::new(seed, 1), 60).unwrap().jpeg;
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
