from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "voting"
    verbose_name = "Planning poker: voting"

    def ready(self) -> None:
        from sessions.signals import deck_changing, member_stops_voting

        from .receivers import refuse_another_deck, take_back_open_card

        member_stops_voting.connect(take_back_open_card)
        deck_changing.connect(refuse_another_deck)
