//! WebAssembly as bytes, where text would be too large or too well-behaved.

/// An unsigned number in LEB128.
fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// A section: its number, its size, its content.
pub fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb(content.len()).as_slice(), content].concat()
}

/// A custom section.
pub(crate) fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[leb(name.len()).as_slice(), name.as_bytes(), content].concat())
}

/// The header of a component, and these sections.
pub fn bytes(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend(sections.iter().flatten());
    component
}

/// A component with a core module of `functions` functions that do nothing.
pub fn giant_code(functions: usize) -> Vec<u8> {
    let mut core = b"\0asm\x01\0\0\0".to_vec();
    core.extend(section(1, &[1, 0x60, 0, 0]));
    core.extend(section(3, &[leb(functions), vec![0; functions]].concat()));
    core.extend(section(10, &[leb(functions), [2, 0, 0x0b].repeat(functions)].concat()));
    bytes(&[section(1, &core)])
}

/// Appends core modules to a component, each with one instance that nothing uses.
pub fn with_core_modules(component: Vec<u8>, core: &str, count: u8) -> Vec<u8> {
    append(component, core, count, count)
}

/// Appends one core module to a component, and instances of it that nothing uses.
pub fn with_instances(component: Vec<u8>, core: &str, count: u8) -> Vec<u8> {
    append(component, core, 1, count)
}

fn append(mut component: Vec<u8>, core: &str, modules: u8, instances: u8) -> Vec<u8> {
    let first = core_modules(&component);
    let core = wat::parse_str(core).unwrap();
    (0..modules).for_each(|_| component.extend(section(1, &core)));
    let instantiate = |index: u8| [0, first + index % modules, 0];
    let all: Vec<u8> = (0..instances).flat_map(instantiate).collect();
    component.extend(section(2, &[&[instances], all.as_slice()].concat()));
    component
}

/// How many core modules there are at the top level: sections with the number 1.
fn core_modules(component: &[u8]) -> u8 {
    let (mut at, mut count) = (8, 0);
    while let Some(id) = component.get(at) {
        count += u8::from(*id == 1);
        let (mut size, mut shift) = (0_usize, 0);
        loop {
            at += 1;
            size |= usize::from(component[at] & 0x7f) << shift;
            shift += 7;
            if component[at] & 0x80 == 0 {
                break;
            }
        }
        at += 1 + size;
    }
    count
}
