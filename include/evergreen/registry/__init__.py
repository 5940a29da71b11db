"""The ladder of versions: register, promote, reconcile."""
