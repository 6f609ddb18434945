"""Measurements as a Structured Report: Comprehensive SR with the template TID 1500 (DICOM PS3.16, annex A)."""

from collections.abc import Sequence
from typing import Final

from highdicom import UID
from highdicom.sr import (
    AlgorithmIdentification,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    TextContentItem,
    TimePointContext,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from stream.dicom.codes import COUNT, PERCENT, SCHEME_ITEM, code
from stream.dicom.study import study
from stream.dicom.subject import Station, Subject
from stream.dicom.times import OFFSET, date_time, moment, rfc3339
from stream.dicom.uids import series_uid, uid
from stream.protocol.readings import DensityReading
from stream.version import VERSION

PRODUCT: Final = "Capillary Stream"
_SERIES_NUMBER: Final = 1
_LONGEST_COMMENT: Final = 1000


def reading_report(reading: DensityReading, subject: Subject, station: Station) -> Dataset:
    """Return the report of one reading. A second one of the same reading is the same, to the byte.

    Density and its interval are in it only if the quality is good: what must not be acted on is no measurement.
    """
    group = _group(
        reading.session,
        f"Capillary density of {reading.source}",
        reading.model_id,
        reading.t_capture_ns,
        _measurements(reading),
        [QualitativeEvaluation(code("quality"), code(reading.quality or "failed"))],
    )
    if reading.quality_reasons or reading.error:
        comment = "; ".join(reading.quality_reasons) or "the analysis of this frame failed"
        group[0].ContentSequence.append(
            TextContentItem(codes.DCM.Comment, comment[:_LONGEST_COMMENT], relationship_type="CONTAINS")
        )
    return _document(reading.session, reading.seq + 1, reading.t_capture_ns, group, subject, station)


def _measurements(reading: DensityReading) -> list[Measurement]:
    if reading.status != "ok" or reading.quality != "good":
        return []
    percents = {
        "density": reading.density_pct,
        "density-low": reading.density_low_pct,
        "density-high": reading.density_high_pct,
    }
    measured = [Measurement(code(name), float(pct), PERCENT) for name, pct in percents.items() if pct is not None]
    if reading.capillary_count is not None:
        measured.append(Measurement(code("capillary-count"), reading.capillary_count, COUNT))
    return measured


def _group(
    session: str,
    what: str,
    model_id: str,
    t_ns: int,
    measurements: Sequence[Measurement],
    evaluations: Sequence[QualitativeEvaluation],
) -> MeasurementsAndQualitativeEvaluations:
    """Return a measurement group (TID 1501). t_ns: the moment that it is about."""
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(UID(uid(session, "density")), what),
        time_point_context=TimePointContext(rfc3339(t_ns)),
        algorithm_id=AlgorithmIdentification(PRODUCT, VERSION, parameters=[f"model {model_id or 'unknown'}"]),
        measurements=measurements or None,
        qualitative_evaluations=evaluations,
    )
    group[0].ObservationDateTime = date_time(t_ns)
    return group


def _document(
    session: str,
    number: int,
    t_ns: int,
    group: MeasurementsAndQualitativeEvaluations,
    subject: Subject,
    station: Station,
) -> Dataset:
    """Return the document around a group. number: from 1, of the report in its series."""
    at = moment(t_ns)
    document: Dataset = ComprehensiveSR(
        evidence=[study(session, subject)],
        content=MeasurementReport(
            observation_context=ObservationContext(observer_device_context=_observer(station)),
            procedure_reported=code("capillary-monitoring"),
            imaging_measurements=[group],
            title=codes.DCM.ImagingMeasurementReport,
        ),
        series_instance_uid=series_uid(session, "report"),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=uid(session, "report", number),
        instance_number=number,
        manufacturer=PRODUCT,
        manufacturer_model_name=PRODUCT,
        software_versions=VERSION,
        device_serial_number=station.serial_number or None,
        institution_name=station.institution or None,
        is_complete=True,
        is_final=True,
        coding_schemes=[SCHEME_ITEM],
        content_date=at.date(),
        content_time=at.time(),
        series_description="Capillary density",
    )
    del document.CurrentRequestedProcedureEvidenceSequence  # there is no image that it is made from
    document.TimezoneOffsetFromUTC = OFFSET
    document.InstanceCreationDate, document.InstanceCreationTime = document.ContentDate, document.ContentTime
    for equipment in document.ContributingEquipmentSequence:
        equipment.ContributionDateTime = date_time(t_ns)
    document.StationName = station.name or None
    return document


def _observer(station: Station) -> ObserverContext:
    device = DeviceObserverIdentifyingAttributes(
        UID(uid("device", station.institution, station.name, station.serial_number)),
        name=station.name or PRODUCT,
        manufacturer_name=PRODUCT,
        model_name=f"{PRODUCT} {VERSION}",
        serial_number=station.serial_number or None,
    )
    return ObserverContext(codes.DCM.Device, device)
