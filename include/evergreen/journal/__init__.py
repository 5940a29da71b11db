"""The audit trail: append, fold, verify."""
