"""Who may open the page, and with which certificate it is served, as configured."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from stream.config.addresses import canonical
from stream.config.sections import ViewConfig
from stream.errors import ConfigError
from stream.machine.files import expanded
from stream.security.token import read_token


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The names under which the page may be opened, the token that it takes, and whether it is served over TLS.

    names: host names without port, beside this machine's own. token: None lets everyone in. tls: pages and WebSockets
    are https and wss.
    """

    names: frozenset[str] = frozenset()
    token: str | None = field(default=None, repr=False)
    tls: bool = False


def access_rules(view: ViewConfig) -> AccessRules:
    """Return the configured rules. Raises ConfigError if the token cannot be read."""
    names = frozenset(canonical(name) for name in (view.host, *view.names))
    return AccessRules(names, read_token(view.token_file), bool(view.certificate_file))


def certificate_files(view: ViewConfig) -> tuple[Path, Path] | None:
    """Return the files of certificate and key; None for plain HTTP.

    Raises ConfigError if they cannot be read, or the key is not the certificate's.
    """
    if not view.certificate_file:
        return None
    files = expanded(view.certificate_file), expanded(view.key_file)
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*files, password=lambda: b"")
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f'"view.certificate_file" and "view.key_file" ({files[0]}, {files[1]}) are no certificate with its '
            f"key: {error}"
        ) from error
    return files
