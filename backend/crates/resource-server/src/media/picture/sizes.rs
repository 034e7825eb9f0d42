//! Which sizes a picture is made in. Arithmetic alone.

/// The longest sides to make for a picture whose longest side is `longest`: those of `sides` (ascending) that are smaller,
/// and then the picture's own where it is below the largest of them.
pub(super) fn wanted(longest: u32, sides: &[u32]) -> Vec<u32> {
    let largest = sides.last().copied().unwrap_or(longest).min(longest);
    let mut wanted: Vec<u32> = sides.iter().copied().filter(|side| *side < largest).collect();
    wanted.push(largest);
    wanted
}

/// `(width, height)` shrunk so that the longest side is at most `side`, never to nothing.
pub(super) fn fitted((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scaled = |length: u32| {
        let exact = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDES: [u32; 4] = [320, 640, 1080, 2048];

    #[test]
    fn nothing_is_made_larger_than_it_was() {
        assert_eq!(wanted(4000, &SIDES), SIDES);
        assert_eq!(wanted(2048, &SIDES), SIDES);
        assert_eq!(wanted(1500, &SIDES), [320, 640, 1080, 1500]);
        assert_eq!(wanted(640, &SIDES), [320, 640]);
        assert_eq!(wanted(7, &SIDES), [7]);
    }

    #[test]
    fn a_long_strip_keeps_a_pixel() {
        assert_eq!(fitted((4000, 3000), 1080), (1080, 810));
        assert_eq!(fitted((3000, 4000), 1080), (810, 1080));
        assert_eq!(fitted((50_000, 10), 320), (320, 1));
        assert_eq!(fitted((200, 100), 320), (200, 100));
    }
}
