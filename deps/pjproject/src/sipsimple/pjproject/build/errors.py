"""The one exception of the build: a message for the person who is building."""


class BuildError(Exception):
    """The build cannot go on; the message says what to install or set."""
