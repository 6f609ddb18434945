"""The examination that a command is for, by its accession number: its patient and order go into DICOM objects alone."""

from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from stream.delivery.outlet_table import split
from stream.outlets.dicom.installed import need_dicom
from stream.serving.receiver import dicom_outlet

if TYPE_CHECKING:
    from stream.config.sections import Config


def of_examination(config: "Config", accession_number: str) -> "Config":
    """Return the configuration whose DICOM outlets name the patient and order of an examination of the worklist.

    Raises UsageError, ConfigError, OutputError.
    """
    need_dicom()
    from stream.outlets.dicom.worklist import examination

    subject = examination(dicom_outlet(config, None), accession_number).subject
    named = {
        name: {**table, "subject": asdict(subject)} if (split(name, table)[0].use or name) == "dicom" else table
        for name, table in config.outlets.items()
    }
    return replace(config, outlets=named)
