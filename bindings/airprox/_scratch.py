"""Room for what kernels write, kept by each thread: new arrays are slow to touch."""

import threading
from typing import Any

import numpy as np

from airprox_kernel.boxes import Places
from airprox_kernel.broad import Candidates
from airprox_kernel.job import Slabs
from airprox_kernel.pieces import piece_type
from airprox_kernel.probing import Meetings

from ._arrow import frozen

ROOM = 4096
"""Meetings, and pieces, that one call of a kernel may write."""


class Room:
    """Meetings as `find_meetings` writes them, which are the candidates of the narrow phase.

    Meeting k is candidate k: its own box is place k, the other one place ``size + k``, and it has
    a slab of its own.
    """

    def __init__(self, time: np.dtype[Any], size: int) -> None:
        number = np.arange(size, dtype=np.int32)
        self.candidates = Candidates(number, number + np.int32(size), number.copy())
        self.places = Places(np.zeros(2 * size, np.int32), np.zeros(2 * size, np.int64))
        start, end = np.zeros(size, time), np.zeros(size, time)
        self.meetings = Meetings(self.places, start, end)
        # Read-only, as those of a screening: the narrow phase is not compiled once more for these.
        self.slabs = Slabs(frozen(start), frozen(end))
        self.pieces = np.empty(size, piece_type(time))


class _Rooms(threading.local):
    """The rooms of a thread, by kind of time."""

    def __init__(self) -> None:
        self.by_time: dict[str, Room] = {}


_rooms = _Rooms()


def room_for(time: np.dtype[Any], least: int) -> Room:
    """Return this thread's room, for at least so many meetings."""
    room = _rooms.by_time.get(time.kind)
    if room is None or room.candidates.own.size < least:
        room = _rooms.by_time[time.kind] = Room(time, max(least, ROOM))
    return room
