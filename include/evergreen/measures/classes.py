"""Classes as numbers, in one order for all who measure the same rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def class_numbers(labels: Sequence[object] | NDArray[np.generic], classes: Sequence[str]) -> NDArray[np.intp]:
    """The place of each label in ``classes``; -1 for one that is not there.

    >>> class_numbers(["b", "a", "x"], ["a", "b"])
    array([ 1,  0, -1])
    """
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place.get(str(name), -1) for name in labels], dtype=np.intp)
