"""Names become the ids of the login in use."""

from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException

from evergreen_airflow.ui import people


class _Fab:
    """As the FAB login: numbers for ids, and its tables only within its Flask application."""

    def __init__(self) -> None:
        self.flask_app = SimpleNamespace(app_context=self._enter)
        self.security_manager = SimpleNamespace(find_user=self._find)
        self._entered = False

    def _enter(self) -> AbstractContextManager[None]:
        self._entered = True
        return nullcontext()

    def _find(self, username: str) -> Any:
        assert self._entered
        known = {"ada": ("7", True), "bob": ("8", False)}
        if username not in known:
            return None
        number, active = known[username]
        return SimpleNamespace(get_id=lambda: number, is_active=active)


class _Simple:
    """As the simple login: a list of users, whose ids are their names."""

    def get_users(self) -> list[Any]:
        return [SimpleNamespace(get_id=lambda name=name: name) for name in ("ada", "bob")]


@pytest.mark.parametrize(
    ("manager", "found"),
    [
        (_Fab(), {"ada": "7"}),
        (_Simple(), {"ada": "ada", "bob": "bob"}),
        (object(), {"ada": "ada", "bob": "bob", "eve": "eve"}),
    ],
    ids=["fab leaves out who may not log in", "simple", "any other"],
)
def test_the_ids_are_those_of_the_login(manager: Any, found: dict[str, str]) -> None:
    assert people.ids_of(manager, ["ada", "bob", "eve"]) == found


def test_who_may_not_read_the_dag_learns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "get_auth_manager", lambda: SimpleNamespace(is_authorized_dag=lambda **_: False))
    with pytest.raises(HTTPException, match="release__small"):
        people.ids("small", ["ada"], "ann")
