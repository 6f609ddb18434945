"""`run_stream.py serve`: analyse what other programs push. Loads what it needs when it runs."""

from pathlib import Path
from typing import Any

import click

from stream.config.parts import Parts


@click.group()
def serve() -> None:
    """Analyse what other programs push, and send the results back."""


@serve.command("dicom")
@click.option("--from", "callers", metavar="AE", multiple=True, help="An AE title that may push; default: all.")
@click.option("--to", metavar="OUTLET", help="The DICOM outlet that gets the results. Default: the only one.")
@click.option("--aet", default="CAPILLARY", show_default=True, help="AE title of this service.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need TLS.")
@click.option("--port", default=11112, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--certificate", type=click.Path(), help="DICOM over TLS: this service's certificate, PEM.")
@click.option("--key", type=click.Path(), help="Its private key, PEM.")
@click.option("--ca", type=click.Path(), help="Who signed the certificates of those that push, PEM.")
@click.option("--inbox", type=click.Path(path_type=Path), help="Private folder of what is not answered yet.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one per core.")
@click.pass_obj
def dicom(parts: Parts, /, to: str | None, workers: int | None, **given: Any) -> None:
    """Take pictures and cines by C-STORE, analyse them as `replay` does, and store report and overlay elsewhere.

    An object is acknowledged when it is on disk, and is kept until its results are stored, over restarts too. Ctrl-C
    ends.
    """
    from stream.outlets.dicom.installed import need_dicom

    need_dicom()
    from stream.serving.receiver import dicom_outlet
    from stream.serving.service import ServiceOptions, serve_dicom

    config = parts.load("replay.toml", {"workers.count": workers})
    serve_dicom(parts, config, ServiceOptions(**given), dicom_outlet(config, to))
