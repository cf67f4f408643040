"""The check of the stage `guests`, in Python; ../README.md says what it does."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.check_context import Context
from wit_world.imports.files import Kind, Tree
from wit_world.imports.types import (
    Failure_NotFound,
    Finding,
    Severity,
    Verdict,
    Verdict_Fail,
    Verdict_Pass,
)

MAGIC = bytes([0xED, 0xAB, 0xEE, 0xDB])


class Check(exports.Check):
    def check(self, context: Context) -> Verdict:
        job, report = context.job(), context.report()
        suffix = json.loads(job.settings())["suffix"]
        results = context.results()
        paths = [e.path for e in results.list() if e.kind == Kind.FILE and e.path.endswith(suffix)]
        findings = []
        for digest, path in zip(results.sha256(paths), paths):
            if magic(results, path) != MAGIC:
                message = f"begins with other bytes; its sha256 is {digest}"
                findings.append(finding(Severity.ERROR, "not-a-package", message, package=path))
        if not any("-doc-" in path for path in paths):
            findings.append(
                finding(
                    Severity.WARNING,
                    "no-docs",
                    f"none of {len(paths)} packages holds documentation",
                    file=job.recipe(),
                    line=1,
                    help="Add a package NAME-doc.\nPeople read.",
                )
            )
        try:
            context.previous()
        except Err as error:
            if not isinstance(error.value, Failure_NotFound):
                raise
            findings.append(finding(Severity.INFO, "no-previous", "there is no previous build"))
        report.emit(findings)
        report.log(f"looked at {len(paths)} packages of {job.arch()}")
        report.attach("no-docs.txt", "\n".join(paths).encode())
        errors = sum(f.code == "not-a-package" for f in findings)
        return Verdict_Fail(f"{errors} files are no packages") if errors else Verdict_Pass()


def magic(results: Tree, path: str) -> bytes:
    """The first bytes, through a handle of its own for each file, which is dropped when Python likes."""
    return results.open(path).read(0, 4)


def finding(severity, code, message, package=None, file=None, line=None, help=None) -> Finding:
    return Finding(severity, code, message, package, file, line, help, [])
