"""The TLS of a connection that a sender opens: the keys of its table, and what comes of the files they name."""

import ssl
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from stream.errors import ConfigError


class TlsFiles(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a table for a connection with TLS; a sender's own settings are added to them."""

    ca: Annotated[str, Meta(description="file of the trusted authorities, PEM; empty: the system's")] = ""
    certificate: Annotated[str, Meta(description="file of the program's own certificate, PEM")] = ""
    key: Annotated[str, Meta(description="file of its key, PEM; empty: in the same file")] = ""


class TlsOnRequest(TlsFiles, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of a table for a connection whose address does not say whether it has TLS."""

    tls: Annotated[bool, Meta(description="connect with TLS; also with any of ca, certificate, key")] = False

    @property
    def guarded(self) -> bool:
        """Return whether the connection uses TLS."""
        return bool(self.tls or self.ca or self.certificate or self.key)


def tls_context(outlet: str, files: TlsFiles) -> ssl.SSLContext:
    """Return what checks the receiver's certificate, and its name, and shows it the program's own if there is one.

    Raises ConfigError if a file is missing or is not what it should be.
    """
    ca, certificate, key = files.ca, files.certificate, files.key
    for name, file in (("ca", ca), ("certificate", certificate), ("key", key)):
        if file and not Path(file).is_file():
            raise ConfigError(f'the outlet "{outlet}": there is no file {file}, which "{name}" names')
    if key and not certificate:
        raise ConfigError(f'the outlet "{outlet}" has a "key" without a "certificate"; give both, or none')
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except ssl.SSLError:
        raise ConfigError(f'the outlet "{outlet}": {ca} holds no certificate in PEM form') from None
    if certificate:
        try:
            context.load_cert_chain(certificate, key or None, password=lambda: "")
        except (ssl.SSLError, ValueError):
            raise ConfigError(
                f'the outlet "{outlet}": "certificate" and "key" are no pair in PEM form without a passphrase'
            ) from None
    return context
