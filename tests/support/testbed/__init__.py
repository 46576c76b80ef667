"""What the demo and the tests that cross packages share: endpoints, servers, speech, pictures.

Nothing here is part of a distribution. `endpoint` runs a SIP endpoint in a process of its own,
`registrar` a registrar and proxy; `kamailio`, `baresip` and `sipp` run what nobody here wrote,
`presence_client` speaks to the first of them in plain text;
`audio` makes speech and compares what arrived, `ladder` and `waveform` show it.
"""
