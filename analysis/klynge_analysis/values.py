"""What options hold: converters of text to a value, which raise ValueError with what was expected (commandline.Option)."""
import re


def year(text):
    """2020-11 or 2020.83 as decimal years."""
    month = re.fullmatch(r"(\d{4})-(\d{1,2})", text)
    if month and 1 <= int(month[2]) <= 12:
        return int(month[1]) + (int(month[2]) - 1) / 12
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not 0 < found < 1e5:
        raise ValueError("a year, such as 2020-11 or 2020.83")
    return found


def window(text):
    first, colon, last = text.partition(":")
    try:
        found = year(first), year(last)
    except ValueError:
        found = (1, 0)
    if not colon or found[0] >= found[1]:
        raise ValueError("two years, the earlier first, such as 2018-01:2020-03")
    return found


def number(low, high, what, kind=float):
    """A converter to a number from low to high."""
    def convert(text):
        try:
            found = kind(text)
        except ValueError:
            found = low - 1
        if not low <= found <= high:
            raise ValueError(f"{what} from {low:g} to {high:g}")
        return found

    return convert


def level(text):
    try:
        return number(0.5, 0.9999, "a level")(text)
    except ValueError as e:
        raise ValueError(f"{e}, such as 0.95") from None


def whole(least, most):
    def convert(text):
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return convert


def names(text):
    found = [word.strip() for word in text.split(",") if word.strip()]
    if not found:
        raise ValueError("names with commas between")
    return found
