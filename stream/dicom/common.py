"""What all objects that are made here have in common: identifiers, equipment, and UTC."""

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from stream.dicom.subject import Station
from stream.dicom.times import OFFSET, date_time, moment
from stream.version import VERSION

PRODUCT: Final = "Capillary Stream"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an object is called, and what it belongs to.

    study: patient and study, and the object that this one is made from (`stream.dicom.study`). number: in its series,
    from 1. t_ns: the moment that it is about, UTC.
    """

    study: Dataset
    series_uid: str
    instance_uid: str
    number: int
    t_ns: int
    station: Station


def complete(made: Dataset, identity: Identity) -> None:
    """Say which equipment made the object, and when: nothing in it depends on the clock of this moment."""
    station, at = identity.station, moment(identity.t_ns)
    made.Manufacturer = made.ManufacturerModelName = PRODUCT
    made.SoftwareVersions = VERSION
    made.DeviceSerialNumber = station.serial_number or VERSION
    made.StationName = station.name or None
    if station.institution:
        made.InstitutionName = station.institution
    made.TimezoneOffsetFromUTC = OFFSET
    made.ContentDate = made.InstanceCreationDate = f"{at:%Y%m%d}"
    made.ContentTime = made.InstanceCreationTime = f"{at:%H%M%S.%f}"
    for equipment in made.get("ContributingEquipmentSequence", ()):
        equipment.ContributionDateTime = date_time(identity.t_ns)
