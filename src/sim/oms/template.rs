//! Texts kept ready for the crowd: printed once with marks where projects differ, cut at the
//! marks, and filled in per project. Ten thousand projects then cost copying, not formatting.

use serde_json::Value;

use super::View;
use crate::sim::world::{Crowd, Member, Position, Project};

/// Marks that occur nowhere else in an answer. As the delay is the difference of the two times,
/// its mark is theirs.
const ID: &str = "@id@";
const NAME: &str = "@name@";
const REACHED: i64 = 9_000_000_001;
const SAMPLED: i64 = 9_100_000_004;

/// A text with gaps.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Id,
    Name,
    Reached,
    Sampled,
    Delay,
}

/// A project that consists of marks.
pub(super) fn pattern(crowd: &Crowd) -> Project {
    crowd.pattern(ID, NAME, Position { reached: REACHED, sampled: SAMPLED })
}

// === impl Template ===

impl Template {
    /// Cuts the answer about the pattern at its marks.
    pub(super) fn cut(printed: &Value) -> Self {
        let marks = [
            (ID.to_owned(), Piece::Id),
            (NAME.to_owned(), Piece::Name),
            (REACHED.to_string(), Piece::Reached),
            (SAMPLED.to_string(), Piece::Sampled),
            ((SAMPLED - REACHED).to_string(), Piece::Delay),
        ];
        let mut pieces = vec![Piece::Text(printed.to_string())];
        for (mark, gap) in marks {
            pieces = pieces
                .into_iter()
                .flat_map(|piece| match piece {
                    Piece::Text(text) => split(&text, &mark, &gap),
                    gap => vec![gap],
                })
                .collect();
        }
        Self(pieces)
    }

    /// The text about this project, now.
    pub(super) fn fill(&self, member: &Member, view: &View<'_>) -> String {
        let position = view.world.position(member, view.now);
        let reached = position.reached.to_string();
        let sampled = position.sampled.to_string();
        let delay = (position.sampled - position.reached).to_string();
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Id => &member.summary.id,
                Piece::Name => &member.summary.name,
                Piece::Reached => &reached,
                Piece::Sampled => &sampled,
                Piece::Delay => &delay,
            })
            .map(String::as_str)
            .collect()
    }
}

fn split(text: &str, mark: &str, gap: &Piece) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in text.split(mark).enumerate() {
        if index > 0 {
            pieces.push(gap.clone());
        }
        pieces.push(Piece::Text(part.to_owned()));
    }
    pieces
}
