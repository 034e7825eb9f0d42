//! What people are called: given names and family names of many cultures, each as written there and in plain letters.

use super::dice::Dice;

/// How a part of the world names people. Each name: in plain letters, and as it is written there.
struct Culture {
    given: &'static [(&'static str, &'static str)],
    family: &'static [(&'static str, &'static str)],
    /// Whether the family's name is written first, and without a space between.
    family_first: bool,
}

/// A name that was drawn.
pub(super) struct Name {
    /// For user names: `a-z` alone.
    pub(super) given: &'static str,
    /// See `given`.
    pub(super) family: &'static str,
    /// For people to read.
    pub(super) written: String,
}

/// Somebody's name.
pub(super) fn draw(dice: &Dice) -> Name {
    let culture = dice.pick(CULTURES);
    let (given, family) = (dice.pick(culture.given), dice.pick(culture.family));
    // Many write themselves in plain letters wherever they are from.
    let written = if dice.percent(45.0) {
        format!("{} {}", capital(given.0), capital(family.0))
    } else if culture.family_first {
        format!("{}{}", family.1, given.1)
    } else {
        format!("{} {}", given.1, family.1)
    };
    Name { given: given.0, family: family.0, written }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

const CULTURES: &[Culture] = &[
    Culture {
        given: &[
            ("asha", "आशा"),
            ("aarav", "आरव"),
            ("priya", "प्रिया"),
            ("rohan", "रोहन"),
            ("meera", "मीरा"),
            ("kabir", "कबीर"),
            ("ananya", "अनन्या"),
            ("vikram", "विक्रम"),
            ("neha", "नेहा"),
            ("arjun", "अर्जुन"),
            ("sunita", "सुनीता"),
            ("ishaan", "ईशान"),
        ],
        family: &[
            ("sharma", "शर्मा"),
            ("verma", "वर्मा"),
            ("kapoor", "कपूर"),
            ("mehta", "मेहता"),
            ("joshi", "जोशी"),
            ("chauhan", "चौहान"),
            ("mishra", "मिश्रा"),
            ("rawat", "रावत"),
            ("desai", "देसाई"),
            ("kulkarni", "कुलकर्णी"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("meenakshi", "மீனாட்சி"),
            ("kavitha", "கவிதா"),
            ("senthil", "செந்தில்"),
            ("arun", "அருண்"),
            ("lakshmi", "லட்சுமி"),
            ("murugan", "முருகன்"),
            ("selvi", "செல்வி"),
            ("karthik", "கார்த்திக்"),
        ],
        family: &[
            ("subramanian", "சுப்பிரமணியன்"),
            ("rajan", "ராஜன்"),
            ("kumar", "குமார்"),
            ("pillai", "பிள்ளை"),
            ("natarajan", "நடராஜன்"),
            ("selvam", "செல்வம்"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("anika", "অনিকা"),
            ("tahmid", "তাহমিদ"),
            ("shreya", "শ্রেয়া"),
            ("arnab", "অর্ণব"),
            ("nusrat", "নুসরাত"),
            ("rafiq", "রফিক"),
            ("mitali", "মিতালি"),
            ("sourav", "সৌরভ"),
        ],
        family: &[
            ("sen", "সেন"),
            ("das", "দাস"),
            ("rahman", "রহমান"),
            ("chowdhury", "চৌধুরী"),
            ("banerjee", "ব্যানার্জী"),
            ("haque", "হক"),
            ("ghosh", "ঘোষ"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("amira", "أميرة"),
            ("youssef", "يوسف"),
            ("layla", "ليلى"),
            ("omar", "عمر"),
            ("salma", "سلمى"),
            ("karim", "كريم"),
            ("noor", "نور"),
            ("tariq", "طارق"),
            ("huda", "هدى"),
            ("sami", "سامي"),
        ],
        family: &[
            ("haddad", "حداد"),
            ("mansour", "منصور"),
            ("khalil", "خليل"),
            ("farouk", "فاروق"),
            ("nasser", "ناصر"),
            ("bakri", "بكري"),
            ("saleh", "صالح"),
            ("aziz", "عزيز"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("haruka", "遥"),
            ("yuto", "悠斗"),
            ("sakura", "さくら"),
            ("ren", "蓮"),
            ("aoi", "葵"),
            ("kenta", "健太"),
            ("misaki", "美咲"),
            ("daichi", "大地"),
            ("yui", "結衣"),
            ("takumi", "拓海"),
        ],
        family: &[
            ("tanaka", "田中"),
            ("suzuki", "鈴木"),
            ("yamamoto", "山本"),
            ("watanabe", "渡辺"),
            ("kobayashi", "小林"),
            ("mori", "森"),
            ("ishikawa", "石川"),
            ("hayashi", "林"),
        ],
        family_first: true,
    },
    Culture {
        given: &[
            ("mei", "梅"),
            ("lihua", "丽华"),
            ("jun", "军"),
            ("xiaoyu", "晓雨"),
            ("haoran", "浩然"),
            ("yating", "雅婷"),
            ("zihan", "子涵"),
            ("minghui", "明辉"),
            ("qing", "青"),
        ],
        family: &[
            ("wang", "王"),
            ("chen", "陈"),
            ("liu", "刘"),
            ("zhang", "张"),
            ("lin", "林"),
            ("huang", "黄"),
            ("zhou", "周"),
            ("gao", "高"),
        ],
        family_first: true,
    },
    Culture {
        given: &[
            ("minseo", "민서"),
            ("jihoon", "지훈"),
            ("seoyeon", "서연"),
            ("doyun", "도윤"),
            ("hana", "하나"),
            ("jiwoo", "지우"),
            ("eunji", "은지"),
            ("siwoo", "시우"),
        ],
        family: &[
            ("kim", "김"),
            ("lee", "이"),
            ("park", "박"),
            ("choi", "최"),
            ("jung", "정"),
            ("kang", "강"),
            ("yoon", "윤"),
        ],
        family_first: true,
    },
    Culture {
        given: &[
            ("adaeze", "Adaeze"),
            ("chidi", "Chidi"),
            ("folake", "Fọlákẹ́"),
            ("tunde", "Túndé"),
            ("ngozi", "Ngozi"),
            ("emeka", "Emeka"),
            ("aisha", "Aisha"),
            ("yakubu", "Yakubu"),
            ("kemi", "Kẹ́mi"),
            ("obinna", "Obinna"),
        ],
        family: &[
            ("okafor", "Okafor"),
            ("adeyemi", "Adéyẹmí"),
            ("eze", "Eze"),
            ("bello", "Bello"),
            ("okonkwo", "Okonkwo"),
            ("balogun", "Balógun"),
            ("abubakar", "Abubakar"),
            ("nwosu", "Nwosu"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("wanjiru", "Wanjirũ"),
            ("kamau", "Kamau"),
            ("achieng", "Achieng"),
            ("otieno", "Otieno"),
            ("zawadi", "Zawadi"),
            ("juma", "Juma"),
            ("neema", "Neema"),
            ("baraka", "Baraka"),
        ],
        family: &[
            ("mwangi", "Mwangi"),
            ("odhiambo", "Odhiambo"),
            ("njoroge", "Njoroge"),
            ("mutua", "Mutua"),
            ("kimani", "Kimani"),
            ("hassan", "Hassan"),
            ("wekesa", "Wekesa"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("lucia", "Lucía"),
            ("mateo", "Mateo"),
            ("sofia", "Sofía"),
            ("diego", "Diego"),
            ("valentina", "Valentina"),
            ("andres", "Andrés"),
            ("ximena", "Ximena"),
            ("joaquin", "Joaquín"),
            ("ines", "Inés"),
            ("hector", "Héctor"),
        ],
        family: &[
            ("garcia", "García"),
            ("fernandez", "Fernández"),
            ("munoz", "Muñoz"),
            ("quispe", "Quispe"),
            ("ramirez", "Ramírez"),
            ("vargas", "Vargas"),
            ("castillo", "Castillo"),
            ("nunez", "Núñez"),
            ("rojas", "Rojas"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("joao", "João"),
            ("beatriz", "Beatriz"),
            ("thiago", "Thiago"),
            ("larissa", "Larissa"),
            ("caio", "Caio"),
            ("iara", "Iara"),
            ("rafaela", "Rafaela"),
            ("davi", "Davi"),
        ],
        family: &[
            ("silva", "Silva"),
            ("oliveira", "Oliveira"),
            ("araujo", "Araújo"),
            ("conceicao", "Conceição"),
            ("moreira", "Moreira"),
            ("teixeira", "Teixeira"),
            ("nascimento", "Nascimento"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("elif", "Elif"),
            ("mert", "Mert"),
            ("zeynep", "Zeynep"),
            ("emre", "Emre"),
            ("defne", "Defne"),
            ("kerem", "Kerem"),
            ("ayse", "Ayşe"),
            ("baris", "Barış"),
        ],
        family: &[
            ("yilmaz", "Yılmaz"),
            ("demir", "Demir"),
            ("celik", "Çelik"),
            ("sahin", "Şahin"),
            ("kaya", "Kaya"),
            ("aydin", "Aydın"),
            ("ozturk", "Öztürk"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("oksana", "Оксана"),
            ("taras", "Тарас"),
            ("olena", "Олена"),
            ("bohdan", "Богдан"),
            ("ivanna", "Іванна"),
            ("petro", "Петро"),
            ("lesya", "Леся"),
            ("danylo", "Данило"),
        ],
        family: &[
            ("shevchenko", "Шевченко"),
            ("kovalenko", "Коваленко"),
            ("bondar", "Бондар"),
            ("melnyk", "Мельник"),
            ("tkachuk", "Ткачук"),
            ("lysenko", "Лисенко"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("greta", "Greta"),
            ("jonas", "Jonas"),
            ("frieda", "Frieda"),
            ("lasse", "Lasse"),
            ("soren", "Søren"),
            ("astrid", "Astrid"),
            ("bjorn", "Björn"),
            ("jurgen", "Jürgen"),
            ("maja", "Maja"),
            ("henrik", "Henrik"),
        ],
        family: &[
            ("schafer", "Schäfer"),
            ("muller", "Müller"),
            ("lindqvist", "Lindqvist"),
            ("hansen", "Hansen"),
            ("koch", "Koch"),
            ("nygard", "Nygård"),
            ("vogel", "Vogel"),
            ("bergstrom", "Bergström"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("camille", "Camille"),
            ("remy", "Rémy"),
            ("aurelie", "Aurélie"),
            ("luc", "Luc"),
            ("chiara", "Chiara"),
            ("matteo", "Matteo"),
            ("elodie", "Élodie"),
            ("niccolo", "Niccolò"),
        ],
        family: &[
            ("lefevre", "Lefèvre"),
            ("rossi", "Rossi"),
            ("moreau", "Moreau"),
            ("conti", "Conti"),
            ("girard", "Girard"),
            ("ricci", "Ricci"),
            ("chevalier", "Chevalier"),
            ("marchetti", "Marchetti"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("linh", "Linh"),
            ("minh", "Minh"),
            ("thuy", "Thủy"),
            ("duc", "Đức"),
            ("siti", "Siti"),
            ("budi", "Budi"),
            ("putri", "Putri"),
            ("bayu", "Bayu"),
            ("somchai", "สมชาย"),
            ("malee", "มาลี"),
        ],
        family: &[
            ("nguyen", "Nguyễn"),
            ("tran", "Trần"),
            ("pham", "Phạm"),
            ("santoso", "Santoso"),
            ("wijaya", "Wijaya"),
            ("lestari", "Lestari"),
            ("suwan", "สุวรรณ"),
        ],
        family_first: false,
    },
    Culture {
        given: &[
            ("maya", "Maya"),
            ("owen", "Owen"),
            ("aroha", "Aroha"),
            ("tane", "Tāne"),
            ("siobhan", "Siobhán"),
            ("callum", "Callum"),
            ("ruby", "Ruby"),
            ("noah", "Noah"),
            ("winona", "Winona"),
            ("ezra", "Ezra"),
        ],
        family: &[
            ("murphy", "Murphy"),
            ("campbell", "Campbell"),
            ("walker", "Walker"),
            ("ngata", "Ngata"),
            ("oneill", "Ó Néill"),
            ("fraser", "Fraser"),
            ("bennett", "Bennett"),
            ("levy", "Levy"),
        ],
        family_first: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::users::{DisplayName, Username};

    #[test]
    fn every_name_is_one_that_people_may_have() {
        for culture in CULTURES {
            for (plain, written) in culture.given.iter().chain(culture.family) {
                assert!(plain.bytes().all(|letter| letter.is_ascii_lowercase()), "{plain}");
                assert!(DisplayName::parse(written).is_ok(), "{written}");
            }
            for (given, _) in culture.given {
                for (family, _) in culture.family {
                    assert!(Username::parse(&format!("{given}.{family}")).is_ok(), "{given}.{family}");
                }
            }
        }
    }
}
