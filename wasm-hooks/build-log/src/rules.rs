//! The rules that are known by name: the code of a message, how grave it is, and what to do about it.
//!
//! A compiler that says which flag a warning belongs to names its rule. Older ones do not, so texts are known too.

use skink_sdk::Level;

/// A rule that has a level or advice of its own.
struct Rule {
    code: &'static str,
    /// In place of the setting `warnings`.
    level: Option<Level>,
    advice: &'static str,
    /// What a compiler says that names no flag: all of these.
    texts: &'static [&'static [&'static str]],
}

/// Errors are what newer compilers refuse, and what makes a program compute with garbage or overwrite memory.
#[rustfmt::skip]
const RULES: [Rule; 19] = [
    Rule { code: "implicit-function-declaration", level: Some(Level::Error), texts: &[&["implicit declaration of function"]],
        advice: "Include the header that declares the function. Without it the compiler takes the result for an int, which cuts off half of a pointer on 64 bits, and buffers cannot be guarded." },
    Rule { code: "implicit-int", level: Some(Level::Error), texts: &[&["type defaults to 'int'"]],
        advice: "Write down the type." },
    Rule { code: "int-conversion", level: Some(Level::Error), texts: &[&["makes pointer from integer without a cast"], &["makes integer from pointer without a cast"]],
        advice: "On 64 bits a pointer does not fit into an int. Often the function that is called was not declared." },
    Rule { code: "int-to-pointer-cast", level: Some(Level::Error), texts: &[&["cast to pointer from integer of different size"]],
        advice: "On 64 bits a pointer does not fit into an int. Use intptr_t or uintptr_t." },
    Rule { code: "pointer-to-int-cast", level: None, texts: &[&["cast from pointer to integer of different size"]],
        advice: "On 64 bits a pointer does not fit into an int. Use intptr_t or uintptr_t." },
    Rule { code: "incompatible-pointer-types", level: Some(Level::Error), texts: &[&["from incompatible pointer type"]],
        advice: "What the pointer points to is read as another type than it is." },
    Rule { code: "return-type", level: Some(Level::Error), texts: &[&["no return statement in function returning non-void"], &["control reaches end of non-void function"]],
        advice: "Whoever uses the result gets a random value; in C++ the compiler may leave out what follows." },
    Rule { code: "return-mismatch", level: Some(Level::Error), texts: &[], 
        advice: "Whoever uses the result gets a random value." },
    Rule { code: "stringop-overflow", level: Some(Level::Error), texts: &[&["will always overflow"], &["overflows the destination"]],
        advice: "The program writes beyond its buffer here." },
    Rule { code: "fortify-source", level: Some(Level::Error), texts: &[],
        advice: "The program writes beyond its buffer here." },
    Rule { code: "array-bounds", level: None, texts: &[&["array subscript", "array bounds"]],
        advice: "The program reads or writes beyond its array here, unless the compiler is mistaken about its size." },
    Rule { code: "uninitialized", level: None, texts: &[&["is used uninitialized"]],
        advice: "The value is random. Give the variable a value first." },
    Rule { code: "maybe-uninitialized", level: None, texts: &[&["may be used uninitialized"]],
        advice: "On some way to this place the variable has no value, as far as the compiler can see." },
    Rule { code: "strict-aliasing", level: None, texts: &[&["strict-aliasing rules"]],
        advice: "The optimiser may take reads and writes through the two pointers for independent of each other. Copy with memcpy, or build with -fno-strict-aliasing." },
    Rule { code: "sequence-point", level: None, texts: &[&["operation on", "may be undefined"]],
        advice: "The order of the two changes is not defined; compilers differ." },
    Rule { code: "memset-transposed-args", level: None, texts: &[], 
        advice: "The length is 0: the second and third arguments are the wrong way round." },
    Rule { code: "sizeof-pointer-memaccess", level: None, texts: &[],
        advice: "The size is that of the pointer and not of what it points to." },
    Rule { code: "unused-value", level: Some(Level::Info), texts: &[&["statement has no effect"], &["statement with no effect"]],
        advice: "" },
    Rule { code: "file-listed-twice", level: None, texts: &[],
        advice: "Two lines of %files match it; mostly a folder is listed and a file in it." },
];

fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// The code of a warning whose compiler names no flag.
pub(crate) fn code_of(text: &str) -> Option<&'static str> {
    let says = |words: &&[&str]| words.iter().all(|word| text.contains(word));
    RULES.iter().find(|rule| rule.texts.iter().any(says)).map(|rule| rule.code)
}

/// The level that a rule has by itself.
pub(crate) fn level(code: &str) -> Option<Level> {
    rule(code)?.level
}

/// What to do about it.
pub(crate) fn advice(code: &str) -> Option<&'static str> {
    rule(code).map(|rule| rule.advice).filter(|advice| !advice.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_compilers_that_name_no_flag() {
        let rows = [
            ("implicit declaration of function 'strlen'", Some("implicit-function-declaration")),
            ("assignment makes pointer from integer without a cast", Some("int-conversion")),
            ("passing argument 1 of 'f' from incompatible pointer type", Some("incompatible-pointer-types")),
            ("'x' is used uninitialized in this function", Some("uninitialized")),
            ("array subscript is above array bounds", Some("array-bounds")),
            ("no return statement in function returning non-void", Some("return-type")),
            ("dereferencing type-punned pointer will break strict-aliasing rules", Some("strict-aliasing")),
            ("statement has no effect", Some("unused-value")),
            ("operation on 'a' may be undefined", Some("sequence-point")),
            (
                "call to '__builtin___strcpy_chk' will always overflow destination buffer",
                Some("stringop-overflow"),
            ),
            ("something else", None),
        ];
        for (text, want) in rows {
            assert_eq!(code_of(text), want, "{text}");
        }
    }

    #[test]
    fn a_code_is_there_once() {
        for rule in &RULES {
            assert_eq!(RULES.iter().filter(|other| other.code == rule.code).count(), 1, "{}", rule.code);
        }
    }
}
