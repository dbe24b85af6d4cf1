"""Values as printed in a publication: `.82`, `12`, `< .01`, `> .05`."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

_PRINTED = re.compile(r"^(?P<sign>[<>≤≥]|<=|>=)?\s*(?P<number>[-−+]?(?:\d+(?:\.\d*)?|\.\d+))$")


@dataclass(frozen=True)
class Printed:
    """A printed value: its number, decimals and inequality sign, if any."""

    number: float
    decimals: int
    sign: str = ""

    def agrees(self, value: float) -> bool:
        """Return whether an unrounded value rounds to the printed one or satisfies the inequality.

        A value halfway between two printed numbers agrees with both, because rounding rules differ.
        """
        if self.sign:
            return {"<": value < self.number, "≤": value <= self.number, ">": value > self.number, "≥": value >= self.number}[
                self.sign
            ]
        return abs(value - self.number) <= 0.5 * 10.0**-self.decimals * (1 + 1e-9)


def parse(text: str) -> Printed:
    """Parse a printed value; raise a ValueError if the text is not one."""
    match = _PRINTED.match(text.strip())
    if not match:
        raise ValueError(f'\'{text}\' is not a printed value; write it as ".82", "< .01" or "> .05".')
    number = Decimal(match["number"].replace("−", "-"))
    sign = {"<=": "≤", ">=": "≥"}.get(match["sign"] or "", match["sign"] or "")
    return Printed(float(number), max(0, -int(number.as_tuple().exponent)), sign)


def _check(text: str) -> str:
    parse(text)
    return text


PublishedValue = Annotated[str, AfterValidator(_check)]
