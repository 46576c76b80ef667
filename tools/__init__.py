"""What the nox sessions do, one module each, and the checks of ``lint``."""
