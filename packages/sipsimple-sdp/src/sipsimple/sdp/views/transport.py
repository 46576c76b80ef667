"""`TransportViews`: what may stand in a section or, for all sections, in the session."""

from __future__ import annotations

from collections.abc import Iterable

from sipsimple.sdp.attribute import SDPAttribute
from sipsimple.sdp.views.attributes import has, read, switch, write
from sipsimple.sdp.views.dtls import Fingerprint, SetupRole, check_setup
from sipsimple.sdp.views.extmap import ExtMap
from sipsimple.sdp.views.fields import check_token, check_tokens, split
from sipsimple.sdp.views.ice import check_password, check_username_fragment
from sipsimple.sdp.views.sequence import AttributeList

__all__ = ["TransportViews"]


class TransportViews:
    """Properties that `SDPSession` and `SDPMedia` have in common: ICE, DTLS, header extensions.

    Each speaks of the lines of its own object alone; `SDPSession.effective()` puts both together.
    """

    attributes: list[SDPAttribute]

    @property
    def ice_ufrag(self) -> str | None:
        """The user name fragment of ICE (`a=ice-ufrag`), a str; `None` if there is none.

        Assignment takes 4 to 256 letters, digits, "+" and "/", or `None` to remove it.

        Source: RFC 8839 section 5.4.
        """
        return read(self, "ice-ufrag", _ufrag)

    @ice_ufrag.setter
    def ice_ufrag(self, value: str | None) -> None:
        text = None if value is None else check_username_fragment(value)
        write(self, "ice-ufrag", text)

    @property
    def ice_pwd(self) -> str | None:
        """The password of ICE (`a=ice-pwd`), a str; `None` if there is none.

        Assignment takes 22 to 256 letters, digits, "+" and "/", or `None` to remove it. No error
        shows it.

        Source: RFC 8839 section 5.4.
        """
        return read(self, "ice-pwd", _pwd)

    @ice_pwd.setter
    def ice_pwd(self, value: str | None) -> None:
        write(self, "ice-pwd", None if value is None else check_password(value))

    @property
    def ice_options(self) -> tuple[str, ...]:
        """The options of ICE (`a=ice-options`), a tuple of str such as "trickle"; may be empty.

        Assignment takes any iterable of str; an empty one removes the line.

        >>> from sipsimple.sdp import SDPSession
        >>> session = SDPSession("192.0.2.1")
        >>> session.ice_options = ["trickle", "ice2"]
        >>> session.ice_options, session.attributes
        (('trickle', 'ice2'), [SDPAttribute('ice-options', 'trickle ice2')])

        Source: RFC 8839 section 5.6.
        """
        return tuple(read(self, "ice-options", split) or ())

    @ice_options.setter
    def ice_options(self, value: Iterable[str]) -> None:
        write(self, "ice-options", " ".join(check_tokens(value, "ice_options")) or None)

    @property
    def setup(self) -> SetupRole | None:
        """Who opens the connection, for DTLS or TCP (`a=setup`), a str; `None` if not said.

        "active", "passive", "actpass" or "holdconn". Assignment takes one of these, or `None`
        to remove the line.

        >>> from sipsimple.sdp import SDPMedia
        >>> media = SDPMedia("audio", 5004, "UDP/TLS/RTP/SAVP")
        >>> media.setup = "actpass"
        >>> media.attributes
        [SDPAttribute('setup', 'actpass')]

        Source: RFC 4145 section 4, RFC 8842 section 5.
        """
        return read(self, "setup", _parse_setup)

    @setup.setter
    def setup(self, value: SetupRole | None) -> None:
        write(self, "setup", None if value is None else check_setup(value))

    @property
    def fingerprints(self) -> AttributeList[Fingerprint]:
        """The hashes of the certificate (`a=fingerprint`), a live list of `Fingerprint`.

        >>> from sipsimple.sdp import Fingerprint, SDPMedia
        >>> media = SDPMedia("audio", 5004, "UDP/TLS/RTP/SAVP")
        >>> media.fingerprints.append(Fingerprint.of(b"a certificate in DER"))
        >>> media.fingerprints[0].hash_function
        'sha-256'

        Source: RFC 8122 section 5.
        """
        return AttributeList(self, "fingerprint", Fingerprint)

    @fingerprints.setter
    def fingerprints(self, value: Iterable[Fingerprint]) -> None:
        self.fingerprints[:] = value

    @property
    def extmap(self) -> AttributeList[ExtMap]:
        """The header extensions of RTP (`a=extmap`), a live list of `ExtMap`.

        A list, since an offer may give one identifier above 4095 to several.

        >>> from sipsimple.sdp import ExtMap, SDPMedia
        >>> media = SDPMedia("audio", 5004, "RTP/AVP")
        >>> media.extmap.append(ExtMap(1, "urn:ietf:params:rtp-hdrext:sdes:mid"))
        >>> media.attributes
        [SDPAttribute('extmap', '1 urn:ietf:params:rtp-hdrext:sdes:mid')]

        Source: RFC 8285 section 5.
        """
        return AttributeList(self, "extmap", ExtMap)

    @extmap.setter
    def extmap(self, value: Iterable[ExtMap]) -> None:
        self.extmap[:] = value

    @property
    def extmap_allow_mixed(self) -> bool:
        """Whether packets may change the length of their headers (`a=extmap-allow-mixed`), a bool.

        Source: RFC 8285 section 6.
        """
        return has(self, "extmap-allow-mixed")

    @extmap_allow_mixed.setter
    def extmap_allow_mixed(self, value: bool) -> None:
        switch(self, "extmap-allow-mixed", value, "extmap_allow_mixed")


def _parse_setup(text: str) -> SetupRole:
    return check_setup(text.strip(" \t"))


def _ufrag(text: str) -> str:
    return check_token(text.strip(" \t"), "ice_ufrag")


def _pwd(text: str) -> str:
    password = text.strip(" \t")
    if not password or len(split(password)) > 1:
        raise ValueError("ice_pwd: is not one field")
    return password
