"""A verdict as JUnit XML: what continuous integration servers read."""

from __future__ import annotations

from xml.etree import ElementTree

from benchmark.display.escaping import escape_xml
from benchmark.gate.checks import Check, Verdict
from benchmark.runs.seals import EDITED


def render_junit(verdict: Verdict) -> str:
    """Write one test case a check.

    JUnit knows no third outcome: an inconclusive check is a skipped case whose message begins
    with ``inconclusive``, and a warning a passed one whose output begins so; that nothing was
    measured is an error.
    """
    n_unmeasured = int(verdict.unmeasured is not None)
    suite = ElementTree.Element(
        "testsuite",
        name="bench gate",
        tests=str(len(verdict.checks) + n_unmeasured),
        failures=str(verdict.count("fail")),
        errors=str(n_unmeasured),
        skipped=str(verdict.count("inconclusive")),
    )
    if edited := [note for note in verdict.notes if note.startswith(EDITED)]:
        properties = ElementTree.SubElement(suite, "properties")
        for note in edited:
            ElementTree.SubElement(properties, "property", name=EDITED, value=escape_xml(note))
    if verdict.unmeasured is not None:
        case = ElementTree.SubElement(suite, "testcase", classname="run", name="measured")
        message = escape_xml(verdict.unmeasured)
        ElementTree.SubElement(case, "error", message=message, type="nothing measured")
    for check in verdict.checks:
        _add_case(suite, check)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _add_case(suite: ElementTree.Element, check: Check) -> None:
    classname, name = escape_xml(check.system), escape_xml(check.name)
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name)
    reason = escape_xml(check.reason)
    if check.status == "fail":
        ElementTree.SubElement(case, "failure", message=reason, type=escape_xml(check.subject))
    elif check.status == "inconclusive":
        ElementTree.SubElement(case, "skipped", message=f"inconclusive: {reason}")
    else:
        warned = "warning: " if check.status == "warning" else ""
        ElementTree.SubElement(case, "system-out").text = f"{warned}{reason}"
