"""`run_stream.py worklist`: the examinations that are to come. Loads what it needs when it runs."""

import click

from stream.config.parts import Parts


@click.command()
@click.option("--from", "outlet", metavar="OUTLET", help="The DICOM outlet with the worklist. Default: the only one.")
@click.pass_obj
def worklist(parts: Parts, outlet: str | None) -> None:
    """Print the examinations of the hospital's worklist: accession number, begin, patient, what is to be done.

    `live SOURCE --worklist ACCESSION` begins a session for one of them.
    """
    from stream.console.text import plain
    from stream.outlets.dicom.installed import need_dicom

    need_dicom()
    from stream.outlets.dicom.worklist import examinations
    from stream.serving.receiver import dicom_outlet

    for one in examinations(dicom_outlet(parts.load("default.toml", {}), outlet)):
        whom = f"{one.subject.patient_name} ({one.subject.patient_id})"
        print("\t".join(map(plain, (one.subject.accession_number or "-", one.begins or "-", whom, one.description))))
