"""One writer a folder: one that was killed holds it no longer."""

import subprocess
from pathlib import Path

import pytest

from stream.errors import OutputError
from stream.session.output_folder import OutputFolder
from tests.doubles.holder import holding


def test_a_writer_that_was_killed_does_not_hold_its_folder(tmp_path: Path) -> None:
    with subprocess.Popen(holding(tmp_path / ".writer"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(OutputError, match="another run"):
            OutputFolder(tmp_path)
        process.kill()
    OutputFolder(tmp_path).release()
