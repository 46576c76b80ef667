"""Requests with the peculiarities and mistakes that RFC 4475 describes, in words of our own.

The names are the RFC's names of its messages. Where a message says who sends it, it says the
address of the test here, so that the answer can be seen.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["request", "requests"]

_SDP = (
    "v=0\r\no=tester 2890844526 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 12\r\nm=video 4002 RTP/AVP 31\r\na=rtpmap:31 H261/90000\r\n"
)


def request(
    name: str,
    method: str,
    here: str,
    *,
    uri: str = "sip:user@example.com",
    line: str | None = None,
    body: str | bytes = b"",
    also: tuple[str, ...] = (),
    **headers: str | None,
) -> bytes:
    """A request that is right but for what is given.

    Args:
        name: The RFC's name; the Call-ID and branch are made of it.
        method: The method.
        here: Address and port of who sends it.
        uri: The Request-URI.
        line: The whole request line.
        body: The body; an INVITE has a description of its own.
        also: Further header lines.
        headers: Header values instead of the usual ones, None to leave one out.
    """
    if method == "INVITE" and not body and "Content_Type" not in headers:
        body, headers = _SDP, {**headers, "Content_Type": "application/sdp"}
    data = body.encode() if isinstance(body, str) else body
    fields: dict[str, str | None] = {
        "Via": f"SIP/2.0/UDP {here};rport;branch=z9hG4bK-{name}",
        "Max-Forwards": "70",
        "From": f"<sip:caller@example.org>;tag={name}",
        "To": "<sip:user@example.com>",
        "Call-ID": f"{name}@example.org",
        "CSeq": f"17 {method}",
        "Contact": f"<sip:caller@{here}>",
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    length = fields.pop("Content-Length", str(len(data)))
    lines = [line or f"{method} {uri} SIP/2.0"]
    lines += [f"{key}: {value}" for key, value in fields.items() if value is not None]
    lines += also
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + data


def requests(here: str, transport: str = "UDP") -> dict[str, bytes]:
    """All requests by name, as `here` sends them."""
    before, after = (f"SIP/2.0/{name} {here}".encode() for name in ("UDP", transport))
    return {name: make(name, here).replace(before, after) for name, make in _MAKERS.items()}


_Maker = Callable[[str, str], bytes]
_MAKERS: dict[str, _Maker] = {}


def _register(make: _Maker) -> _Maker:
    _MAKERS[make.__name__.strip("_")] = make
    return make


# ---- section 3.1.1: valid


@_register
def _wsinv(name: str, here: str) -> bytes:
    """Blanks and folded lines wherever the grammar lets them be, and short names of headers."""
    lines = (
        "INVITE sip:user@example.com;unknownparam SIP/2.0",
        "TO :",
        " sip:user@example.com",
        'from   : "A Caller \\\\\\""       <sip:caller@example.org>',
        "  ;",
        f"  tag = {name}",
        "MaX-fOrWaRdS: 0068",
        f"Call-ID: {name}@example.org",
        f"Content-Length   : {len(_SDP)}",
        "cseq: 0009",
        "  INVITE",
        "Via  : SIP  /   2.0",
        " /UDP",
        f"    {here};rport;branch=390skdjuw",
        "s :",
        "BrandNewHeader:   a brand new value",
        " that goes on here",
        "HeaderOfSeparators: ;;,,;;,;",
        "Content-Type: application/sdp",
        "v:  SIP  / 2.0  / TCP     next.example.com   ;",
        "  branch  =   z9hG4bK9ikj8  ,",
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
        " z9hG4bK30239",
        'm:"A \\"quoted\\" string" <sip:caller@example.org> ; newparam =',
        "      newvalue ;",
        "  secondparam ; q = 0.33",
    )
    return "\r\n".join([*lines, "", _SDP]).encode()


@_register
def _intmeth(name: str, here: str) -> bytes:
    """Every character that tokens, user parts, quoted strings and Call-IDs may have."""
    method = "!odd-Method0123456789_*+`.%indeed'~"
    uri = (
        "sip:1_odd.URI~(is-it!not)&isn't+it$/strange?,/;;*:&it+has=1,bad!*pas$wo~d(no)@example.com"
    )
    return request(
        name,
        method,
        here,
        uri=uri,
        Via=f"SIP/2.0/UDP {here};rport;branch=z9hG4bK-.!%66*_+`'~",
        To='"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" '
        "<sip:1_odd.URI~(is-it!not)&it$/strange?,/;;*@example.com>",
        From="token1~` token2'+_ token3*%!.- <sip:plain@example.com>"
        ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
        Call_ID="oddmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        Max_Forwards="255",
        also=("extensionHeader-!.%*+_`'~: \ufeff大停電",),
    )


@_register
def _esc01(name: str, here: str) -> bytes:
    """Escapes where they belong: %-signs in user part, parameters, and of plain letters."""
    return request(
        name,
        "INVITE",
        here,
        uri="sip:sips%3Auser%40example.com@example.net",
        To="sip:%75se%72@example.com",
        From=f"<sip:I%20have%20spaces@example.net>;tag={name}",
        Contact=f"<sip:cal%6Cer@{here};%6C%72;n%61me=v%61lue%25%34%31>",
    )


@_register
def _escnull(name: str, here: str) -> bytes:
    """Escaped NULs, which are not the end of a string."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        To="sip:null-%00-null@example.com",
        From=f"sip:null-%00-null@example.com;tag={name}",
        Contact="<sip:%00@host5.example.com>",
        also=("Contact: <sip:%00%00@host5.example.com>",),
    )


