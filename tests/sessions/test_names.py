import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.names import clean_name, name_key


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Chen   Wei ", "Chen Wei"),
        ("two\nlines\ttabbed", "two lines tabbed"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ريم", "ريم"),
        ("\u202eevil\u202c", "evil"),
        ("zero\u200bwidth", "zerowidth"),
        ("👩‍💻", "👩‍💻"),
        ("\x00nul", "nul"),
    ],
)
def test_visible_characters_are_kept(typed, shown):
    assert clean_name(typed) == shown


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200b\u200b", "\u200d", "\u2800", "\u3164 \u200c", "\ufe0f"]
)
def test_an_invisible_name_is_refused(typed):
    assert clean_name(typed) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("amira", "AMIRA"),
        ("straße", "STRASSE"),
        ("Jose\u0301", "José"),
        ("\uff21mira", "amira"),
        ("am\u200dira", "amira"),
    ],
)
def test_names_that_look_the_same_are_the_same(one, other):
    assert name_key(clean_name(one)) == name_key(clean_name(other))


@given(st.text())
def test_cleaning_twice_changes_nothing(typed):
    name = clean_name(typed)
    assert clean_name(name) == name
