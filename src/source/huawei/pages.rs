//! When a list that comes in pages has come to its end. The services tell a total that may be
//! missing, of the page alone or plainly wrong, give smaller pages than they were asked for, and
//! some give the same page again and again.

/// Follows the pages of one list. `K` tells two rows apart.
#[derive(Debug)]
pub(super) struct Pages<K> {
    /// Rows asked for at once.
    size: usize,
    seen: usize,
    first: Option<K>,
}

/// What is to be done with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There is nothing in it that was not there before.
    Nothing,
    /// It is the last one.
    Last,
    /// Another one may follow.
    More,
}

impl<K: PartialEq> Pages<K> {
    /// Begins a list of which so many rows are asked for at once.
    pub(super) fn of(size: usize) -> Self {
        Self { size, seen: 0, first: None }
    }

    /// How many rows there were so far.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// Judges a page of `count` rows that begins with `first`. The total is believed where it is
    /// what has come by now, unless a full first page tells of nothing but itself; else only a page
    /// without anything new is the end.
    pub(super) fn judge(&mut self, first: Option<K>, count: usize, total: Option<f64>) -> Verdict {
        if count == 0 || (self.seen > 0 && first == self.first) {
            return Verdict::Nothing;
        }
        self.first = first;
        self.seen += count;
        let seen = u32::try_from(self.seen).map_or(f64::INFINITY, f64::from);
        let all = total.is_some_and(|total| total.total_cmp(&seen).is_eq());
        if all && (count < self.size || self.seen > count) { Verdict::Last } else { Verdict::More }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_its_total_says_or_where_nothing_new_comes() {
        let mut pages = Pages::of(1000);
        assert_eq!(pages.judge(Some(1), 1000, Some(1000.0)), Verdict::More, "it may tell of this page alone");
        assert_eq!(pages.judge(Some(2), 500, Some(1500.0)), Verdict::Last);
        let mut untold = Pages::of(1000);
        assert_eq!(untold.judge(Some(1), 10, None), Verdict::More, "the server's pages may be smaller");
        assert_eq!(untold.judge(Some(1), 10, None), Verdict::Nothing, "the same again");
        assert_eq!(untold.judge(None, 0, None), Verdict::Nothing);
        assert_eq!(untold.seen(), 10);
    }
}
