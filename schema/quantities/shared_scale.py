"""The scale that two ends of a range share: "five to six thousand", "5-6,000"."""

from dataclasses import replace

from schema.quantities.digits import whole
from schema.quantities.number import Number

_HUNDRED, _THOUSAND = 100, 1_000
_SCALES = (1_000, 1_000_000, 1_000_000_000)


def with_shared_scale(number: Number, following: Number) -> Number:
    """Return the first end of a range with the scale of the second: "five to six thousand", "5-6,000"."""
    if number.value is None or following.value is None:
        return number
    if number.scale == _HUNDRED and following.scale / _HUNDRED in _SCALES:  # "two hundred to three hundred thousand"
        shared = whole(number.value * following.scale / _HUNDRED)
        return replace(number, value=shared) if shared < following.value else number
    if number.scale != 1:
        return number
    scale, mantissa = following.scale, following.mantissa
    plain = not number.digits or number.digits.isdecimal() or number.value != int(number.value)
    if scale == 1 and following.digits:
        scale = _scale_of_digits(following)
        mantissa = following.value / scale
        plain = plain and number.value * scale < following.value
    if scale == 1 or not plain or number.value >= mantissa:
        return number
    return replace(number, value=whole(number.value * scale))


def _scale_of_digits(number: Number) -> float:
    """Return the scale that digits with separators share with the number before: 6,000 and 7,500 that of thousands."""
    value = number.value or 0
    if value < _THOUSAND or value % (_THOUSAND if number.digits.isdecimal() else 100):
        return 1
    scale = _THOUSAND
    while value % (scale * _THOUSAND) == 0:
        scale *= _THOUSAND
    return scale
