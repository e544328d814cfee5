"""Days, as flags name them."""
import datetime


def midnight(text):
    """The beginning of a day, in UTC; `today` is one."""
    day = datetime.datetime.now(datetime.timezone.utc).date() if text == "today" else datetime.date.fromisoformat(text)
    return datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)
