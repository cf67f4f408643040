//! Packages of the tests: as small as a package can be, since what is tested is what is around it.

use crate::Way;

/// A package: its name, and its files.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The files of its sources.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Package {
    /// A package whose build runs `script`.
    pub fn new(name: &str, script: &str) -> Self {
        let package = Self { name: name.to_owned(), files: Vec::new() };
        package.with(&format!("{name}.spec"), spec(name, script))
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, file: &str, content: impl AsRef<[u8]>) -> Self {
        self.files.push((file.to_owned(), content.as_ref().to_vec()));
        self
    }

    /// It is built by a worker that Skink came to in this way.
    #[must_use]
    pub fn built_by(self, way: Way) -> Self {
        let label = way.label();
        self.with("_constraints", format!("<constraints><hostlabel>{label}</hostlabel></constraints>\n"))
    }

    /// It has this `_hooks`, and modules beside it.
    #[must_use]
    pub fn hooked(self, hooks: &str, modules: &[crate::Module]) -> Self {
        let hooked = self.with("_hooks", format!("schema = 1\n{hooks}"));
        modules
            .iter()
            .fold(hooked, |package, module| package.with(&format!("{}.wasm", module.name), &module.bytes))
    }
}

/// A recipe that needs no compiler. `script` is run in `%build`.
pub fn spec(name: &str, script: &str) -> String {
    format!(
        "Name: {name}\nVersion: 1.0\nRelease: 0\nSummary: A file\nLicense: MIT\nBuildArch: noarch\n\n\
         %description\nIt holds a file.\n\n%prep\n%build\n{script}\n\n\
         %install\nmkdir -p %{{buildroot}}/usr/share/{name}\necho content >%{{buildroot}}/usr/share/{name}/file\n\n\
         %files\n/usr/share/{name}\n\n%changelog\n"
    )
}
