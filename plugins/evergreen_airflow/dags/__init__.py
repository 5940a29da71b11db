"""What the DAG files need: one DAG a model folder, its form, its schedule, and a placeholder for a broken folder."""
