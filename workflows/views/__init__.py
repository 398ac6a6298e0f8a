"""The pages of the casework, one module for each thing that a person does."""
