"""The TLS of a connection that a sender opens, from the files its settings name."""

import ssl
from pathlib import Path

from stream.errors import ConfigError


def tls_context(outlet: str, ca: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """Return what checks the receiver's certificate, and its name, and shows it the program's own if there is one.

    ca: file of the authorities that are trusted, PEM; empty: those of the system. certificate, key: the program's own,
    PEM; the key may be in the same file. Raises ConfigError if a file is missing or is not what it should be.
    """
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
