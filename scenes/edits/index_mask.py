"""Which Gaussians an edit concerns: one bit each, so that a long history of edits stays small."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .json_fields import JsonFields

_ZLIB_OVERHEAD = 64  # bytes that deflate adds to noise, at the least; blocks of 16 KiB add five each


@dataclass(frozen=True, kw_only=True)
class IndexMask:
    """A set of Gaussians out of `count`; equal sets are equal values with equal hashes.

    Args:
        count: Number of Gaussians that the set is taken from.
        packed: `numpy.packbits` of the `count` booleans, the spare bits of the last byte 0.

    Raises:
        ValueError: `packed` has another length, or a spare bit is set.
    """

    count: int
    packed: bytes

    def __post_init__(self) -> None:
        """Check that there is one representation of each set only."""
        if self.count < 0 or len(self.packed) != _packed_size(self.count):
            raise ValueError(
                f"a mask of {self.count} Gaussians needs {_packed_size(max(self.count, 0))} bytes, "
                f"got {len(self.packed)}"
            )
        if self.packed and self.packed[-1] & _spare_bits(self.count):
            raise ValueError(f"the mask selects Gaussians beyond its count {self.count}")

    @classmethod
    def from_bool(cls, selected: NDArray[np.bool_]) -> IndexMask:
        """The Gaussians at which `selected [count]` is true.

        Raises:
            ValueError: `selected` is not a one-dimensional array of booleans.
        """
        if selected.ndim != 1 or selected.dtype != np.bool_:
            raise ValueError(f"selected must be bool [N], got {selected.dtype} {list(selected.shape)}")
        return cls(count=len(selected), packed=np.packbits(selected).tobytes())

    @classmethod
    def from_indices(cls, indices: ArrayLike, count: int) -> IndexMask:
        """The Gaussians at `indices [M]` (0 to `count` - 1, in any order) out of `count`.

        Raises:
            IndexError: An index is out of range.
        """
        selected = np.zeros(count, dtype=np.bool_)
        selected[np.asarray(indices, dtype=np.intp)] = True
        return cls.from_bool(selected)

    @classmethod
    def none(cls, count: int) -> IndexMask:
        """No Gaussian out of `count`."""
        return cls(count=count, packed=bytes(_packed_size(count)))

    @classmethod
    def all(cls, count: int) -> IndexMask:
        """All of `count` Gaussians."""
        return cls.none(count).inverted()

    @property
    def num_selected(self) -> int:
        """Number of Gaussians in the set."""
        return int.from_bytes(self.packed, "little").bit_count()

    def to_bool(self) -> NDArray[np.bool_]:
        """Whether each Gaussian is in the set, `[count]`."""
        return np.unpackbits(self._bytes(), count=self.count).view(np.bool_)

    def indices(self) -> NDArray[np.intp]:
        """The Gaussians of the set, ascending, `[num_selected]`."""
        return np.flatnonzero(self.to_bool())

    def union(self, other: IndexMask) -> IndexMask:
        """The Gaussians in either set.

        Raises:
            ValueError: The sets are taken from different numbers of Gaussians.
        """
        return self._with(self._bytes() | self._bytes_of(other))

    def intersection(self, other: IndexMask) -> IndexMask:
        """The Gaussians in both sets.

        Raises:
            ValueError: The sets are taken from different numbers of Gaussians.
        """
        return self._with(self._bytes() & self._bytes_of(other))

    def difference(self, other: IndexMask) -> IndexMask:
        """The Gaussians in this set and not in `other`.

        Raises:
            ValueError: The sets are taken from different numbers of Gaussians.
        """
        return self._with(self._bytes() & ~self._bytes_of(other))

    def inverted(self) -> IndexMask:
        """The Gaussians not in this set."""
        inverse = ~self._bytes()
        if self.count:
            inverse[-1] &= 0xFF ^ _spare_bits(self.count)
        return self._with(inverse)

    def grown(self, count: int) -> IndexMask:
        """The same Gaussians out of `count`, for a scene that got more of them at its end.

        Raises:
            ValueError: `count` is smaller than before.
        """
        if count < self.count:
            raise ValueError(f"a mask of {self.count} Gaussians cannot shrink to {count}")
        return IndexMask(count=count, packed=self.packed.ljust(_packed_size(count), b"\0"))

    def to_json(self) -> dict[str, object]:
        """Values for a JSON document: `count`, and `bits`, the packed bits deflated, in base64."""
        return {"count": self.count, "bits": base64.b64encode(zlib.compress(self.packed)).decode("ascii")}

    @classmethod
    def from_json(cls, fields: JsonFields, *, count: int) -> IndexMask:
        """The set that `to_json` wrote; no more memory is taken than `count` Gaussians need.

        Args:
            fields: The object.
            count: Number of Gaussians that the set must be taken from.

        Raises:
            RowsplatError: It is for another number of Gaussians, or damaged; names the field.
        """
        fields.refuse_others("count", "bits")
        if fields.whole("count", 0, 2**53) != count:
            problem = (
                f"expected {count}, the number of Gaussians at this step, found {fields.values['count']}"
            )
            raise fields.error("count", problem)
        try:
            return cls(count=count, packed=_inflated(fields.text("bits"), _packed_size(count)))
        except (ValueError, zlib.error, binascii.Error) as error:
            raise fields.error(
                "bits", f"expected {count} deflated bits in base64, found damage ({error})"
            ) from None

    def _bytes(self) -> NDArray[np.uint8]:
        """The packed bits as an array."""
        return np.frombuffer(self.packed, dtype=np.uint8)

    def _bytes_of(self, other: IndexMask) -> NDArray[np.uint8]:
        """The packed bits of a set from the same Gaussians."""
        if other.count != self.count:
            raise ValueError(f"masks must have one count, got {self.count} and {other.count}")
        return other._bytes()

    def _with(self, packed: NDArray[np.uint8]) -> IndexMask:
        """Another set from the same Gaussians."""
        return IndexMask(count=self.count, packed=packed.tobytes())


def _packed_size(count: int) -> int:
    """Bytes that `count` bits take."""
    return (count + 7) // 8


def _spare_bits(count: int) -> int:
    """The bits of the last byte that belong to no Gaussian."""
    return 0xFF >> (count % 8) if count % 8 else 0


def _inflated(text: str, size: int) -> bytes:
    """The `size` bytes that `text` holds, deflated and in base64."""
    longest = (size + size // 1024 + _ZLIB_OVERHEAD) * 4 // 3 + 4
    if len(text) > longest:
        raise ValueError(f"{len(text)} characters, at most {longest} fit")
    stream = zlib.decompressobj()
    data = stream.decompress(base64.b64decode(text, validate=True), size + 1)
    if len(data) != size or not stream.eof:
        raise ValueError(f"does not inflate to {size} bytes")
    return data
