"""Says in a sentence why a receiver cannot be reached, from the error of the network. Pure."""

import socket
import ssl


def why_unreachable(error: OSError, place: str) -> str:
    """Return what was wrong, where, and what to do. place: host and port."""
    match error:
        case ssl.SSLCertVerificationError():
            problem = error.verify_message or "it cannot be checked"
            return f'the certificate of {place} is not accepted ({problem}): see "ca", and the name in "host" or "url"'
        case ssl.SSLError() if "ALERT" in (error.reason or ""):
            return f'{place} ended the TLS connection: it may want a "certificate" that it trusts'
        case ssl.SSLError():
            return f"{place} speaks no TLS that this machine accepts: check the port"
        case TimeoutError():
            return f"{place} did not answer in time: check the network, and that the receiver works"
        case ConnectionRefusedError():
            return f"nothing listens on {place}: start the receiver, or correct host and port"
        case socket.gaierror():
            return f"the host of {place} has no address: check its name"
        case ConnectionError():
            return f"{place} closed the connection: check that the receiver works, and whether it asks for TLS"
        case _:
            return f"{place} cannot be reached ({error.strerror or type(error).__name__}): check the network"
