"""What CI says of the packages that the program is made of. The form is that of `pip-audit --format json`."""

from typing import Any

from dependencies import report

SOUND: dict[str, Any] = {"name": "numpy", "version": "1.26.4", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "ours", "skip_reason": "not on PyPI"}


def test_a_known_vulnerability_fails_and_is_named() -> None:
    finding = {"id": "PYSEC-2026-1", "fix_versions": ["2.0.1"], "aliases": [], "description": ""}
    lines, vulnerable = report("requirements.lock", [SOUND, {"name": "x", "version": "2.0.0", "vulns": [finding]}])
    assert vulnerable
    assert lines[0] == "requirements.lock: x 2.0.0: PYSEC-2026-1, fixed in 2.0.1"


def test_sound_packages_pass_and_unknown_ones_show_in_the_count() -> None:
    lines, vulnerable = report("requirements.lock", [SOUND, UNKNOWN])
    assert (lines, vulnerable) == (["requirements.lock: 1 of 2 packages audited"], False)


def test_where_nothing_was_audited_that_is_said() -> None:
    assert report("requirements.lock", []) == (
        ["requirements.lock: NOT AUDITED: the advisories could not be reached from here"],
        False,
    )
