"""MlflowAnchors: the newest head of each journal as a tag of the registered model, in MLflow's database."""

from contextlib import suppress

from evergreen.core.errors import AlreadyExists, NotFound
from evergreen.stores.mlflow import MlflowStore
from evergreen.stores.mlflow_answers import translated

TAG = "evergreen.journal.head"


class MlflowAnchors(MlflowStore):
    """One more use of the same server: whoever writes into the bucket does not reach its database."""

    def __str__(self) -> str:
        return f"MLflow at {self.url}"

    def note(self, model: str, head: str) -> None:
        """Set the tag; a model that was never registered is registered, without versions."""
        with suppress(AlreadyExists), translated(self.url, f"register the model {model!r}"):
            self._client.create_registered_model(model)
        with translated(self.url, f"note the journal's head of {model!r}"):
            self._client.set_registered_model_tag(model, TAG, head)

    def noted(self, model: str) -> tuple[str, ...]:
        """The newest head; none of a model that is not registered."""
        try:
            with translated(self.url, f"read the journal's head of {model!r}"):
                tags: dict[str, str] = self._client.get_registered_model(model).tags
        except NotFound:
            return ()
        return (tags[TAG],) if TAG in tags else ()
