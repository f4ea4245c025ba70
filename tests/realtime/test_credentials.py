import json
import re

from django.core.management import call_command

from realtime.credentials import embedded_app


def test_the_command_prints_the_embedded_servers_credentials_as_json(capsys):
    call_command("realtime_credentials")

    app = embedded_app()
    assert json.loads(capsys.readouterr().out) == {
        "app_id": app.app_id,
        "key": app.key,
        "secret": app.secret,
    }


def test_the_app_id_consists_of_digits():
    assert re.fullmatch("[0-9]{1,20}", embedded_app().app_id)


def test_the_credentials_depend_on_the_secret_key_alone(settings):
    before = embedded_app()
    assert embedded_app() == before

    settings.SECRET_KEY = "another secret"

    after = embedded_app()
    assert after.app_id != before.app_id
    assert after.key != before.key
    assert after.secret != before.secret


def test_none_of_them_discloses_another_or_the_secret_key(settings):
    app = embedded_app()

    assert not app.secret.startswith(app.key)
    assert settings.SECRET_KEY not in (app.key, app.secret)
