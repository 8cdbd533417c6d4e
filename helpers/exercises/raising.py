"""A probe for functions that raise an exception of one kind where no caller of the API is waiting for an answer."""

from helpers.exercises.probe import Attempt, Case, NotYet, Probe, refused


def raises(name: str, *cases: Case, error: type[Exception], rule: str) -> Probe:
    """The function raises this exception for every case.

    :param rule: why, as whole sentences.
    """

    def ask(attempt: Attempt) -> None:
        for each in cases:
            _, raised, did = attempt.outcome(each.what, *each.arguments)
            if raised is not None and not isinstance(raised, error):
                raise NotYet(
                    "For {what}, your function {did} A caller cannot tell that from a bug in your function. {rule} Raise a"
                    " `{error}` on purpose.",
                    what=each.what,
                    did=did,
                    rule=rule,
                    error=error.__name__,
                )
            refused(attempt, each, rule, error)

    return Probe(name, ask)
