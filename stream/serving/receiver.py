"""The DICOM outlet that a configuration has, for commands that use it beside a run."""

from stream.config.sections import Config
from stream.delivery.outlet_table import split
from stream.errors import UsageError
from stream.outlets.dicom.archive_settings import DicomSettings, dicom_settings


def dicom_outlet(config: Config, name: str | None) -> DicomSettings:
    """Return the settings of the outlet that gets the results. Raises UsageError, ConfigError."""
    tables = {one: split(one, table) for one, table in config.outlets.items()}
    known = {one: own for one, (common, own) in tables.items() if (common.use or one) == "dicom"}
    if name is None and len(known) == 1:
        name = next(iter(known))
    if name not in known:
        there = ", ".join(known) or "none"
        raise UsageError(
            f"choose with --to the DICOM outlet of the configuration that gets the results; there: {there}"
        )
    return dicom_settings(known[name])
