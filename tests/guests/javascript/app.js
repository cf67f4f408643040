// The check of the stage `guests`, in JavaScript; ../README.md says what it does.

const MAGIC = [0xed, 0xab, 0xee, 0xdb];

// The method that drops a handle. The bindings fall back to this name where the engine has no Symbol.dispose.
const DISPOSE = Symbol.dispose ?? Symbol.for("dispose");

export const check = {
  check(context) {
    const job = context.job();
    const report = context.report();
    const { suffix } = JSON.parse(job.settings());
    const results = context.results();
    const paths = results
      .list()
      .filter((entry) => entry.kind === "file" && entry.path.endsWith(suffix))
      .map((entry) => entry.path);
    const findings = [];
    results.sha256(paths).forEach((digest, i) => {
      if (!isPackage(results, paths[i])) {
        const message = `begins with other bytes; its sha256 is ${digest}`;
        findings.push(finding("error", "not-a-package", message, { package: paths[i] }));
      }
    });
    if (!paths.some((path) => path.includes("-doc-"))) {
      findings.push(
        finding("warning", "no-docs", `none of ${paths.length} packages holds documentation`, {
          file: job.recipe(),
          line: 1,
          help: "Add a package NAME-doc.\nPeople read.",
        }),
      );
    }
    try {
      context.previous();
    } catch (error) {
      if (error.payload?.tag !== "not-found") throw error;
      findings.push(finding("info", "no-previous", "there is no previous build"));
    }
    report.emit(findings);
    report.log(`looked at ${paths.length} packages of ${job.arch()}`);
    report.attach("no-docs.txt", new TextEncoder().encode(paths.join("\n")));
    const errors = findings.filter((f) => f.code === "not-a-package").length;
    return errors === 0 ? { tag: "pass" } : { tag: "fail", val: `${errors} files are no packages` };
  },
};

// The first bytes, through a handle of its own for each file. The collector would drop it long after the last
// one that the host lends was taken: it counts memory, not handles.
function isPackage(results, path) {
  const file = results.open(path);
  try {
    const bytes = file.read(0n, 4);
    return bytes.length === MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
  } finally {
    file[DISPOSE]();
  }
}

function finding(severity, code, message, more = {}) {
  return { severity, code, message, extra: [], ...more };
}
