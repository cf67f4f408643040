//! Handles: how many, whose, and for how long.

use skink_tests_hostile::Attack;
use skink_tests_hostile::Expect::{Limit, Trap};

rows! {
    14 handle_leak: Attack::check("handle-leak")
        => Limit("handles", "1024"), |seen| assert_eq!(seen.used("handles"), 1024);
    14 handle_leak_of_few: Attack::check("handle-leak").limit("handles", "8")
        => Limit("handles", "8 handles"), |seen| assert_eq!(seen.used("handles"), 8);
    15 handle_forged: Attack::check("handle-forged")
        => Trap("unknown handle index 77");
    15 handle_dropped: Attack::check("handle-after-drop")
        => Trap("unknown handle index");
    15 handle_of_another_type: Attack::check("handle-of-another-type")
        => Trap("wrong type");
    17 borrow_kept: Attack::check("borrow-kept")
        => Trap("borrow handles still remain");
}
