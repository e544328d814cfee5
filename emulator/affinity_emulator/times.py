"""Times as Affinity writes and reads them: ISO 8601 with an offset, milliseconds."""
import datetime
import re

UTC = datetime.timezone.utc
FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?(?:\d\d)?)?", re.I)
PRECISION = {"us": 1, "ms": 1000, "s": 1000000}
# offsets that texts are written with; most are of one office
OFFSETS = (-8, -8, -8, -7, 0, 5.5)


def show(moment, key=0):
    """The text of a moment (None stays None); key chooses the offset."""
    if moment is None:
        return None
    zone = datetime.timezone(datetime.timedelta(hours=OFFSETS[key % len(OFFSETS)]))
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    return local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}{offset[:3]}:{offset[3:]}"


def read(text, precision="us"):
    """The moment that a text says, cut to the precision; ValueError if it does not say one.  Without an offset: UTC."""
    found = FORM.fullmatch(str(text).strip())
    if not found:
        raise ValueError("not a time")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                               int((fraction or "0").ljust(9, "0")[:6]), UTC)
    if zone and zone.upper() != "Z":
        hours, minutes = int(zone[1:3]), int(zone[3:].strip(":") or 0)
        moment -= datetime.timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    unit = PRECISION[precision]
    return moment.replace(microsecond=moment.microsecond // unit * unit) if unit < 1000000 else moment.replace(microsecond=0)