@_register
def _esc02(name: str, here: str) -> bytes:
    """%-signs where there are no escapes: this method is not REGISTER."""
    return request(
        name,
        "RE%47IST%45R",
        here,
        uri="sip:registrar.example.com",
        To='"%Z%45" <sip:resource@example.com>',
        From=f'"%Z%45" <sip:resource@example.com>;tag={name}',
        Via=f"SIP/2.0/UDP {here};rport;branch=z9hG4bK209%fzsnel234",
        also=("C%6Fntact: <sip:alias2@host2.example.com>",),
    )


@_register
def _lwsdisp(name: str, here: str) -> bytes:
    """No blank between display name and bracket."""
    return request(name, "OPTIONS", here, From=f"caller<sip:caller@example.com>;tag={name}")


@_register
def _longreq(name: str, here: str) -> bytes:
    """Long values everywhere."""
    long = "very" + "long" * 60
    return request(
        name,
        "INVITE",
        here,
        uri=f"sip:user@example.com;{long}param={long}value",
        To=f'"A user with {"a " + "quite " * 40}long name" '
        f"<sip:{long}@example.com;{long}={long}>;{long}=to",
        From=f"<sip:caller@example.org;{long}=from>;tag={long}",
        Call_ID=f"{long}@example.org",
        Via=f"SIP/2.0/UDP {here};rport;branch=z9hG4bK{long}",
        Contact=f"<sip:{long}@{here};{long}={long}>",
        also=(
            *(f"Via: SIP/2.0/TCP sip{n}.example.com;branch=z9hG4bK{n}{long}" for n in range(9)),
            f"{long.title()}-Header: {long} value",
        ),
    )


@_register
def _dblreq(name: str, here: str) -> bytes:
    """Something behind the end: over UDP it is nothing, over TCP the next request."""
    first = request(name, "REGISTER", here, uri="sip:example.com", To="sip:user@example.com")
    return first + request(f"{name}-2", "INVITE", here)


@_register
def _semiuri(name: str, here: str) -> bytes:
    """Semicolons in the user part, which are no parameters of the URI."""
    return request(
        name,
        "OPTIONS",
        here,
        uri="sip:user;par=u%40example.net@example.com",
        To="sip:user;par=u%40example.net@example.com",
    )


@_register
def _transports(name: str, here: str) -> bytes:
    """Vias of transports that are known, and of one that nobody knows."""
    return request(
        name,
        "OPTIONS",
        here,
        also=tuple(
            f"Via: SIP/2.0/{transport} t{n}.example.com;branch=z9hG4bK{n}"
            for n, transport in enumerate(("SCTP", "TLS", "UNKNOWN", "TCP"))
        ),
    )


