"""Ids and times that depend on nothing but the seed."""
import datetime
import hashlib


def uuid_of(*parts):
    """A version 4 UUID made of a hash of the parts."""
    digest = bytearray(hashlib.md5("/".join(map(str, parts)).encode()).digest())
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


# What a generated workspace takes for the present, unless it is told another: it began two years before.
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
AGE = datetime.timedelta(days=731)
EPOCH = NOW - AGE


def stamp(moment):
    """Attio's form of a time: nine digits, of which it keeps three (docs; recorded)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}000000Z"


def timestamp(milliseconds):
    return stamp(EPOCH + datetime.timedelta(milliseconds=milliseconds))
