"""The tasks of ``retrain__<model>``, as tests of its file, its runs and its page expect them."""

CHAIN = [
    "snapshot",
    "validate",
    "split",
    "train",
    "register",
    "package",
    "evaluate",
    "gate",
    "refit",
    "card",
    "reference",
    "report",
    "release",
]
