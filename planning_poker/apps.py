from django.apps import AppConfig


class PlanningPokerConfig(AppConfig):
    name = "planning_poker"
    verbose_name = "Planning Poker"
