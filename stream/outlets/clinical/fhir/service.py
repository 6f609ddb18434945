"""A FHIR server as this program asks it: JSON over HTTP."""

import base64
import contextlib
import json
from typing import Any

from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.http.http_service import HttpService


class FhirService:
    """A server, which is connected when it is first asked."""

    def __init__(self, settings: FhirSettings) -> None:
        """Read the files the settings name. Raises ConfigError."""
        self._http = HttpService("fhir", settings.url.rstrip("/"), settings.timeout_s, settings)
        if settings.token or settings.password:
            self._http.keep_private("token or password")
        self.place = self._http.place + self._http.path
        self._headers = _headers(settings)

    def ask(self, method: str, path: str = "", document: Any = None) -> tuple[int, Any]:
        """Send a request. Return the answer's status, and its JSON; None if it is none.

        path: below the server's base. Raises OutputError if there is no answer, or if the server asked for a pause.
        """
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        status, content = self._http.ask(method, self._headers, body, path)
        with contextlib.suppress(ValueError, RecursionError):
            return status, json.loads(content)
        return status, None

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def _headers(settings: FhirSettings) -> dict[str, str]:
    kind = "application/fhir+json"
    headers = {"Accept": kind, "Content-Type": kind}
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    elif settings.username:
        pair = f"{settings.username}:{settings.password}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers
