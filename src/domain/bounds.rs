//! How much of a project is shown. Real projects stay far below; an answer that goes beyond is a
//! fault of the service and must not grow the number of series without end.

use super::Project;

/// Steps of one project, the first in order. Real projects have a dozen.
const MAX_STEPS: usize = 256;
/// Labels of one project.
const MAX_LABELS: usize = 64;
/// Alarm rules of one project.
const MAX_RULES: usize = 64;

impl Project {
    /// Leaves out what goes beyond the limits and says what that was: the limit's name and how
    /// many things it cut.
    pub fn bound(&mut self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let cut = [
            ("steps", cut(&mut self.steps, MAX_STEPS)),
            ("labels", cut(&mut self.labels, MAX_LABELS)),
            ("alarm_rules", cut(&mut self.alarms.recent_by_rule, MAX_RULES)),
        ];
        cut.into_iter().filter(|(_, count)| *count > 0)
    }
}

fn cut<T>(things: &mut Vec<T>, limit: usize) -> u64 {
    let beyond = things.len().saturating_sub(limit);
    things.truncate(limit);
    u64::try_from(beyond).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Step;

    #[test]
    fn two_hundred_steps_are_shown_and_thousands_are_not() {
        let mut project = Project { steps: vec![Step::default(); 200], ..Project::default() };
        assert_eq!(project.bound().count(), 0);
        project.steps = vec![Step::default(); 10_000];
        assert_eq!(project.bound().collect::<Vec<_>>(), [("steps", 9_744)]);
        assert_eq!(project.steps.len(), MAX_STEPS);
    }
}
