"""What the checks of exercises ask that are answered with a dict: a letter for each row of a table, and a name for it."""

from collections.abc import Callable, Mapping

from helpers.exercises.probe import Attempt, NotYet, Probe, shown

Right = Mapping[str, tuple[str, str]]
"""For each letter the right choice, and a question that leads to it."""


def chooses(
    right: Right, choices: tuple[str, ...], trap: Callable[[Mapping[str, str]], None] | None = None
) -> Probe:
    """The answer is a dict with the right choice for every letter.

    :param trap: takes the answers, and raises :class:`NotYet` for what is wrong with several of them in common.
    """
    names = ", ".join(f"`{choice.upper().replace(' ', '_')}`" for choice in choices)

    def ask(attempt: Attempt) -> None:
        answers = attempt.answer
        if not isinstance(answers, Mapping):
            raise NotYet(
                "Your answer is of the type `{kind}`. Keep the dict of the cell: one entry for each letter.",
                kind=type(answers).__name__,
            )
        missing = [letter for letter in right if letter not in answers]
        if missing:
            raise NotYet(
                "There is no entry for {letters}. Keep one entry for each letter.", letters=", ".join(missing)
            )
        for letter in right:
            if not isinstance(answers[letter], str) or answers[letter] not in choices:
                raise NotYet(
                    "For {letter}, your answer is {choice}, which is not one of the choices. Use the imported names,"
                    " without quotes: {names}.",
                    letter=letter,
                    choice=shown(answers[letter]),
                    names=names,
                )
        if trap:
            trap(answers)
        wrong = [letter for letter, (choice, _) in right.items() if answers[letter] != choice]
        if wrong:
            raise NotYet(
                "You have {count} of {all} right. Look again at {letter}: {question}",
                count=len(right) - len(wrong),
                all=len(right),
                letter=wrong[0],
                question=right[wrong[0]][1],
            )

    return Probe("table", ask)
