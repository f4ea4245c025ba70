"""What the rules of a round forbid."""

from web.rules import RuleBroken


class CardNotInDeck(RuleBroken):
    status = 422
    code = "card-not-in-deck"
    message = "This card is not in the deck."


class NotBeingVotedOn(RuleBroken):
    code = "not-being-voted-on"
    message = "This task is not being voted on."


class StaleRound(RuleBroken):
    code = "stale-round"
    message = "This round is over: the team is voting anew."


class RoundClosed(RuleBroken):
    code = "round-closed"
    message = "The cards are already revealed. Vote again to change yours."


class NotRevealed(RuleBroken):
    code = "not-revealed"
    message = "The cards are still face down. Reveal them first."


class OtherTaskInProgress(RuleBroken):
    code = "other-task-in-progress"
    message = "Another task is being voted on. Finish or skip it first."


class TaskFinished(RuleBroken):
    code = "task-finished"
    message = "This task is already finished."


class RoundInProgress(RuleBroken):
    code = "round-in-progress"
    message = "The deck cannot change while a task is being voted on."
