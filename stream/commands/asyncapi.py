"""The AsyncAPI document of what is published on ZeroMQ, from the types of the messages. Pure.

`python -m stream.commands.api_doc` writes it to docs/asyncapi.json; its messages refer to the schemas beside it.
"""

from typing import Any, Final

from stream.commands.protocol_doc import PUBLISHED
from stream.config.sections import PublishConfig
from stream.protocol.types import PROTOCOL_VERSION
from stream.version import VERSION

_DESCRIPTION: Final = (
    "A ZeroMQ PUB socket. A message has two parts: the address of its channel as text (the topic), and one map in "
    "msgpack with text keys, whose schema is the payload here. `v` is the protocol's version, now {version}. Ignore "
    "keys that you do not know. docs/protocol.md says how to know whether a value is current, docs/integration.md how "
    "to begin. What was published before you came: `/api/readings` in openapi.json."
)
_SECURITY: Final = "beyond this machine: CURVE of ZeroMQ, with keys of both sides; see docs/security.md"


def asyncapi() -> dict[str, Any]:
    """Return the document, in AsyncAPI 3.0."""
    kinds = [(topic.partition(".")[0], topic, when) for topic, _, when in PUBLISHED]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Capillary Stream: the feed",
            "version": VERSION,
            "description": _DESCRIPTION.format(version=PROTOCOL_VERSION),
        },
        "defaultContentType": "application/msgpack",
        "servers": {
            "local": {
                "host": PublishConfig().endpoint.removeprefix("tcp://"),
                "protocol": "zmtp",
                "protocolVersion": "3.1",
                "description": f"`publish.endpoint`; {_SECURITY}",
            }
        },
        "channels": {kind: _channel(kind, topic, when) for kind, topic, when in kinds},
        "operations": {
            f"publish-{kind}": {"action": "send", "channel": {"$ref": f"#/channels/{kind}"}, "summary": when}
            for kind, _, when in kinds
        },
        "components": {
            "messages": {
                kind: {
                    "name": kind,
                    "payload": {
                        "schemaFormat": "application/schema+json;version=draft-07",
                        "schema": {"$ref": f"schema/{kind}.json"},
                    },
                }
                for kind, _, _ in kinds
            }
        },
    }


def _channel(kind: str, topic: str, when: str) -> dict[str, Any]:
    return {
        "address": topic.replace("<", "{").replace(">", "}"),
        "description": when,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
        "parameters": {"source": {"description": "short name of the source; `none` while there is none"}},
    }
