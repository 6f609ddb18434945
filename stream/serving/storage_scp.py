"""A DICOM storage service: takes objects from other programs, and puts those that can be analysed into the inbox."""

import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pydicom
from pydicom import uid as syntaxes
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pynetdicom import AE, evt, sop_class

from stream.config.addresses import reason_not_had
from stream.dicom.common import PRODUCT
from stream.dicom.study import study_of
from stream.errors import ConfigError, OutputError, SourceError
from stream.serving.pushed_objects import PushedObjects

log = logging.getLogger("capillary.dicom")
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)  # its lines hold what objects hold
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

CLASSES: Final = (
    sop_class.SecondaryCaptureImageStorage,
    sop_class.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    sop_class.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    sop_class.MultiFrameTrueColorSecondaryCaptureImageStorage,
    sop_class.VLMicroscopicImageStorage,
    sop_class.VideoMicroscopicImageStorage,
    sop_class.VLPhotographicImageStorage,
    sop_class.VideoPhotographicImageStorage,
    sop_class.VLEndoscopicImageStorage,
    sop_class.VideoEndoscopicImageStorage,
    sop_class.DermoscopicPhotographyImageStorage,
    sop_class.UltrasoundImageStorage,
    sop_class.UltrasoundMultiFrameImageStorage,
)
"""What a camera on a microscope is stored as, and what programs that know no better make of it."""
SYNTAXES: Final = (
    syntaxes.ExplicitVRLittleEndian,
    syntaxes.ImplicitVRLittleEndian,
    syntaxes.DeflatedExplicitVRLittleEndian,
    syntaxes.ExplicitVRBigEndian,
    syntaxes.RLELossless,
    syntaxes.JPEGBaseline8Bit,
    syntaxes.JPEGExtended12Bit,
    syntaxes.JPEGLossless,
    syntaxes.JPEGLosslessSV1,
    syntaxes.JPEGLSLossless,
    syntaxes.JPEGLSNearLossless,
    syntaxes.JPEG2000Lossless,
    syntaxes.JPEG2000,
    syntaxes.MPEG2MPML,
    syntaxes.MPEG2MPHL,
    syntaxes.MPEG4HP41,
    syntaxes.MPEG4HP41BD,
    syntaxes.MPEG4HP422D,
    syntaxes.HEVCMP51,
)
"""What `capture/sources/dicom` decodes."""
_OUT_OF_RESOURCES: Final = 0xA700
_DOES_NOT_FIT: Final = 0xA900
_NOT_UNDERSTOOD: Final = 0xC000
_STALLED_S: Final = 30.0
_HANDSHAKE_S: Final = 5.0
_MOST_ASSOCIATIONS: Final = 10
_LARGEST_PDU: Final = 2**17
"""Bytes that come in one piece: as many as dcmtk sends. The library takes 16 kB, and twice the time for a cine."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the service listens, as whom, and for whom.

    callers: AE titles that may push; empty: all of them. tls: None: DICOM without TLS.
    """

    host: str
    port: int
    title: str
    callers: Sequence[str] = ()
    tls: ssl.SSLContext | None = None


def server_context(certificate: str, key: str, ca: str | None) -> ssl.SSLContext:
    """Return what the service secures connections with. ca: who may sign the certificates of those that push.

    Raises ConfigError if a file is not there or holds something else.
    """
    context = _ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
        if ca:
            context.load_verify_locations(ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError) as error:
        files = ", ".join(name for name in (certificate, key, ca) if name)
        raise ConfigError(f"these are no certificates and keys in PEM that fit together: {files} ({error})") from None
    return context


class _ServerContext(ssl.SSLContext):
    """A context that waits for a handshake only so long: one caller that stands still must not stop the others."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **named: Any) -> ssl.SSLSocket:
        sock.settimeout(_HANDSHAKE_S)
        secured = super().wrap_socket(sock, *args, **named)
        secured.settimeout(None)
        return secured


@dataclass(slots=True)
class StorageService:
    """Answers to C-ECHO and C-STORE. An object is acknowledged once it is on disk, and looks as if it can be analysed.

    check: raises SourceError if a file cannot be analysed.
    """

    inbox: PushedObjects
    check: Callable[[Path], None]
    refused: int = field(default=0)

    @contextlib.contextmanager
    def listening(self, at: Listening) -> Iterator[int]:
        """Listen, and yield the port. Raises OutputError if that is not possible."""
        entity = AE(at.title)
        entity.require_called_aet, entity.require_calling_aet = True, list(at.callers)
        entity.maximum_associations, entity.maximum_pdu_size = _MOST_ASSOCIATIONS, _LARGEST_PDU
        entity.network_timeout = entity.acse_timeout = entity.dimse_timeout = _STALLED_S
        entity.add_supported_context(sop_class.Verification)
        for one in CLASSES:
            entity.add_supported_context(one, list(SYNTAXES))
        try:
            server: Any = entity.start_server(
                (at.host, at.port), block=False, ssl_context=at.tls, evt_handlers=[(evt.EVT_C_STORE, self._stored)]
            )
        except OSError as error:
            why = reason_not_had(error.errno, str(error))
            raise OutputError(f"{at.host}:{at.port} cannot be used: {why}") from None
        try:
            yield int(server.server_address[1])
        finally:
            entity.shutdown()

    def _stored(self, event: evt.Event) -> int | Dataset:
        """Answer to C-STORE."""
        if self.inbox.is_full:
            return self._refusal(_OUT_OF_RESOURCES, "too many objects wait")
        try:
            begun = self.inbox.written(*_file_of(event))
        except OSError as error:
            return self._refusal(_OUT_OF_RESOURCES, f"cannot be kept: {error.strerror}")
        try:
            if _is_own(pydicom.dcmread(begun, stop_before_pixels=True)):
                begun.unlink()
                return self._refusal(_DOES_NOT_FIT, "it is a result of this program")
            self.check(begun)
        except (SourceError, InvalidDicomError, ValueError, AttributeError, KeyError, NotImplementedError) as error:
            begun.unlink()
            log.debug("why the object is refused", exc_info=error)
            return self._refusal(_NOT_UNDERSTOOD, "it holds no picture that can be analysed")
        self.inbox.put(begun)
        return 0x0000

    def _refusal(self, status: int, why: str) -> Dataset:
        self.refused += 1
        log.warning("an object was refused: %s", why)
        answer = Dataset()
        answer.Status, answer.ErrorComment = status, why
        return answer


def _file_of(event: evt.Event) -> tuple[bytes, memoryview]:
    """Return the two parts of the file that a pushed object is (DICOM PS3.10, 7.1), its data set without a copy."""
    head = DicomBytesIO()
    head.write(b"\x00" * 128 + b"DICM")
    write_file_meta_info(head, event.file_meta)
    return head.getvalue(), event.request.DataSet.getbuffer()


def _is_own(header: Dataset) -> bool:
    """Return whether an object was made here. Raises AttributeError if it has no identifiers."""
    study_of(header)
    return header.get("Manufacturer") == PRODUCT and "DERIVED" in (header.get("ImageType") or ())
