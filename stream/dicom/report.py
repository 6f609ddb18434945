"""Measurements as a Structured Report: Comprehensive SR with the template TID 1500 (DICOM PS3.16, annex A)."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
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
    SourceImageForMeasurementGroup,
    TextContentItem,
    TimePointContext,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from stream.dicom.codes import COUNT, PERCENT, SCHEME_ITEM, code
from stream.dicom.common import PRODUCT, Identity, complete
from stream.dicom.study import study
from stream.dicom.subject import Station, Subject
from stream.dicom.times import date_time, moment, rfc3339
from stream.dicom.uids import series_uid, uid
from stream.protocol.readings import DensityReading
from stream.version import VERSION

_SERIES_NUMBER: Final = 101
_LONGEST_COMMENT: Final = 1000


def reading_report(reading: DensityReading, subject: Subject, station: Station) -> Dataset:
    """Return the report of one reading. A second one of the same reading is the same, to the byte.

    Density and its interval are in it only if the quality is good: what must not be acted on is no measurement.
    """
    session, number = reading.session, reading.seq + 1
    identity = Identity(
        study(session, subject),
        series_uid(session, "report"),
        uid(session, "report", number),
        number,
        reading.t_capture_ns,
        station,
    )
    group = _reading_group(reading, uid(session, "density"), rfc3339(reading.t_capture_ns))
    group[0].ObservationDateTime = date_time(reading.t_capture_ns)
    report = _report(identity, [group])
    del report.CurrentRequestedProcedureEvidenceSequence  # there is no image that it is made from
    return report


@dataclass(frozen=True, slots=True)
class FrameTotals:
    """A number of frames together. good_pct: the densities of those that are good, %."""

    name: str
    frames: int
    good_pct: Sequence[float]
    model_id: str


def totals_of(name: str, readings: Sequence[DensityReading]) -> FrameTotals:
    """Return readings together."""
    good = [one.density_pct for one in readings if one.quality == "good" and one.density_pct is not None]
    return FrameTotals(name, len(readings), good, next((one.model_id for one in readings if one.model_id), ""))


def clip_report(readings: Sequence[DensityReading], clip: Dataset, identity: Identity, *beside: FrameTotals) -> Dataset:
    """Return the report of a clip: groups of its frames together and of what stands beside it, and of each frame.

    clip: the object that the frames are in; reading n is that of its frame n + 1. beside: such as the whole session.
    """
    tracking = uid(identity.instance_uid, "density")
    groups = [_totals_group(one, uid(tracking, one.name)) for one in (*beside, totals_of("Whole clip", readings))]
    for number, reading in enumerate(readings, 1):
        image = SourceImageForMeasurementGroup(
            clip.SOPClassUID, clip.SOPInstanceUID, [number] if int(clip.get("NumberOfFrames") or 1) > 1 else None
        )
        groups.append(_reading_group(reading, tracking, f"{reading.time_s:.6f} s", [image]))
    return _report(identity, groups)


def _reading_group(
    reading: DensityReading,
    tracking_uid: str,
    time_point: str,
    images: Sequence[SourceImageForMeasurementGroup] | None = None,
) -> MeasurementsAndQualitativeEvaluations:
    group = _group(
        TrackingIdentifier(UID(tracking_uid), f"Capillary density of {reading.source}"),
        time_point,
        reading.model_id,
        _measurements(reading),
        [QualitativeEvaluation(code("quality"), code(reading.quality or "failed"))],
        images,
    )
    if reading.quality_reasons or reading.status == "failed":
        comment = "; ".join(reading.quality_reasons) or "the analysis of this frame failed"
        group[0].ContentSequence.append(
            TextContentItem(codes.DCM.Comment, comment[:_LONGEST_COMMENT], relationship_type="CONTAINS")
        )
    return group


def _measurements(reading: DensityReading) -> list[Measurement]:
    if reading.status != "ok" or reading.quality != "good":
        return []
    measured = _percents(
        {
            "density": reading.density_pct,
            "density-low": reading.density_low_pct,
            "density-high": reading.density_high_pct,
        }
    )
    if reading.capillary_count is not None:
        measured.append(Measurement(code("capillary-count"), reading.capillary_count, COUNT))
    return measured


def _totals_group(totals: FrameTotals, tracking_uid: str) -> MeasurementsAndQualitativeEvaluations:
    good = totals.good_pct
    measured = [
        Measurement(code("frames"), totals.frames, COUNT),
        Measurement(code("frames-good"), len(good), COUNT),
    ]
    if good:
        measured += _percents({"density-mean": fmean(good), "density-lowest": min(good), "density-highest": max(good)})
    tracking = TrackingIdentifier(UID(tracking_uid), totals.name)
    return _group(tracking, totals.name, totals.model_id, measured, None, None)


def _percents(values: dict[str, float | None]) -> list[Measurement]:
    return [Measurement(code(name), float(pct), PERCENT) for name, pct in values.items() if pct is not None]


def _group(
    tracking: TrackingIdentifier,
    time_point: str,
    model_id: str,
    measurements: Sequence[Measurement],
    evaluations: Sequence[QualitativeEvaluation] | None,
    images: Sequence[SourceImageForMeasurementGroup] | None,
) -> MeasurementsAndQualitativeEvaluations:
    """Return a measurement group (TID 1501)."""
    group: MeasurementsAndQualitativeEvaluations = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        time_point_context=TimePointContext(time_point),
        algorithm_id=AlgorithmIdentification(PRODUCT, VERSION, parameters=[f"model {model_id or 'unknown'}"]),
        measurements=measurements or None,
        qualitative_evaluations=evaluations,
        source_images=images,
    )
    return group


def _report(identity: Identity, groups: Sequence[MeasurementsAndQualitativeEvaluations]) -> Dataset:
    """Return the document around measurement groups, of which there is at least one."""
    at = moment(identity.t_ns)
    first, *others = groups
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_observer(identity.station)),
        procedure_reported=code("capillary-monitoring"),
        imaging_measurements=[first],
        title=codes.DCM.ImagingMeasurementReport,
    )
    document: Dataset = ComprehensiveSR(
        evidence=[identity.study],
        content=content,
        series_instance_uid=identity.series_uid,
        series_number=_SERIES_NUMBER,
        sop_instance_uid=identity.instance_uid,
        instance_number=identity.number,
        manufacturer=PRODUCT,
        is_complete=True,
        is_final=True,
        coding_schemes=[SCHEME_ITEM],
        content_date=at.date(),
        content_time=at.time(),
        series_description="Capillary density",
    )
    measurements = content[0].ContentSequence[-1].ContentSequence
    for group in others:  # only now: what a document is made of is copied, and searched several times
        measurements.extend(group)
    complete(document, identity)
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
