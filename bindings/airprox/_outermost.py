"""Minima that depend on the altitude, as closest approaches take them."""

import numpy as np

from airprox_kernel.bands import Bands
from airprox_kernel.job import Job
from airprox_kernel.uncertain import Radii
from airprox_kernel.varying import Variations

from ._arrow import frozen
from ._job import NOTHING, Case


def bands_of(case: Case) -> Variations | None:
    """Return the bands of altitude, for trajectories as they are given; None if there are none."""
    varied = case.variations
    if varied is None or not (varied.bands.last > varied.bands.first).any():
        return None
    nothing = Radii(NOTHING, NOTHING)
    return varied._replace(own_radii=nothing, other_radii=nothing, uncertain=False)


def outermost(job: Job, bands: Bands) -> Job:
    """Return the job with the largest vertical minimum that the bands of each pair have."""
    steps = zip(bands.first.ravel().tolist(), bands.last.ravel().tolist(), strict=True)
    largest = [float(bands.vertical[first : last + 1].max()) for first, last in steps]
    vertical = frozen(np.reshape(largest, bands.first.shape))
    return job._replace(limits=job.limits._replace(vertical=vertical))
