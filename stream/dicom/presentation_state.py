"""Outlines over a clip as a presentation state: a viewer draws them over the clip's own frames, or leaves them out."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from highdicom.color import CIELabColor
from highdicom.pr import ColorSoftcopyPresentationState, GraphicAnnotation, GraphicLayer, GraphicObject
from PIL import ImageCms
from pydicom.dataset import Dataset

from stream.dicom.common import PRODUCT, Identity, complete
from stream.protocol.outlines import points
from stream.protocol.readings import DensityReading, RegionOutline
from stream.version import VERSION

_SERIES_NUMBER: Final = 104
_GREEN: Final = CIELabColor(75, -55, 45)
_DEVICE_CLASS: Final = slice(12, 16)  # of an ICC profile (ICC.1, 7.2.5)


def outlines(readings: Sequence[DensityReading], clip: Dataset, identity: Identity) -> Dataset | None:
    """Return the outlines of capillaries over a clip, reading n over its frame n + 1; None if there are none."""
    layer = GraphicLayer("CAPILLARIES", 1, "Capillaries", display_color=_GREEN)
    annotations = [
        GraphicAnnotation(
            referenced_images=[clip],
            graphic_layer=layer,
            referenced_frame_number=number if len(readings) > 1 else None,
            graphic_objects=[_closed(outline) for outline in reading.regions],
        )
        for number, reading in enumerate(readings, 1)
        if reading.regions
    ]
    if not annotations:
        return None
    made: Dataset = ColorSoftcopyPresentationState(
        referenced_images=[clip],
        series_instance_uid=identity.series_uid,
        series_number=_SERIES_NUMBER,
        sop_instance_uid=identity.instance_uid,
        instance_number=identity.number,
        manufacturer=PRODUCT,
        manufacturer_model_name=PRODUCT,
        software_versions=VERSION,
        device_serial_number=VERSION,
        content_label="CAPILLARIES",
        content_description="Capillaries outlined",
        graphic_annotations=annotations,
        graphic_layers=[layer],
        icc_profile=_srgb(),
    )
    made.Laterality = None
    complete(made, identity)
    made.PresentationCreationDate, made.PresentationCreationTime = made.ContentDate, made.ContentTime
    del made.ContentDate, made.ContentTime  # a presentation state has its own
    return made


def _closed(outline: RegionOutline) -> GraphicObject:
    """Return an outline as a closed line. The middle of the first pixel is 0.5, 0.5 (PS3.3, C.10.5.1.2)."""
    corners = points(outline)
    return GraphicObject("POLYLINE", np.vstack([corners, corners[:1]]) + 0.5, units="PIXEL")


def _srgb() -> bytes:
    """Return the profile of sRGB for pictures that come in: of those for screens it differs in its class alone."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DEVICE_CLASS] = b"scnr"
    return bytes(profile)
