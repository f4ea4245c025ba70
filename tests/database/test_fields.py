"""A field says of itself that it is secret."""

import pytest
from django.apps import apps
from django.db.migrations.writer import MigrationWriter

from database.fields import SecretCharField, is_secret, reaches_secret
from sessions.journal import JournalEntry
from sessions.models import Member, PokerSession
from tasks.models import Task
from voting.models import Vote, VotingRound


def test_the_secrets_of_the_product_are_these():
    """Whoever adds one adds it here, and looks at where it is shown."""
    secret = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if is_secret(field)
    }
    assert secret == {"Vote.card", "MemberIdentity.fingerprint"}


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Vote, "card"),
        (Vote, "card__gt"),
        (Vote, "card__in"),
        (Vote, "voting_round__votes__card__startswith"),
        (VotingRound, "votes__card"),
        (Task, "rounds__votes__card"),
        (Member, "votes__card__regex"),
        (Member, "identities__fingerprint"),
        (PokerSession, "members__votes__card"),
        (PokerSession, "tasks__rounds__votes__card__lte"),
        (PokerSession, "members__identities__fingerprint__startswith"),
        (Task, "poker_session__members__votes__card"),
    ],
)
def test_a_lookup_reaches_a_secret_over_any_relation(model, lookup):
    # Django knows it too: it is no slip of the pen that passes here.
    assert model.objects.filter(**{lookup: ["1"] if "__in" in lookup else "1"}).query
    assert reaches_secret(model, lookup)


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Vote, "member__name"),
        (Vote, "pk"),
        (Vote, "voting_round__status"),
        (VotingRound, "votes__member__pk__in"),
        (VotingRound, "deck_cards"),
        (Member, "name__icontains"),
        (Member, "identities__created_at__gt"),
        (PokerSession, "settings__may_run"),
        (JournalEntry, "what"),
        (Member, "no_such_field__card"),
        (Member, "name__card"),
        (Member, ""),
    ],
)
def test_another_lookup_reaches_none(model, lookup):
    assert not reaches_secret(model, lookup)


def test_migrations_know_it_as_a_plain_text():
    card = Vote._meta.get_field("card")
    written, _ = MigrationWriter.serialize(SecretCharField(max_length=8))
    assert written == "models.CharField(max_length=8)"
    assert is_secret(card)
    assert is_secret(card.clone())
    assert not is_secret(Vote._meta.pk)
