"""What the fuzz tests share: how many cases they try, and edits of bytes that break parsers."""

import os
import random
import string

from hypothesis import HealthCheck, settings

CASES = int(os.environ.get("FUZZ_CASES", "150"))
fuzz = settings(
    max_examples=CASES,
    deadline=5_000,
    derandomize="FUZZ_CASES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

BREAKERS = [b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b"'", b"{", b"- ", b": ", b"*a", b"&a "]


def mutate(content: bytes, rng: random.Random) -> bytes:
    """A few random edits: bytes flipped, cut, doubled, moved, or replaced by what breaks parsers."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        to = min(to, at + 40)
        edit = rng.randrange(6)
        if edit == 0 and content:
            content[min(at, len(content) - 1)] ^= 1 << rng.randrange(8)
        elif edit == 1:
            del content[at:to]
        elif edit == 2:
            content[at:at] = content[at:to]
        elif edit == 3:
            content[at:at] = rng.choice(BREAKERS)
        elif edit == 4:
            content[at:to] = bytes(rng.choice(string.printable.encode()) for _ in range(to - at))
        else:
            del content[at:]
    return bytes(content)


def sentence(error: Exception) -> str:
    """The message of an error, which is one plain sentence or a few."""
    text = str(error)
    assert "\n" not in text
    assert len(text) > 20
    return text
