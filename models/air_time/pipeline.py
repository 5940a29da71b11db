"""The recipe for "how many minutes will this flight be in the air?"."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORICAL = ["carrier", "origin", "dest"]


def build(*, max_iter: int, learning_rate: float, max_leaf_nodes: int, min_samples_leaf: int, seed: int) -> Pipeline:
    """Gradient boosting that minimises squared error, on numbers as they are and on categories as ordinals.

    An airport that training never saw becomes -1; its distance still says most of the answer.
    """
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer((encoder, CATEGORICAL), remainder="passthrough", verbose_feature_names_out=False)
    booster = HistGradientBoostingRegressor(
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        min_samples_leaf=min_samples_leaf,
        # Stopping early holds rows out at random, and flights of one day are not independent.
        early_stopping=False,
        random_state=seed,
    )
    return make_pipeline(columns, booster)
