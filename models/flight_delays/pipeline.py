"""The recipe for "does this flight arrive 15 minutes late or more?"."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORICAL = ["carrier", "origin", "dest"]


def build(
    *,
    max_iter: int,
    learning_rate: float,
    max_leaf_nodes: int,
    min_samples_leaf: int,
    l2_regularization: float,
    seed: int,
) -> Pipeline:
    """Gradient boosting on numbers as they are and on categories as ordinals.

    A carrier or airport that training never saw, and a missing one, become -1 and -2. Trees take missing numbers as
    they come: the weather of an hour may be unknown.
    """
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer((encoder, CATEGORICAL), remainder="passthrough", verbose_feature_names_out=False)
    booster = HistGradientBoostingClassifier(
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        min_samples_leaf=min_samples_leaf,
        l2_regularization=l2_regularization,
        # Stopping early holds rows out at random, and flights of one day are not independent.
        early_stopping=False,
        random_state=seed,
    )
    return make_pipeline(columns, booster)
