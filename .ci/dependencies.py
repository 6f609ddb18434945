"""List the program's components and check them for known vulnerabilities: `python3 .ci/dependencies.py`.

Writes sbom.cdx.json (CycloneDX) from requirements.lock, and looks up what both lock files pin. A known vulnerability
fails. If the advisories cannot be reached, nothing was audited: the report says so and does not fail, because that says
nothing about the program.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-edge.lock")
SBOM = "sbom.cdx.json"


def write_sbom(lock: Path, to: Path) -> int:
    """Write the bill of materials of the lock file; return the number of components."""
    command: list[str | Path] = ["uvx", "--quiet", "--from", "cyclonedx-bom>=7,<8", "cyclonedx-py", "requirements"]
    arguments: list[str | Path] = ["--pyproject", ROOT / "pyproject.toml", "--of", "JSON", "-o", to, lock]
    subprocess.run([*command, *arguments], check=True, stderr=subprocess.DEVNULL)
    return len(json.loads(to.read_text())["components"])


def audit(lock: Path) -> list[dict[str, Any]]:
    """Return pip-audit's entry per package: its vulnerabilities, or why it was skipped; empty if there is no answer."""
    command: list[str | Path] = ["uvx", "--quiet", "pip-audit>=2.9,<3", "-r", lock, "--require-hashes", "--disable-pip"]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return found


def report(name: str, packages: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Return the report on a lock file, line by line, and whether any package of it is vulnerable."""
    audited = [package for package in packages if "vulns" in package]
    if not audited:
        return [f"{name}: NOT AUDITED: the advisories could not be reached from here"], False
    findings = [
        f"{name}: {package['name']} {package['version']}: {finding['id']}, fixed in "
        + (", ".join(finding["fix_versions"]) or "no version yet")
        for package in audited
        for finding in package["vulns"]
    ]
    return [*findings, f"{name}: {len(audited)} of {len(packages)} packages audited"], bool(findings)


def main() -> int:
    """Print the report; return 1 if a package is vulnerable."""
    print(f"{SBOM}: {write_sbom(ROOT / LOCKS[0], ROOT / SBOM)} components")
    reports = [report(name, audit(ROOT / name)) for name in LOCKS]
    for lines, _ in reports:
        print("\n".join(lines))
    return int(any(vulnerable for _, vulnerable in reports))


if __name__ == "__main__":
    sys.exit(main())
