"""Classes as numbers, in one order for all who measure the same rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evergreen.stats.bootstrap import Floats


def class_numbers(labels: Sequence[object] | NDArray[np.generic], classes: Sequence[str]) -> NDArray[np.intp]:
    """The place of each label in ``classes``; -1 for one that is not there.

    >>> class_numbers(["b", "a", "x"], ["a", "b"])
    array([ 1,  0, -1])
    """
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place.get(str(name), -1) for name in labels], dtype=np.intp)


def aligned(scores: Floats, known: Sequence[str], classes: Sequence[str]) -> Floats:
    """Scores of the classes ``known``, (n, k), as those of ``classes``; one that is not known gets probability 0.

    >>> aligned(np.array([[0.3, 0.7]]), ["a", "b"], ["b", "c", "a"])
    array([[0.7, 0. , 0.3]])
    """
    place = class_numbers(known, classes)
    found = np.zeros((len(scores), len(classes)))
    found[:, place[place >= 0]] = scores[:, place >= 0]
    return found
