"""What the table of a DICOM outlet says. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from stream.dicom.subject import Station, Subject
from stream.errors import ConfigError
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import TlsFiles

AeTitle = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^(?! +$)[\x20-\x5b\x5d-\x7e]+$")]
"""DICOM PS3.5, 6.2, AE: 1 to 16 characters of ASCII without the backslash, not spaces alone."""


class Worklist(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has the list of examinations that are to come; TLS, `calling` and `timeout_s` are those of the outlet."""

    host: Annotated[str, Meta(min_length=1, max_length=253, description="its name or address")]
    port: Annotated[int, Meta(ge=1, le=65535, description="its port")] = 11112
    called: Annotated[AeTitle, Meta(description="its AE title")] = "ANY-SCP"


class DicomSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An archive that is reached by DICOM's own protocol (`host`, `port`) or by HTTP (`url`)."""

    host: Annotated[str, Meta(max_length=253, description="the archive's name or address, for C-STORE")] = ""
    port: Annotated[int, Meta(ge=1, le=65535, description="its port; 104, 11112 or 2762 (TLS) are usual")] = 11112
    called: Annotated[AeTitle, Meta(description="its AE title")] = "ANY-SCP"
    calling: Annotated[AeTitle, Meta(description="this program's AE title, as the archive knows it")] = "CAPILLARY"
    url: Annotated[
        str,
        Meta(max_length=500, pattern=r"^(https?://[^\s?#]+)?$", description="of its DICOMweb service, for STOW-RS"),
    ] = ""
    authorization: Annotated[str, Meta(max_length=4000, description="with url: the HTTP header of this name")] = ""
    tls: Annotated[TlsFiles | None, Meta(description="with host: DICOM over TLS; with https: which certificates")] = (
        None
    )
    timeout_s: Annotated[float, Meta(gt=0, le=300, description="how long the archive may take to answer")] = 10.0
    worklist: Annotated[Worklist | None, Meta(description="where `worklist` and `live --worklist` look")] = None
    subject: Annotated[Subject, Meta(description="whom reports are about; by default no name is in them")] = field(
        default_factory=Subject
    )
    station: Annotated[Station, Meta(description="the device, as objects name it")] = field(default_factory=Station)


def dicom_settings(table: Mapping[str, Any]) -> DicomSettings:
    """Return the settings that a table holds. Raises ConfigError if they do not say one way to one archive."""
    settings = settings_of("dicom", table, DicomSettings)
    if bool(settings.host) == bool(settings.url):
        raise ConfigError(
            'the outlet "dicom" needs either host (and port) of an archive, or the url of its DICOMweb service'
        )
    if settings.authorization and not settings.url:
        raise ConfigError('the outlet "dicom" has an authorization, but no url: only a DICOMweb service asks for one')
    return settings
