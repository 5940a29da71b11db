"""The recipe for "will this flight be on time, late, cancelled or diverted?"."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORICAL = ["carrier", "origin", "dest"]


def build(*, max_iter: int, learning_rate: float, max_leaf_nodes: int, min_samples_leaf: int, seed: int) -> Pipeline:
    """Gradient boosting with one tree per class and iteration, kept shallow.

    One flight in 300 is diverted: leaves of fewer than some hundred flights would learn single days by heart, and pay for it
    in log loss.
    """
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer((encoder, CATEGORICAL), remainder="passthrough", verbose_feature_names_out=False)
    booster = HistGradientBoostingClassifier(
        max_iter=max_iter,
        learning_rate=learning_rate,
        max_leaf_nodes=max_leaf_nodes,
        min_samples_leaf=min_samples_leaf,
        # Stopping early holds rows out at random, and flights of one day are not independent.
        early_stopping=False,
        random_state=seed,
    )
    return make_pipeline(columns, booster)
