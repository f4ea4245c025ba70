"""What people can do to a session and to each other."""

from web.commands import Command

from . import actions
from .abilities import Ability
from .access import member_in
from .forms import DisplayNameForm, RoleForm, SettingsForm

COMMANDS = [
    Command(name="leave", path="leave/", action=actions.leave_session, even_ended=True),
    Command(
        name="end", path="end/", ability=Ability.MANAGE, action=actions.end_session
    ),
    Command(
        name="reopen",
        path="reopen/",
        ability=Ability.MANAGE,
        even_ended=True,
        action=actions.reopen_session,
    ),
    Command(
        name="change-settings",
        path="settings/",
        ability=Ability.MANAGE,
        form=SettingsForm,
        action=actions.change_settings,
    ),
    Command(
        name="rename",
        path="members/<slug:user_id>/rename/",
        subject=member_in,
        ability=Ability.MANAGE,
        or_oneself=True,
        form=DisplayNameForm,
        action=actions.rename_member,
    ),
    Command(
        name="change-role",
        path="members/<slug:user_id>/role/",
        subject=member_in,
        ability=Ability.MANAGE,
        or_oneself=True,
        form=RoleForm,
        action=actions.change_role,
    ),
    Command(
        name="promote",
        path="members/<slug:user_id>/promote/",
        subject=member_in,
        ability=Ability.MANAGE,
        action=actions.promote_member,
    ),
    Command(
        name="demote",
        path="members/<slug:user_id>/demote/",
        subject=member_in,
        ability=Ability.MANAGE,
        action=actions.demote_member,
    ),
    Command(
        name="remove",
        path="members/<slug:user_id>/remove/",
        subject=member_in,
        ability=Ability.MANAGE,
        action=actions.remove_member,
    ),
]
