"""Who may do what in a session. "Who may reveal?" is answered here and nowhere else."""

from collections.abc import Mapping
from enum import StrEnum

from web.rules import RuleBroken

from .settings import Rights, Who


class Ability(StrEnum):
    """What a command can ask for; the values are those of ``me.may``."""

    VOTE = "vote"
    REVEAL = "reveal"
    RUN = "run"
    EDIT_TASKS = "editTasks"
    MANAGE = "manage"


# Which setting opens an ability to everybody; whoever is a facilitator has them all.
_OPENED_BY: Mapping[Ability, str] = {
    Ability.REVEAL: "may_reveal",
    Ability.RUN: "may_run",
    Ability.EDIT_TASKS: "may_edit_tasks",
    Ability.MANAGE: "may_manage",
}


def abilities_of(
    *, is_voter: bool, is_facilitator: bool, rights: Rights
) -> list[Ability]:
    """What a member may, in the order of declaration. Only voters vote."""
    voting = [Ability.VOTE] if is_voter else []
    return voting + [
        ability
        for ability, setting in _OPENED_BY.items()
        if is_facilitator or getattr(rights, setting) is Who.EVERYBODY
    ]


class MayNot(RuleBroken):
    """Somebody lacks an ability, which ``params`` names."""

    status = 403
    code = "may-not"
    message = "Only a facilitator can do this."

    def __init__(self, ability: Ability) -> None:
        super().__init__(ability=ability.value)
        if ability is Ability.VOTE:
            self.sentence = "Observers do not vote. Become a voter first."
