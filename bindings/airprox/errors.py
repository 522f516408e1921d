"""Every error the library raises: one tree, so that one `except AirproxError` catches them all."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .receipt import Receipt


class AirproxError(Exception):
    """Base of all errors that airprox raises on purpose."""


class InvalidTrajectories(AirproxError, ValueError):
    """A trajectory breaks a rule: the message names the rule, the value, the row and the id."""


class InvalidMinima(AirproxError):
    """Separation minima that no screening can use, such as a negative distance."""


class UnitsError(AirproxError):
    """A unit is missing, unknown, or contradicts a preset or the metadata of a column."""


class SchemaError(AirproxError):
    """Columns or arguments do not say what they must: one is missing, ambiguous or unusable."""


class SchemaTypeError(SchemaError, TypeError):
    """A `SchemaError` about a type: of a column, or of an argument."""


class TooManyEncounters(AirproxError):
    """More encounters than `max_encounters`: a part is never passed off as the whole."""


class TooManyPairs(AirproxError):
    """More pairs than `max_pairs`."""


class VerificationFailed(AirproxError):
    """A search and the exact test of pairs without one differ: a defect of airprox itself."""


class Cancelled(AirproxError):
    """The caller's event stopped the work; `receipt` tells what had been done until then."""

    def __init__(self, message: str, receipt: "Receipt | None" = None) -> None:
        super().__init__(message)
        self.receipt = receipt


class SampleError(AirproxError):
    """A recorded sample is unknown, or cannot be fetched or read."""


class InvalidParts(AirproxError, ValueError):
    """Parts of a distributed screening that are torn, foreign, contradictory or not all there."""
