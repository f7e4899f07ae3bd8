//! A bounded queue in which a crowd cannot keep others waiting: those who wait are served by turns.
//!
//! Whoever waits is told by a path, from the wide to the narrow: a network, then an address in it. On each level the
//! branches are served by turns, so a branch waits for one of each other branch and not for all of them. Branches that are new
//! share every other turn, so that they do not wait for all that come again and again. When the queue is full, whoever came last
//! to its largest branch has to go, which may be the newcomer.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A queue that is fair on each level of its paths.
#[derive(Debug)]
pub struct FairQueue<K, T> {
    root: Branch<K, T>,
    most: usize,
}

#[derive(Debug)]
struct Branch<K, T> {
    /// How many wait here and below.
    len: usize,
    here: VecDeque<T>,
    /// Whose turn it is below: the branches that are new, and the others; each that is not empty, once.
    new: VecDeque<K>,
    turns: VecDeque<K>,
    /// Whether it is the turn of one that is not new.
    not_new: bool,
    below: HashMap<K, Branch<K, T>>,
}

impl<K, T> Default for Branch<K, T> {
    fn default() -> Self {
        Self {
            len: 0,
            here: VecDeque::new(),
            new: VecDeque::new(),
            turns: VecDeque::new(),
            not_new: false,
            below: HashMap::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, T> FairQueue<K, T> {
    /// An empty queue in which so many can wait.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { root: Branch::default(), most }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.root.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nobody more can wait without another having to go.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.most
    }

    /// Adds one that waits, and is new if nobody came by this path lately; who has to go for it, if the queue was full. That may
    /// be the one that was added.
    pub fn push(&mut self, path: &[K], new: bool, item: T) -> Option<T> {
        self.root.push(path, new, item);
        if self.root.len > self.most { self.root.pop_largest(Some(path)) } else { None }
    }

    /// Takes out the one whose turn it is.
    pub fn pop(&mut self) -> Option<T> {
        self.root.pop()
    }

    /// Takes out all that do not wait any more.
    pub fn retain(&mut self, waits: impl Fn(&T) -> bool) {
        self.root.retain(&waits);
    }
}

impl<K: Clone + Eq + Hash, T> Branch<K, T> {
    fn push(&mut self, path: &[K], new: bool, item: T) {
        self.len += 1;
        let Some((next, rest)) = path.split_first() else { return self.here.push_back(item) };
        if !self.below.contains_key(next) {
            let turns = if new { &mut self.new } else { &mut self.turns };
            turns.push_back(next.clone());
        }
        self.below.entry(next.clone()).or_default().push(rest, new, item);
    }

    /// Whose turn it is.
    fn next(&mut self) -> Option<K> {
        let (first, then) =
            if self.not_new { (&mut self.turns, &mut self.new) } else { (&mut self.new, &mut self.turns) };
        self.not_new = !self.not_new;
        first.pop_front().or_else(|| then.pop_front())
    }

    fn pop(&mut self) -> Option<T> {
        let item = match self.here.pop_front() {
            Some(item) => item,
            None => {
                let next = self.next()?;
                let branch = self.below.get_mut(&next)?;
                let item = branch.pop()?;
                if branch.len == 0 {
                    self.below.remove(&next);
                } else {
                    self.turns.push_back(next);
                }
                item
            }
        };
        self.len -= 1;
        Some(item)
    }

    /// Takes out the last of the largest branch. Of equals that of the newcomer, so that nobody who waits has to go for
    /// one that is no better off.
    fn pop_largest(&mut self, newcomer: Option<&[K]>) -> Option<T> {
        let own = newcomer.and_then(<[K]>::split_first);
        let size =
            |key: &K| (self.below.get(key).map_or(0, |branch| branch.len), own.is_some_and(|(own, _)| own == key));
        let Some(largest) = self.new.iter().chain(&self.turns).max_by_key(|key| size(key)).cloned() else {
            let last = self.here.pop_back()?;
            self.len -= 1;
            return Some(last);
        };
        let rest = own.filter(|(own, _)| **own == largest).map(|(_, rest)| rest);
        let branch = self.below.get_mut(&largest)?;
        let last = branch.pop_largest(rest)?;
        if branch.len == 0 {
            self.below.remove(&largest);
            self.new.retain(|key| *key != largest);
            self.turns.retain(|key| *key != largest);
        }
        self.len -= 1;
        Some(last)
    }

    fn retain(&mut self, waits: &impl Fn(&T) -> bool) {
        self.here.retain(waits);
        for branch in self.below.values_mut() {
            branch.retain(waits);
        }
        self.below.retain(|_, branch| branch.len > 0);
        self.new.retain(|key| self.below.contains_key(key));
        self.turns.retain(|key| self.below.contains_key(key));
        self.len = self.here.len() + self.below.values().map(|branch| branch.len).sum::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all<T>(queue: &mut FairQueue<&'static str, T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn networks_take_turns_and_so_do_the_addresses_in_them() {
        let mut queue = FairQueue::new(20);
        for (path, item) in
            [(["a", "a1"], 1), (["a", "a1"], 2), (["a", "a2"], 3), (["a", "a1"], 4), (["b", "b1"], 5), (["b", "b1"], 6)]
        {
            assert_eq!(queue.push(&path, false, item), None);
        }
        assert_eq!(all(&mut queue), [1, 5, 3, 6, 2, 4]);
        assert!(queue.is_empty());
    }

    #[test]
    fn the_largest_crowd_makes_room() {
        let mut queue = FairQueue::new(3);
        for item in 1..=3 {
            assert_eq!(queue.push(&["crowd", "x"], false, item), None);
        }
        assert!(queue.is_full());
        assert_eq!(queue.push(&["crowd", "y"], false, 4), Some(3), "within the crowd the largest address does");
        assert_eq!(queue.push(&["crowd", "x"], false, 5), Some(5));
        assert_eq!(queue.push(&["person", "p"], false, 6), Some(2));
        assert_eq!(queue.push(&["crowd", "z"], false, 7), Some(7), "nobody goes for one that is no better off");
        assert_eq!(all(&mut queue), [1, 6, 4]);
    }

    #[test]
    fn the_new_do_not_wait_for_all_that_come_again() {
        let mut queue = FairQueue::new(20);
        for (branch, new, item) in
            [("a", false, 1), ("b", false, 2), ("c", false, 3), ("x", true, 4), ("x", true, 5), ("y", true, 6)]
        {
            assert_eq!(queue.push(&[branch], new, item), None);
        }
        // Once served, x is not new any more.
        assert_eq!(all(&mut queue), [4, 1, 6, 2, 3, 5]);
    }

    #[test]
    fn who_has_gone_takes_no_place() {
        let mut queue = FairQueue::new(3);
        for item in 1..=3 {
            queue.push(&[if item == 2 { "a" } else { "b" }], false, item);
        }
        queue.retain(|item| *item == 3);
        assert_eq!((queue.len(), all(&mut queue)), (1, vec![3]));
    }

    proptest! {
        /// Whoever is alone in a branch waits for one of each other branch at most, and nobody comes in twice or is lost.
        #[test]
        fn a_crowd_holds_nobody_up(crowd in proptest::collection::vec(0_u8..4, 0..60), most in 1_usize..40) {
            let mut queue = FairQueue::new(most);
            let mut gone = Vec::new();
            for (item, branch) in crowd.iter().enumerate() {
                gone.extend(queue.push(&[*branch, 0], false, item));
            }
            let person = crowd.len();
            gone.extend(queue.push(&[9, 9], false, person));
            let fits = most >= 5 || crowd.iter().collect::<std::collections::HashSet<_>>().len() < most;
            let mut served = Vec::new();
            while let Some(item) = queue.pop() {
                served.push(item);
            }
            if fits {
                let place = served.iter().position(|item| *item == person);
                prop_assert!(place.is_some_and(|place| place < 5), "{place:?} in {served:?}");
            }
            served.extend(gone);
            served.sort_unstable();
            prop_assert_eq!(served, (0..=person).collect::<Vec<_>>());
        }
    }
}
