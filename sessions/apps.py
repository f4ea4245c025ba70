from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    # django.contrib.sessions has the label "sessions".
    label = "poker_sessions"
    verbose_name = "Planning poker: sessions"

    def ready(self) -> None:
        from realtime import register_channel

        from .access import may_listen

        register_channel("planning-poker-{session_id}", may_listen)