@_register
def _mpart01(name: str, here: str) -> bytes:
    """A body of several parts, of which one is octets of every value."""
    body = (
        b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        b"--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n"
        b"Content-Transfer-Encoding: binary\r\n\r\n"
        + bytes(range(256))
        + b"\r\n--7a9cbec02ceef655--\r\n"
    )
    return request(
        name,
        "MESSAGE",
        here,
        body=body,
        Contact=None,
        Content_Type="multipart/mixed;boundary=7a9cbec02ceef655",
    )


# ---- section 3.1.2: invalid


@_register
def _badinv01(name: str, here: str) -> bytes:
    """Separators without anything between."""
    return request(
        name,
        "INVITE",
        here,
        Via=f"SIP/2.0/UDP {here};rport;branch=z9hG4bK-{name};,;,,",
        Contact='"Joe" <sip:joe@example.org>;;;;',
    )


@_register
def _clerr(name: str, here: str) -> bytes:
    """Less of a body than Content-Length says."""
    return request(name, "INVITE", here, Content_Length="9999")


@_register
def _ncl(name: str, here: str) -> bytes:
    """A Content-Length below zero."""
    return request(name, "INVITE", here, Content_Length="-999")


@_register
def _scalar02(name: str, here: str) -> bytes:
    """Numbers that are too large for what holds them."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        CSeq="36893488147419103232 REGISTER",
        Max_Forwards="300",
        Expires="10000000000000000000000000000000",
        Contact=f"<sip:user@{here}>;expires=280297596632815",
    )


@_register
def _quotbal(name: str, here: str) -> bytes:
    """A quoted string that does not end."""
    return request(name, "INVITE", here, To='"Mr. J. User <sip:j.user@example.com>')


@_register
def _ltgtruri(name: str, here: str) -> bytes:
    """Brackets around the Request-URI."""
    return request(name, "INVITE", here, uri="<sip:user@example.com>")


@_register
def _lwsruri(name: str, here: str) -> bytes:
    """A blank within the Request-URI."""
    return request(name, "INVITE", here, uri="sip:user@example.com; lr")


@_register
def _lwsstart(name: str, here: str) -> bytes:
    """Two blanks where the request line has one."""
    return request(name, "INVITE", here, line="INVITE  sip:user@example.com  SIP/2.0")


@_register
def _trws(name: str, here: str) -> bytes:
    """Blanks at the end of the request line."""
    return request(name, "OPTIONS", here, line="OPTIONS sip:user@example.com SIP/2.0  ")


@_register
def _escruri(name: str, here: str) -> bytes:
    """A header within the Request-URI."""
    return request(name, "INVITE", here, uri="sip:user@example.com?Route=%3Csip:sip.example.com%3E")


@_register
def _baddate(name: str, here: str) -> bytes:
    """A Date that is not GMT."""
    return request(name, "INVITE", here, Date="Fri, 01 Jan 2010 16:00:00 EST")


@_register
def _regbadct(name: str, here: str) -> bytes:
    """A URI with a header, without brackets."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        Contact="sip:user@example.com?Route=%3Csip:sip.example.com%3E",
    )


@_register
def _badaspec(name: str, here: str) -> bytes:
    """Blanks between the brackets and the URI."""
    return request(name, "OPTIONS", here, To='"Watson, Thomas" < sip:t.watson@example.org >')


@_register
def _baddn(name: str, here: str) -> bytes:
    """A comma in a display name without quotation marks."""
    return request(name, "OPTIONS", here, From=f"Bell, Alexander <sip:a@example.com>;tag={name}")


@_register
def _badvers(name: str, here: str) -> bytes:
    """A version that there is not."""
    return request(
        name,
        "OPTIONS",
        here,
        line="OPTIONS sip:user@example.com SIP/7.0",
        Via=f"SIP/7.0/UDP {here};rport;branch=z9hG4bK-{name}",
    )


@_register
def _mismatch01(name: str, here: str) -> bytes:
    """Another method in the CSeq."""
    return request(name, "OPTIONS", here, CSeq="8 INVITE")


@_register
def _mismatch02(name: str, here: str) -> bytes:
    """Another method in the CSeq of one that nobody knows."""
    return request(name, "NEWMETHOD", here, CSeq="8 INVITE")


