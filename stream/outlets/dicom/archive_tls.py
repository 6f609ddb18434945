"""TLS to an archive, and what its failures mean in plain words."""

import ssl

from stream.errors import ConfigError
from stream.outlets.dicom.archive_settings import Tls


def context_of(tls: Tls) -> ssl.SSLContext:
    """Return what TLS connections are made with. Raises ConfigError if a file is not there or holds something else."""
    try:
        context = ssl.create_default_context(cafile=tls.ca or None)
        if tls.certificate:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        files = ", ".join(name for name in (tls.ca, tls.certificate, tls.key) if name)
        raise ConfigError(f"these are no certificates and keys in PEM that fit together: {files} ({error})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def why(error: OSError) -> str:
    """Return what went wrong in a connection, in plain words without a stop."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message}); check tls.ca and the host's name"
        case ssl.SSLError() if "ALERT" in str(error.reason):
            return "it does not accept this program's certificate; check tls.certificate and tls.key"
        case ssl.SSLError():
            return "it does not speak TLS as this program does; check the port, and whether TLS is on there"
        case TimeoutError():
            return "it does not answer in time"
        case ConnectionRefusedError():
            return "nothing listens there"
        case ConnectionResetError() | BrokenPipeError():
            return "it closed the connection; check whether it expects TLS"
    return error.strerror or str(error)
