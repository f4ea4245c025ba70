"""What the rules of sessions and their members forbid."""

from web.rules import RuleBroken


class NoSuchSession(RuleBroken):
    status = 404
    code = "no-session"
    message = "There is no such session. Is the link complete?"


class NoSuchMember(RuleBroken):
    status = 404
    code = "no-member"
    message = "This person is not in the session."


class NotAMember(RuleBroken):
    status = 403
    code = "not-a-member"
    message = "You are not in this session. Open its link to join."


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
