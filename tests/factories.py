"""Database rows for tests that start in the middle of a session."""

import factory

from sessions.decks import READY_MADE
from sessions.models import Member, PokerSession
from sessions.names import name_key
from tasks.models import Task


class PokerSessionFactory(factory.django.DjangoModelFactory[PokerSession]):
    class Meta:
        model = PokerSession

    name = "Payments refinement"
    deck = READY_MADE["fibonacci"]


class MemberFactory(factory.django.DjangoModelFactory[Member]):
    class Meta:
        model = Member

    poker_session = factory.SubFactory(PokerSessionFactory)
    name = factory.Sequence(lambda n: f"Member {n}")
    name_key = factory.LazyAttribute(lambda member: name_key(member.name))


class FacilitatorFactory(MemberFactory):
    is_facilitator = True


class TaskFactory(factory.django.DjangoModelFactory[Task]):
    class Meta:
        model = Task

    poker_session = factory.SubFactory(PokerSessionFactory)
    title = factory.Sequence(lambda n: f"Task {n}")
