//! What people write: titles, captions, bios, comments, put together from parts, so that few are the same.

use super::dice::Dice;

/// A line or two about oneself; often nothing.
pub(super) fn bio(dice: &Dice) -> String {
    match dice.below(5) {
        0 => String::new(),
        1 => (*dice.pick(MOTTOS)).to_owned(),
        2 => format!("{}. {}.", dice.pick(LIKES), dice.pick(PLACES)),
        3 => format!("{}, {}, {}", dice.pick(LIKES), dice.pick(SMALL_LIKES), dice.pick(SMALL_LIKES)),
        _ => format!("{}. {}", dice.pick(LIKES), dice.pick(MOTTOS)),
    }
}

/// A title; most posts have none.
pub(super) fn title(dice: &Dice) -> Option<String> {
    dice.percent(30.0).then(|| format!("{} {}", dice.pick(TITLE_MOODS), dice.pick(TITLE_THINGS)))
}

/// What is written under a picture, or instead of one.
pub(super) fn caption(dice: &Dice) -> Option<String> {
    let mut parts = vec![(*dice.pick(OPENINGS)).to_owned()];
    if dice.percent(55.0) {
        parts.push(format!("{} {}.", dice.pick(SCENES), dice.pick(WHERE)));
    }
    if dice.percent(35.0) {
        parts.push((*dice.pick(CLOSINGS)).to_owned());
    }
    if dice.percent(30.0) {
        parts.push(format!("#{} #{}", dice.pick(TAGS), dice.pick(TAGS)));
    }
    dice.percent(92.0).then(|| parts.join(" "))
}

/// What somebody says under a post.
pub(super) fn comment(dice: &Dice) -> String {
    match dice.below(4) {
        0 => format!("{} {}", dice.pick(PRAISE), dice.pick(QUESTIONS)),
        1 => (*dice.pick(QUESTIONS)).to_owned(),
        2 => format!("{} {}", dice.pick(PRAISE), dice.pick(REMARKS)),
        _ => (*dice.pick(PRAISE)).to_owned(),
    }
}

/// What is said back.
pub(super) fn answer(dice: &Dice) -> String {
    (*dice.pick(ANSWERS)).to_owned()
}

const LIKES: &[&str] = &[
    "Rain and long trains",
    "Tea before anything else",
    "Old bicycles",
    "Film cameras from the flea market",
    "Night walks",
    "Mountains, slowly",
    "Markets at dawn",
    "Two cats and one balcony",
    "Bread, mostly",
    "Boats and those who mend them",
    "Street corners",
    "Gardens on roofs",
    "Swimming in cold water",
    "Maps on paper",
    "Kites",
    "Stairs and shadows",
];
const SMALL_LIKES: &[&str] = &[
    "tea",
    "rain",
    "ceramics",
    "crosswords",
    "jasmine",
    "quiet buses",
    "radio plays",
    "pickles",
    "fog",
    "chess in the park",
];
const PLACES: &[&str] = &[
    "Pune and sometimes Oslo",
    "Between two rivers",
    "Lagos",
    "Near the sea",
    "Kyoto for now",
    "A small town you do not know",
    "Oaxaca",
    "Chittagong",
    "The last tram stop",
    "Izmir",
    "Lviv",
    "Nairobi",
];
const MOTTOS: &[&str] = &[
    "I only post what made me stop.",
    "Learning to look.",
    "Everything here is unplanned.",
    "Ask me about the tea.",
    "Pictures first, words later.",
    "Mostly windows.",
    "One a day, when I remember.",
    "Still using my grandfather's lens.",
];
const TITLE_MOODS: &[&str] = &[
    "Midnight", "Quiet", "Monsoon", "Borrowed", "Second", "Slow", "Copper", "Small", "Last", "Sunday", "Paper",
    "Winter",
];
const TITLE_THINGS: &[&str] = &[
    "Chai",
    "Light",
    "Window",
    "Station",
    "Harbour",
    "Letters",
    "Kitchen",
    "Hills",
    "Roofs",
    "Tram",
    "Garden",
    "Umbrellas",
];
const OPENINGS: &[&str] = &[
    "The last train had left.",
    "Nobody was awake yet.",
    "It had rained all night.",
    "I missed the bus and was glad of it.",
    "Third cup today.",
    "My grandmother's recipe, my mistakes.",
    "We waited for the fog to lift, and it did not.",
    "Found this on the way home.",
    "The stall on the corner is open again.",
    "Somebody was singing two floors up.",
    "Same place, another year.",
    "This took four tries.",
    "The sea was louder than us.",
    "Not edited, only lucky.",
    "For everybody who asked about the roof.",
    "The lights went out in the whole street.",
];
const SCENES: &[&str] = &[
    "Steam over glasses",
    "A dog asleep",
    "Two old men arguing about chess",
    "Laundry like flags",
    "A radio that nobody listens to",
    "Wet stones",
    "Lamps in every window",
    "The first mangoes",
    "A bicycle without an owner",
    "Blue hour",
    "Somebody's birthday",
];
const WHERE: &[&str] = &[
    "by the harbour",
    "behind the station",
    "on the fourth floor",
    "at the tea stall",
    "under the bridge",
    "across the river",
    "along the old wall",
    "in the back yard",
    "at the end of the line",
    "above the bakery",
];
const CLOSINGS: &[&str] = &[
    "I should come here more often.",
    "You had to be there.",
    "More tomorrow.",
    "If you know the place, do not tell.",
    "Worth the cold feet.",
    "I stayed until it closed.",
    "That is all.",
];
const TAGS: &[&str] = &[
    "chai",
    "monsoon",
    "bluehour",
    "streets",
    "harbour",
    "rooftops",
    "film",
    "morning",
    "quiet",
    "trains",
    "light",
    "neighbours",
];
const PRAISE: &[&str] = &[
    "Lovely.",
    "This made my morning.",
    "The colours!",
    "I can smell the rain.",
    "So quiet.",
    "I want to be there.",
    "Beautiful light.",
    "That is my street!",
    "One of your best.",
    "Oh, this one.",
    "Framed and on my wall, in my mind.",
    "खूबसूरत।",
    "Que bonito.",
    "すてき。",
    "جميل.",
];
const QUESTIONS: &[&str] = &[
    "Which stall is this?",
    "What time was it?",
    "Where do you find such places?",
    "Is it always this empty?",
    "How cold was it?",
    "Did the dog come back?",
    "Which lens?",
    "May I come along next time?",
];
const REMARKS: &[&str] = &[
    "We had the same sky here.",
    "I was there last year and it looked nothing like this.",
    "Now I need tea.",
    "My mother says hello.",
    "The steam does it.",
    "I keep coming back to it.",
];
const ANSWERS: &[&str] = &[
    "Thank you!",
    "The one behind the station.",
    "A little after six.",
    "Come along next time.",
    "He did, with half a sandwich.",
    "Only luck.",
    "Very cold.",
    "Yes, every day but Sunday.",
    "Say hello back.",
];
