"""Value: what a hyperparameter may be, in specs, runs, requests and records."""

Value = float | int | str | bool | None
