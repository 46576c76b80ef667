"""`FormatParameters`: what a codec is told beyond its name (RFC 8866 section 6.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from sipsimple.sdp.views.fields import check_line, check_token, exact_fields, shown, split

__all__ = ["FormatParameters"]


@dataclass(frozen=True, slots=True)
class FormatParameters(Mapping[str, str]):
    """The value of an `fmtp` attribute, and a mapping of the parameters in it.

    Most codecs write their parameters as `name=value`, separated by semicolons (RFC 4855
    section 3): those are found by their names, in any case. A parameter without a value has the
    value "". What is written in another way ("0-15" of telephone-event) is whole in `parameters`.

    Args:
        format: The format that they belong to, a str: for RTP the payload type.
        parameters: All of the parameters as they are written, a str.

    Raises:
        TypeError: A value is not a str.
        ValueError: A value would not stay in its place in the line.

    >>> opus = FormatParameters.parse("111 minptime=10; useinbandfec=1")
    >>> opus.format, opus["UseInbandFEC"], list(opus)
    ('111', '1', ['minptime', 'useinbandfec'])
    >>> str(FormatParameters("101", "0-15"))
    '101 0-15'

    Source: RFC 8866 section 6.15.
    """

    format: str
    parameters: str = ""
    # What is looked up, by names in lower case: the name as written, and the value.
    _found: dict[str, tuple[str, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        exact_fields(self)
        check_token(self.format, "format")
        parameters = check_line(self.parameters, "parameters").strip(" \t")
        object.__setattr__(self, "parameters", parameters)
        found: dict[str, tuple[str, str]] = {}
        for parameter in parameters.split(";"):
            name, _, value = (part.strip(" \t") for part in parameter.partition("="))
            if name:
                found.setdefault(name.lower(), (name, value))
        object.__setattr__(self, "_found", found)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of an `fmtp` attribute.

        Args:
            text: What stands behind `a=fmtp:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: There is no format, or the text would not stay in its line.
        """
        fields = split(text)
        if not fields:
            raise ValueError(f"format: missing in {shown(text)}")
        # Not the other fields put together: white space inside parameters stays as it is.
        return cls(fields[0], text.lstrip(" \t")[len(fields[0]) :])

    @classmethod
    def from_mapping(cls, format: str, parameters: Mapping[str, object]) -> Self:
        """Write parameters as `name=value;name=value`.

        Args:
            format: The format that they belong to, a str.
            parameters: The values by their names; "" for a parameter without value, other
                values as `str()` gives them. Of names that differ in case alone, the last counts.

        Raises:
            TypeError: The format or a name is not a str.
            ValueError: A name or value contains what would end it, or the line.

        >>> h264 = FormatParameters("99", "profile-level-id=42e01f")
        >>> str(FormatParameters.from_mapping("99", {**h264, "packetization-mode": 1}))
        '99 profile-level-id=42e01f;packetization-mode=1'
        """
        written: dict[str, str] = {}
        for name, value in parameters.items():
            text = check_line(str(value), f"parameters[{name!r}]")
            for part, forbidden in ((check_token(name, "name"), ";="), (text, ";")):
                if any(character in part for character in forbidden):
                    raise ValueError(f"parameters[{name!r}]: {shown(part)} contains a separator")
            written[name.lower()] = f"{name}={text}" if text else name
        return cls(format, ";".join(written.values()))

    def __getitem__(self, name: str) -> str:
        try:
            return self._found[name.lower()][1]
        except (AttributeError, KeyError):
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._found.values()])

    def __len__(self) -> int:
        return len(self._found)

    def __bool__(self) -> bool:
        # It is there, even where it has no parameters by name.
        return True

    def __str__(self) -> str:
        return f"{self.format} {self.parameters}" if self.parameters else self.format
