from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "voting"
    verbose_name = "Planning poker: voting"

    def ready(self) -> None:
        from sessions.signals import deck_changing, member_stops_voting, session_ending

        from . import receivers

        member_stops_voting.connect(receivers.take_back_open_card)
        deck_changing.connect(receivers.refuse_another_deck)
        session_ending.connect(receivers.put_back_tasks)
