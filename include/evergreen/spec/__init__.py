"""``model.yaml`` as typed, versioned data."""
