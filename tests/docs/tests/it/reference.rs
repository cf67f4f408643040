//! The reference of the interface is that of `wit/`.

use skink_tests_docs::{book, reference, updating};

#[test]
fn the_reference_is_up_to_date() {
    let made = reference();
    if updating() {
        std::fs::create_dir_all(skink_tests_docs::checkout().join("docs/src/wit")).unwrap();
        made.iter().for_each(skink_tests_docs::Page::write);
    }
    let there: Vec<_> = book().into_iter().filter(|page| page.path.starts_with("docs/src/wit/")).collect();
    for page in &there {
        assert!(
            made.iter().any(|made| made.path == page.path),
            "{}: wit/ has no such file any more",
            page.path
        );
    }
    for made in made {
        let text = there.iter().find(|page| page.path == made.path).map(|page| page.text.as_str());
        assert_eq!(text, Some(made.text.as_str()), "{}: call `cargo xtask docs`", made.path);
    }
}
