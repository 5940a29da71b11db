"""The stack's users in FAB's tables: ``python -m evergreen_airflow.fab_users``, run when a stack with that login is prepared.

``airflow users create`` would want the password on its command line, where every user of the machine can read it.
"""

from evergreen.stack.credentials import USERS, passwords
from evergreen.stack.state import locate


def enter() -> None:
    """Make the users that are not there yet, with the passwords that the stack has made for them."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    known = passwords(locate())
    with get_application_builder() as builder:
        manager = builder.sm
        for name, role in USERS.items():
            if manager.find_user(username=name) is None:
                found = manager.find_role(role.capitalize())
                manager.add_user(name, name, name, f"{name}@example.com", found, known[name])


if __name__ == "__main__":
    enter()
