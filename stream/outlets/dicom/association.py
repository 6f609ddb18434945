"""An archive that is reached by DICOM's own protocol: C-ECHO and C-STORE (DICOM PS3.7, 9.1)."""

import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.uid import ComprehensiveSRStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_context, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import ModalityWorklistInformationFind, Verification
from pynetdicom.status import code_to_category

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.dicom.archive_settings import DicomSettings
from stream.outlets.dicom.store_status import fate_of
from stream.outlets.tls import tls_context
from stream.outlets.unreachable import why_unreachable

_ANY_SYNTAX: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
_REJECTED: Final = {
    (1, 3): "it does not know the calling AE title {calling}: have it allowed there, or change `calling`",
    (1, 7): "its AE title is not {called}: change `called`",
    (1, 2): "it does not support this kind of connection",
    (3, 1): "it is too busy",
    (3, 2): "it has too many connections",
}
"""Source and reason of a rejection (DICOM PS3.8, table 9-21) in plain words."""

_JUDGED_S: Final = 1.0
"""In TLS 1.3 a client's certificate is judged after the handshake."""

logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)  # its lines hold what objects hold


class DimseArchive:
    """Stores objects with an association of its own for each call: archives close those that stand still."""

    def __init__(self, settings: DicomSettings) -> None:
        """Prepare, without a connection. Raises ConfigError if certificates cannot be read."""
        self._settings = settings
        self._tls = tls_context("dicom", settings.tls) if settings.tls is not None else None
        self._place = f"the archive {settings.called} at {settings.host}:{settings.port}"
        self._ae = AE(settings.calling)
        self._ae.connection_timeout = self._ae.acse_timeout = settings.timeout_s
        self._ae.dimse_timeout = self._ae.network_timeout = settings.timeout_s

    def check(self) -> str:
        """Ask for an echo, and whether reports are taken. Raises OutputError."""
        contexts = [build_context(Verification), build_context(ComprehensiveSRStorage, list(_ANY_SYNTAX))]
        with self._associated(contexts) as association:
            taken = {context.abstract_syntax for context in association.accepted_contexts}
            if ComprehensiveSRStorage not in taken:
                raise OutputError(
                    f"{self._place} takes no reports (Comprehensive SR Storage); have it switched on there"
                )
            if Verification in taken and association.send_c_echo().get("Status") != 0:
                raise OutputError(f"{self._place} does not answer to C-ECHO")
        return f"{self._place} answers and takes reports"

    def store(self, *objects: Dataset) -> None:
        """Store objects, in order. Raises RefusedMessageError, OutputError."""
        contexts = [
            build_context(one.SOPClassUID, list(_syntaxes(one))) for one in {o.SOPClassUID: o for o in objects}.values()
        ]
        with self._associated(contexts) as association:
            for one in objects:
                self._store(association, one)

    def find(self, query: Dataset) -> list[Dataset]:
        """Return what a modality worklist has for a query (DICOM PS3.4, K.6.1). Raises OutputError."""
        with self._associated([build_context(ModalityWorklistInformationFind)]) as association:
            found = []
            for status, item in association.send_c_find(query, ModalityWorklistInformationFind):
                code = status.get("Status")
                if code is None or code_to_category(code) not in ("Success", "Pending"):
                    said = "no answer" if code is None else f"the status {code:04X}"
                    raise OutputError(f"{self._place} does not give its worklist: {said}")
                if item is not None:
                    found.append(item)
            return found

    def _store(self, association: Association, one: Dataset) -> None:
        try:
            status = association.send_c_store(one).get("Status")
        except ValueError:  # no context for it was accepted
            raise OutputError(f"{self._place} does not take objects of the class {one.SOPClassUID.name}") from None
        if status is None:
            raise OutputError(f"{self._place} broke the connection off, or did not answer in time")
        fate, code = fate_of(status), f"with the status {status:04X}"
        if fate == "refused":
            raise RefusedMessageError(f"{self._place} refused an object for good, {code}")
        if fate == "not stored":
            raise OutputError(f"{self._place} did not store an object, {code}")

    @contextlib.contextmanager
    def _associated(self, contexts: Sequence[PresentationContext]) -> Iterator[Association]:
        settings, opened = self._settings, contextlib.ExitStack()
        self._try()
        with opened:  # the library leaves sockets open that the other side closed first
            association = self._ae.associate(
                settings.host,
                settings.port,
                contexts=list(contexts),
                ae_title=settings.called,
                tls_args=None if self._tls is None else (self._tls, settings.host),
                evt_handlers=[(evt.EVT_CONN_OPEN, lambda event: opened.callback(event.assoc.dul.socket.socket.close))],
            )
            if not association.is_established:
                raise OutputError(f"{self._place} cannot be used: {self._refusal(association)}.")
            try:
                yield association
            finally:
                association.release()

    def _refusal(self, association: Association) -> str:
        """Return why there is no association."""
        answer: Any = association.acceptor.primitive
        if association.is_rejected and answer is not None:
            names = {"calling": self._settings.calling, "called": self._settings.called}
            reason = _REJECTED.get((answer.result_source, answer.diagnostic), "it rejected the association")
            return reason.format(**names)
        self._try(wait_s=_JUDGED_S)
        return "it broke off the association; check AE titles, and whether it expects TLS"

    def _try(self, wait_s: float = 0.0) -> None:
        """Connect, and see for some time whether the other side stays. Raises OutputError.

        The library behind an association does not say why there is no connection.
        """
        settings = self._settings
        try:
            with contextlib.ExitStack() as stack:
                plain = stack.enter_context(
                    socket.create_connection((settings.host, settings.port), settings.timeout_s)
                )
                if self._tls is not None:
                    secure = stack.enter_context(self._tls.wrap_socket(plain, server_hostname=settings.host))
                    if wait_s:
                        secure.settimeout(wait_s)
                        with contextlib.suppress(TimeoutError):
                            secure.recv(1)
        except OSError as error:
            raise OutputError(why_unreachable(error, self._place)) from None


def _syntaxes(one: Dataset) -> tuple[str, ...]:
    own = one.file_meta.TransferSyntaxUID
    return _ANY_SYNTAX if own in _ANY_SYNTAX else (own,)
