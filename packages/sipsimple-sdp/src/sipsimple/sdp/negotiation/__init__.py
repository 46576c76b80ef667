"""What `SDPNegotiator` does with descriptions (RFC 3264), in the order of their way.

`checks` says what is taken at all. `offer_answer` finds out which stream answers which, has each
made ready for pjmedia (`preparation`, with `aliases`, `h264_formats` and `comfort_noise`), and
lets the lines of an answer follow those of the offer: `groups`, `extensions`, `feedback` and
`transport`.
"""
