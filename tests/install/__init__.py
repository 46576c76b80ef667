"""The distributions as a user gets them: wheels in fresh environments."""
