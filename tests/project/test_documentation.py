import re

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands

README = settings.BASE_DIR / "README.md"
PAGES = [README, *sorted((settings.BASE_DIR / "docs").glob("*.md"))]


def test_each_command_is_documented():
    makefile = (settings.BASE_DIR / "Makefile").read_text()
    targets = [f"make {name}" for name in re.findall(r"(?m)^([a-z]+):", makefile)]
    own_apps = {
        config.name
        for config in apps.get_app_configs()
        if (settings.BASE_DIR / config.name).is_dir()
    }
    commands = [
        f"manage.py {name}" for name, app in get_commands().items() if app in own_apps
    ]
    docs = "".join(page.read_text() for page in PAGES)

    assert "manage.py serve" in commands
    assert [each for each in [*targets, *commands] if each not in docs] == []


def test_each_link_between_the_pages_has_a_target():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
        for image in re.findall(r'src="([^":]+)"', page.read_text()):
            assert (page.parent / image).exists(), f"{page.name}: {image}"


def test_each_hop_of_a_vote_names_a_file():
    page = (settings.BASE_DIR / "docs" / "architecture.md").read_text()
    hops = re.findall(r"(?m)^\| \d+ \| .* \| `([^`]+)` \|$", page)

    assert len(hops) == 8
    assert [hop for hop in hops if not (settings.BASE_DIR / hop).is_file()] == []
