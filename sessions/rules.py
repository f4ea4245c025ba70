"""What the rules of sessions and their members forbid."""

from web.rules import RuleBroken


class NotAMember(RuleBroken):
    status = 403
    code = "not-a-member"
    message = "You are not in this session. Open its link to join."


class OnlyFacilitators(RuleBroken):
    status = 403
    code = "only-facilitators"
    message = "Only a facilitator can do this."


class MemberHasLeft(RuleBroken):
    code = "member-has-left"
    message = "This person is no longer in the session."


class NameTaken(RuleBroken):
    code = "name-taken"
    message = "Somebody here already has this name. Please choose another."


class SessionEnded(RuleBroken):
    code = "session-ended"
    message = "This session has ended. A facilitator can reopen it."


class SessionNotEnded(RuleBroken):
    code = "session-not-ended"
    message = "This session has not ended."


class LastFacilitator(RuleBroken):
    code = "last-facilitator"
    message = "A session needs a facilitator. Make somebody else one first."
