"""What people can do in a round."""

from sessions.abilities import Ability
from tasks.access import task_in
from web.commands import Command

from . import actions
from .forms import FinalizeForm, QuickVoteForm, RoundForm, VoteForm

COMMANDS = [
    Command(
        name="vote",
        path="tasks/<slug:task_id>/vote/",
        subject=task_in,
        ability=Ability.VOTE,
        form=VoteForm,
        action=actions.cast_vote,
    ),
    Command(
        name="start",
        path="tasks/<slug:task_id>/start/",
        subject=task_in,
        ability=Ability.RUN,
        action=actions.start_voting,
    ),
    Command(
        name="quick-vote",
        path="quick-vote/",
        ability=Ability.RUN,
        form=QuickVoteForm,
        action=actions.quick_vote,
    ),
    Command(
        name="reveal",
        path="tasks/<slug:task_id>/reveal/",
        subject=task_in,
        ability=Ability.REVEAL,
        form=RoundForm,
        action=actions.reveal_votes,
    ),
    Command(
        name="revote",
        path="tasks/<slug:task_id>/revote/",
        subject=task_in,
        ability=Ability.RUN,
        form=RoundForm,
        action=actions.vote_again,
    ),
    Command(
        name="finalize",
        path="tasks/<slug:task_id>/finalize/",
        subject=task_in,
        ability=Ability.RUN,
        form=FinalizeForm,
        action=actions.finalize_task,
    ),
    Command(
        name="skip",
        path="tasks/<slug:task_id>/skip/",
        subject=task_in,
        ability=Ability.RUN,
        form=RoundForm,
        action=actions.skip_task,
    ),
]
