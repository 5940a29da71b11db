"""Raw columns to features: the same code for training and serving."""
