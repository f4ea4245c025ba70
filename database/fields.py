"""Fields that say of themselves what must not be shown."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models


class SecretCharField(models.CharField):
    """A text that leaves the server by the visibility policy alone.

    The admin and the secrecy test read ``secret``. The database and the migrations know
    it as a plain CharField.
    """

    secret = True

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def is_secret(field: object) -> bool:
    return getattr(field, "secret", False)


def reaches_secret(model: type[models.Model], lookup: str) -> bool:
    """Whether a lookup such as ``votes__card__gt`` asks about a secret field."""
    return any(is_secret(field) for field in _fields_on(model, lookup))


def _fields_on(model: type[models.Model], lookup: str) -> Iterator[object]:
    at: type[models.Model] | None = model
    for name in lookup.split("__"):
        if at is None:
            return
        if name == "pk":
            continue
        try:
            field: Any = at._meta.get_field(name)  # noqa: SLF001 -- documented
        except FieldDoesNotExist:
            return
        yield field
        at = field.related_model
