"""Advisories in OSV format: which versions they name. The texts are those of real ones, shortened to their fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from evergreen.core.errors import InputError
from evergreen.gates.osv import held_against, read
from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import Advisories

from .conftest import outcome

REQUESTS: dict[str, Any] = {
    "schema_version": "1.4.0",
    "id": "GHSA-9wx4-h78v-vm56",
    "modified": "2024-05-20T22:07:29Z",
    "published": "2024-05-20T20:15:00Z",
    "aliases": ["CVE-2024-35195"],
    "summary": "Requests `Session` object does not verify requests after making first request with verify=False",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "requests"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.32.2"}]}],
            "database_specific": {"last_known_affected_version_range": "< 2.32.0"},
        }
    ],
}
URLLIB3: dict[str, Any] = {
    "id": "PYSEC-2023-212",
    "modified": "2023-10-25T18:28:34.811764Z",
    "aliases": ["CVE-2023-45803", "GHSA-g4mx-q9vg-27p4"],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "urllib3", "purl": "pkg:pypi/urllib3"},
            "ranges": [
                {
                    "type": "GIT",
                    "repo": "https://github.com/urllib3/urllib3",
                    "events": [{"introduced": "0"}, {"fixed": "4e98d57809dacab1cbe625fddeec1a290c478ea9"}],
                },
                {
                    "type": "ECOSYSTEM",
                    "events": [{"introduced": "2.0.0"}, {"fixed": "2.0.7"}, {"introduced": "0"}, {"fixed": "1.26.18"}],
                },
            ],
            "versions": ["1.26.17", "2.0.6"],
        }
    ],
}
PY: dict[str, Any] = {
    "id": "PYSEC-2022-42969",
    "modified": "2022-11-04T11:00:00Z",
    "aliases": ["CVE-2022-42969", "GHSA-w596-4wvx-j9j6"],
    "affected": [
        {
            "package": {"name": "py", "ecosystem": "PyPI", "purl": "pkg:pypi/py"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1.11.0"}]}],
            "versions": ["0.8.0-alpha2", "1.4.7.dev3", "1.11.0"],
        }
    ],
}


def folder(tmp_path: Path, *advisories: dict[str, Any]) -> Path:
    for number, advisory in enumerate(advisories):
        (tmp_path / f"{number}.json").write_text(json.dumps(advisory))
    return tmp_path


@pytest.mark.parametrize(
    ("advisory", "package", "version", "fixed"),
    [
        (REQUESTS, "requests", "2.31.0", "2.32.2"),
        (REQUESTS, "Requests", "2.32.2rc1", "2.32.2"),
        (URLLIB3, "urllib3", "1.26.17", "1.26.18"),
        (URLLIB3, "urllib3", "2.0.6", "2.0.7"),
        (PY, "py", "1.11.0", None),
        (PY, "py", "0.8.0a2", None),
    ],
)
def test_an_affected_pin_is_found(
    tmp_path: Path, advisory: dict[str, Any], package: str, version: str, fixed: str | None
) -> None:
    (finding,) = held_against(read(folder(tmp_path, advisory)), {package: version}).findings
    assert (finding.id, finding.package, finding.version, finding.fixed) == (
        advisory["id"],
        package.lower(),
        version,
        fixed,
    )


@pytest.mark.parametrize(
    ("advisory", "package", "version"),
    [
        (REQUESTS, "requests", "2.32.2"),
        (REQUESTS, "requests-oauthlib", "1.0"),
        (URLLIB3, "urllib3", "1.26.18"),
        (URLLIB3, "urllib3", "2.2.1"),
        (PY, "py", "1.11.1"),
    ],
)
def test_a_pin_that_is_not_affected_is_left_alone(
    tmp_path: Path, advisory: dict[str, Any], package: str, version: str
) -> None:
    assert held_against(read(folder(tmp_path, advisory)), {package: version}).findings == ()


def test_a_withdrawn_advisory_and_another_ecosystem_do_not_count(tmp_path: Path) -> None:
    withdrawn = REQUESTS | {"withdrawn": "2024-06-01T00:00:00Z"}
    affected = REQUESTS["affected"][0]
    elsewhere = REQUESTS | {"affected": [affected | {"package": {"ecosystem": "npm", "name": "requests"}}]}
    found = held_against(read(folder(tmp_path, withdrawn, elsewhere)), {"requests": "2.31.0"})
    assert (found.read, found.findings, found.newest) == (0, (), None)


def test_two_advisories_of_one_vulnerability_are_one_finding(tmp_path: Path) -> None:
    twin = URLLIB3 | {"id": "GHSA-g4mx-q9vg-27p4", "aliases": ["CVE-2023-45803"]}
    found = held_against(read(folder(tmp_path, URLLIB3, twin)), {"urllib3": "2.0.6"})
    assert (found.read, len(found.findings)) == (2, 1)


def test_what_cannot_be_compared_counts_as_affected(tmp_path: Path) -> None:
    found = held_against(read(folder(tmp_path, REQUESTS)), {"requests": "2.32-of-the-vendor"})
    assert len(found.findings) == 1


@pytest.mark.parametrize(("text", "words"), [('{"PyPI": ', "the file"), ('{"id": "x", "PyPI": 1}', "modified")])
def test_a_file_that_is_no_advisory_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(InputError, match=rf"broken\.json: is no advisory in OSV format: {words}"):
        read(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="EVERGREEN_ADVISORIES"):
        read(tmp_path / "none")


RULE = Advisories(rule="advisories")


def test_a_known_vulnerability_blocks_until_it_is_accepted(tmp_path: Path) -> None:
    found = held_against(read(folder(tmp_path, REQUESTS, PY)), {"requests": "2.31.0", "numpy": "2.0.0"})
    blocked = outcome(RULE, advisories=found)
    assert (blocked.judgement, blocked.value, blocked.refuses) == (Judgement.FAIL, 1, True)
    assert blocked.sentence == (
        "2 advisories, the newest of 2024-05-20 were held against 2 packages; "
        "requests 2.31.0 has GHSA-9wx4-h78v-vm56 (mended in 2.32.2)."
    )
    accepted = outcome(RULE.model_copy(update={"accepted": ("CVE-2024-35195",)}), advisories=found)
    assert (accepted.judgement, "all 1 found are accepted" in accepted.sentence) == (Judgement.PASS, True)


def test_a_sound_environment_passes(tmp_path: Path) -> None:
    found = held_against(read(folder(tmp_path, REQUESTS)), {"requests": "2.32.3"})
    assert outcome(RULE, advisories=found).judgement is Judgement.PASS


def test_nothing_to_look_in_and_nothing_to_look_at_are_no_pass(tmp_path: Path) -> None:
    assert "EVERGREEN_ADVISORIES" in outcome(RULE, advisories=None).sentence
    bare = held_against(read(folder(tmp_path, REQUESTS)), {})
    assert {outcome(RULE, advisories=a).judgement for a in (None, bare)} == {Judgement.NOT_JUDGED}
