from __future__ import annotations

import pytest

from sipsimple.sdp import SDPBandwidth


def test_it_prints_as_a_b_line() -> None:
    assert str(SDPBandwidth("TIAS", 64000)) == "b=TIAS:64000"


@pytest.mark.parametrize("value", [-1, 2**32])
def test_a_value_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match=f"^value: {value} is not between 0 and 4294967295"):
        SDPBandwidth("AS", value)


@pytest.mark.parametrize("value", ["64", 64.0, None, True])
def test_a_value_that_is_no_int_is_refused(value: object) -> None:
    bandwidth = SDPBandwidth("AS", 64)
    with pytest.raises(TypeError, match=r"^value: must be int, not "):
        bandwidth.value = value  # type: ignore[assignment]
    assert bandwidth.value == 64


@pytest.mark.parametrize("modifier", ["", "A S", "A:S", "A\nS"])
def test_a_modifier_that_would_not_come_back_is_refused(modifier: str) -> None:
    with pytest.raises(ValueError, match=r"^modifier: "):
        SDPBandwidth(modifier, 1)


def test_comparison_and_repr() -> None:
    bandwidth = SDPBandwidth("AS", 64)
    assert bandwidth == SDPBandwidth("AS", 64)
    assert bandwidth != SDPBandwidth("CT", 64)
    assert bandwidth != SDPBandwidth("AS", 65)
    assert eval(repr(bandwidth), {"SDPBandwidth": SDPBandwidth}) == bandwidth
    with pytest.raises(TypeError, match="unhashable"):
        hash(bandwidth)
