"""What holds for every record: JSON both ways, one layout for ever, and refusals that show no data."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.core.errors import IntegrityError
from evergreen.records.base import Record

from .samples import anything, example, record_classes

CLASSES = record_classes()

# Digests of one fixed example of each record. Journals and buckets hold such bytes: a digest that changes here orphans
# them. A new layout is a new SCHEMA_VERSION that reads the old one.
GOLDEN: dict[str, str] = {
    "Account": "d69478aa1f71c6972c3a3c6393c90f7fd24121d81383e2b055cae3485086dba8",
    "Alert": "21ef4133abd07331e63c5603e671d1311dea19eb0efaf48b0c4ac1b6d9c52d69",
    "AlertBook": "3916b686716df09a1cd84b1a808ea35c3ce979f48708972e2e358798a4b65cc4",
    "Answer": "530dee12656c94d139c27c8c6da139234fe521c22902ad4c55a57d5e74e297fe",
    "Approval": "b2246cdfadef0c4b74c6184e30e9dcf68f857286b6c973c23cf5dc3abb1d298a",
    "Calibration": "3c2d19f88d407bae26b16a60b9a33e0a064a28be8c0997cd6837af346fcdccfd",
    "Candidate": "97e844e799b2568a288df47881504372f5d2b1c9504925d12de40fc47694a950",
    "Card": "19d29754b8bed34b1cf1f68992dca5d97ba19b8be9d46f6203dadd78e0526758",
    "Delegation": "63e6cf6c11d7c6d2adb5aff8090ff3dcff9315797c386323153d765b2f056b73",
    "Discrepancy": "b4ec618adc9f41a9212a550ce41f90d1b79c895216d494661a58c40ad42d043f",
    "DriftReport": "ab1af50738cbeaa33eb25553eaeaff2ea6f8e612154614584c9d062840fa16ef",
    "Evaluation": "e2f866be82027815128beb2e2885231494214ec0b55012e90fb7eb4a0da43677",
    "Evidence": "285d7be96cb5f8ed9eb4f2a4debc022b77169db52d150aee7dad5c53633f6695",
    "Forget": "049f4181e4236ee43ada179afb1089876e7083c5fa846fd03d4984817cafcb8e",
    "Freeze": "d55417875b82c52c7c8044c14f120e607c51af56aa7d325c21a2a67dcb3a1545",
    "Impact": "0570d9642b0129c8fbf488e5851777c2fce4dee274e86e1d727981593d9dc9ac",
    "Importances": "7e8c92defc3e1fa6293a0b6974a8993288eba8d3521f38b6d4802c2077aab46c",
    "Inspection": "4ff00527290b07c07cea71935730e1cec3c2c820cce77be8fcfa3a4e3340cf37",
    "Layout": "8c4e521a136dacf4166971803f74abdbba0d7d6e50e9456865a7bd9827cd9eec",
    "Lift": "d55417875b82c52c7c8044c14f120e607c51af56aa7d325c21a2a67dcb3a1545",
    "Lineage": "accdde4936a313aa4b4639dde3c38f6e235dd53c23e5c1c39eb399b369a503be",
    "Looked": "95404cb7396fb9e163c4c271da846be2e6173255a6a567d71cde68900f8e44af",
    "ModelPackage": "f0e33fbd7d8fcd6120f15f005ce30708d893718b00630201e43576c29aa86395",
    "MonitorReport": "4acf2510b20b78424f8ee67b113af81593402c30097015251e71f6a3245837c0",
    "PerformanceReport": "d0b397a02798bee7942fd893e8c36f4d7753239de3170baca153d09c398cb6c3",
    "Promotion": "2aac592e585c51b4dc3d2a36fbf4f322e5ecff4f3a54f6224b21f3f681e85bbe",
    "PromotionRequest": "694adcd9073289fe506025703293a89e07eea6e56a1e8d515ecad2b2c2c37044",
    "Question": "a159a29cfedebd3fed2b554d25ae90a9b05cbdc30a8120dd63b03ad96df8b390",
    "Refit": "7a90e6db87b425bf5523a3b0acc31d1479ae54325dd8fd22c2899cb639429618",
    "Release": "8c1ec06de59f813eceffadc808997999de50bbf9bc3e0abeaf1223d72f8b282a",
    "Report": "d7bde26a47a8d3b6bb1ca3de2448d2b7284a4b412ecd3117c4686b5987475398",
    "Reproduction": "faa9d4412c03bb433654c5a347d53d9faf23f813c64e3926fecc9b15e3f71a6b",
    "RetrainRequest": "48b30de4b2e7cfaeb7153ed7d7d2a0783fa1beff1f91edf612ab4c4ceb3e6603",
    "Rollback": "d799786451685f0afeb248781d4b37e137dfec84a17d8bc2dd5198c346170721",
    "Run": "85749ea55bc1addf6fbb9993b142b9f834af755bebeef241cf34c2d3975e7176",
    "Snapshot": "8b68f5a73405ecd7d8fa5f71777f7228ed172754d431fd20227637c8eb62e1a0",
    "Split": "213a340f26a29c5d9786af82fc7e63b29dc9fdf7c84fb4f1f9490339d50a0b2a",
    "Superseded": "410092ba993f6cb68e4cc36f605dc47f927bea265e56c0313e2c52c75b7c458d",
    "ValidationReport": "66cad1132b80577eb3bcee58827b5d962371a55be3b5ef7b8b15b210339f313a",
    "Verdict": "c28b0152612a40dfec6e868204da19f77d24e175591051d02efd871c8daff879",
    "Version": "b10cd57f39fc4cb57f8479259df23e82a3db3cbea64ce3eda03be80456344d68",
    "Watched": "2b61a9cd8e7f25d002f0d83b33954c89705d265267f052ddf6f82df9ee72cae9",
}

every_record = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@every_record
@given(data=st.data())
@settings(max_examples=10)
def test_a_record_survives_json(cls: type[Record], data: st.DataObject) -> None:
    record: Record = data.draw(anything(cls))
    again = cls.from_json(record.to_json())
    assert again == record
    assert again.to_json() == record.to_json()
    assert again.digest == record.digest
    assert json.loads(record.to_json()) == record.to_dict()


@every_record
def test_the_layout_of_a_record_stays(cls: type[Record]) -> None:
    assert example(cls).digest == GOLDEN[cls.__name__]


def test_no_record_is_forgotten() -> None:
    assert list(GOLDEN) == [cls.__name__ for cls in CLASSES]


@every_record
def test_a_record_is_immutable(cls: type[Record]) -> None:
    record = example(cls)
    with pytest.raises(FrozenInstanceError):
        record.schema_version = 2


@every_record
@pytest.mark.parametrize("changes", [{}, {"model": {}, "new": "field"}], ids=["same fields", "other fields"])
def test_a_newer_record_is_refused(cls: type[Record], changes: dict[str, Any]) -> None:
    newer = {**example(cls).to_dict(), **changes, "schema_version": cls.SCHEMA_VERSION + 1}
    with pytest.raises(
        IntegrityError, match=f"A {cls.__name__} record of version {newer['schema_version']}; this release reads"
    ):
        cls.from_json(json.dumps(newer).encode())


@every_record
def test_a_missing_field_is_named(cls: type[Record]) -> None:
    less = example(cls).to_dict()
    del less["model"]
    with pytest.raises(IntegrityError, match=f"Not a {cls.__name__} record: model: Field required"):
        cls.from_json(json.dumps(less).encode())


@every_record
@pytest.mark.parametrize(
    "garbage",
    [b"", b"null", b"[]", b"\xff\xfe", b'{"model": ', b'"secret-4711"', b'{"model": {"secret-4711": "secret-4711"}}',
     b"[" * 5_000, json.dumps({f"secret-4711-{i}": "x" * 1_000 for i in range(100)}).encode()],
    ids=range(9),
)  # fmt: skip
def test_garbage_is_refused_without_showing_it(cls: type[Record], garbage: bytes) -> None:
    with pytest.raises(IntegrityError) as caught:
        cls.from_json(garbage)
    assert str(caught.value).startswith(f"Not a {cls.__name__} record: ")
    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 1_200


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        CLASSES[0].from_json(data)


def test_a_record_of_another_digest_is_another_record() -> None:
    one = example(CLASSES[0])
    assert replace(one, model="other").digest != one.digest
