"""A token's life on a line: issued, now, expires."""

from helpers.display.picture import BAD, BORDER, CLIENT, GOOD, INK, MUTED, Canvas, Picture

_LEFT, _RIGHT, _AXIS = 70, 790, 78


def timeline(issued: float, expires: float, now: float, *, leeway: float = 0.0) -> Picture:
    """Where now lies between ``iat`` and ``exp`` (RFC 7519 §4.1.6, §4.1.4).

    :param issued: the claim ``iat``, in seconds since the epoch.
    :param expires: the claim ``exp``, in seconds since the epoch.
    :param now: the time of the one who checks, in seconds since the epoch.
    :param leeway: how many seconds after ``exp`` the token is still let in.
    """
    first, last = min(issued, now), max(expires + leeway, now)
    span = (last - first) or 1.0

    def place(moment: float) -> float:
        return _LEFT + (moment - first) / span * (_RIGHT - _LEFT)

    valid = now < expires + leeway
    canvas = Canvas(860)
    canvas.rect(_LEFT, _AXIS - 5, _RIGHT - _LEFT, 10, BORDER, radius=5)
    canvas.rect(place(issued), _AXIS - 5, max(0.0, place(expires) - place(issued)), 10, GOOD, radius=5)
    for moment, label, value in ((issued, "iat", issued), (expires, "exp", expires)):
        canvas.line(place(moment), _AXIS - 14, place(moment), _AXIS + 14, INK)
        canvas.text(place(moment), _AXIS + 34, label, bold=True, mono=True, anchor="middle")
        canvas.text(
            place(moment), _AXIS + 52, f"{value:.0f}", colour=MUTED, size=11.5, mono=True, anchor="middle"
        )
    colour = CLIENT if valid else BAD
    canvas.circle(place(now), _AXIS, 8, colour)
    canvas.text(place(now), _AXIS - 24, "now", colour=colour, bold=True, anchor="middle")

    age, left = duration(abs(now - issued)), duration(abs(expires - now))
    state = f"it runs for another {left}" if now < expires else f"it ran out {left} ago"
    if valid and now >= expires:
        state += f", within the leeway of {duration(leeway)}"
    since = "just now" if abs(now - issued) < 60 else f"{age} ago" if now > issued else f"{age} from now"
    alt = f"The token was issued {since}, lives for {duration(expires - issued)}, and {state}."
    canvas.text(430, 28, alt, colour=MUTED, anchor="middle")
    return canvas.picture(146, alt)


def duration(seconds: float) -> str:
    """A number of seconds in words that say it well enough: ``40 s``, ``9 min 30 s``, ``23 h 30 min``, ``30 days``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{round(seconds / 86_400)} days"
