"""What all tests share."""

from hypothesis import settings

# The same examples every time and no time limit per example: a shared machine must not decide whether a test passes.
settings.register_profile("evergreen", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("evergreen")