# ---- section 3.2: transactions


@_register
def _badbranch(name: str, here: str) -> bytes:
    """The magic cookie, and no branch behind it."""
    return request(name, "OPTIONS", here, Via=f"SIP/2.0/UDP {here};rport;branch=z9hG4bK")


# ---- section 3.3: the application


@_register
def _insuf(name: str, here: str) -> bytes:
    """Neither Call-ID nor From nor To."""
    return request(name, "INVITE", here, Call_ID=None, From=None, To=None)


@_register
def _unkscm(name: str, here: str) -> bytes:
    """A Request-URI of a scheme that nobody knows."""
    return request(name, "OPTIONS", here, uri="nobodyKnowsThisScheme:totallyopaquecontent")


@_register
def _novelsc(name: str, here: str) -> bytes:
    """A Request-URI of a scheme that is registered, for something else."""
    return request(name, "OPTIONS", here, uri="soap.beep://192.0.2.103:3002")


@_register
def _unksm2(name: str, here: str) -> bytes:
    """URIs of such schemes in From, To and Contact."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        To="isbn:2983792873",
        From=f"<http://www.example.com>;tag={name}",
        Contact="<name:A_Person>",
    )


@_register
def _bext01(name: str, here: str) -> bytes:
    """Extensions that nobody has are required."""
    return request(
        name,
        "OPTIONS",
        here,
        Require="nothingSupportsThis, nothingSupportsThisEither",
        Proxy_Require="noProxiesSupportThis, norDoAnyProxiesSupportThis",
    )


@_register
def _invut(name: str, here: str) -> bytes:
    """A body of a kind that nobody knows."""
    return request(
        name, "INVITE", here, Content_Type="application/unknownformat", body="<audio/>\r\n"
    )


@_register
def _regaut01(name: str, here: str) -> bytes:
    """Credentials of a scheme that nobody knows."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        Authorization="NoOneKnowsThisScheme opaque-data=here",
    )


@_register
def _multi01(name: str, here: str) -> bytes:
    """Headers twice that there must be but once."""
    return request(
        name,
        "INVITE",
        here,
        also=(
            "CSeq: 59 INVITE",
            f"Call-ID: {name}-other@example.org",
            "Max-Forwards: 5",
            "From: Other Caller <sip:other@example.net>;tag=2r3456",
            "To: <sip:elsewhere@example.net>",
        ),
    )


@_register
def _mcl01(name: str, here: str) -> bytes:
    """Two values of Content-Length."""
    return request(
        name,
        "OPTIONS",
        here,
        body="There are more octets than five.\r\n",
        Content_Type="text/plain",
        also=("Content-Length: 5",),
    )


@_register
def _zeromf(name: str, here: str) -> bytes:
    """A Max-Forwards of zero, which is no matter to who is the last."""
    return request(name, "OPTIONS", here, Max_Forwards="0")


@_register
def _cparam01(name: str, here: str) -> bytes:
    """A parameter of a Contact that nobody knows."""
    return request(
        name, "REGISTER", here, uri="sip:example.com", Contact=f"sip:user@{here};unknownparam"
    )


@_register
def _cparam02(name: str, here: str) -> bytes:
    """A parameter of a URI that nobody knows."""
    return request(
        name, "REGISTER", here, uri="sip:example.com", Contact=f"<sip:user@{here};unknownparam>"
    )


@_register
def _regescrt(name: str, here: str) -> bytes:
    """A Contact whose URI has a header."""
    return request(
        name,
        "REGISTER",
        here,
        uri="sip:example.com",
        Contact="<sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
    )


@_register
def _sdp01(name: str, here: str) -> bytes:
    """Only a kind of description is accepted that nobody knows."""
    return request(name, "INVITE", here, Accept="text/nobodyKnowsThis")


# ---- section 3.4: before RFC 3261


@_register
def _inv2543(name: str, here: str) -> bytes:
    """An INVITE without branch, Max-Forwards and From tag, as RFC 2543 had it."""
    return request(
        name,
        "INVITE",
        here,
        Via=f"SIP/2.0/UDP {here}",
        From="<sip:caller@example.org>",
        Max_Forwards=None,
    )
