"""Nothing is heard in a hush, and everything after it."""

import logging
import sys

import pytest

from evergreen_airflow.hooks.hush import hushed


def test_no_logger_is_heard_and_status_codes_are_handed_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with hushed() as codes:
        for name in ("apprise", "urllib3.connectionpool", "made.just.now", ""):
            logging.getLogger(name).critical("https://host/pw-4711: error=%s.", 503)
        logging.getLogger("apprise").warning("%d words too few", "pw-4711")
    assert codes == ["503"] * 4
    assert not caplog.records
    logging.getLogger("apprise").warning("heard again")
    assert [record.getMessage() for record in caplog.records] == ["heard again"]


def test_a_handler_without_a_level_and_the_last_resort_hear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("alone")
    logger.propagate = False  # its records would go to the last resort
    with hushed():
        logger.error("pw-4711")
        logger.addHandler(handler := logging.StreamHandler(sys.stdout))
        logger.error("pw-4711")
        logger.removeHandler(handler)
    assert capsys.readouterr() == ("", "")


def test_loggers_are_heard_again_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="broken"), hushed():
        raise ValueError("broken")
    logging.getLogger("apprise").error("heard")
    assert len(caplog.records) == 1
