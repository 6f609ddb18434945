"""From the configuration to the rules of the page: who may open it, and how it is encrypted."""

import ssl
from pathlib import Path

from stream.config.sections import LOOPBACK, ViewConfig
from stream.errors import ConfigError
from stream.machine.files import expanded
from stream.security.token import read_token
from stream.view.server.access import LOOPBACK_NAMES, Rules


def rules_of(view: ViewConfig) -> Rules:
    """Raises ConfigError where the token cannot be read."""
    own = frozenset() if view.host in LOOPBACK else frozenset({view.host.lower()})
    names = LOOPBACK_NAMES | own | {name.lower() for name in view.names}
    return Rules(names, read_token(view.token_file), bool(view.certificate_file))


def certificate(view: ViewConfig) -> tuple[Path, Path] | None:
    """The files of certificate and key, None for plain HTTP. Raises ConfigError where they do not go together."""
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
