"""Statements whose SQL is made once, for what every vote and every page asks.

Django builds a query and its SQL anew each time, which costs five to ten times what the
database then takes. Here a query is written as ever, compiled when it is first used,
and afterwards only run; what comes back are the same instances.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import query as django_query

Row = TypeVar("Row")

# No public API, as are the compiler's attributes: Django's version is pinned, and
# tests/database/test_statements.py compares each row with what a QuerySet gives.
related_populators: Any = django_query.get_related_populators


@dataclass(frozen=True)
class _Compiled:
    """A query as Django's compiler made it, and how to read its rows."""

    sql: str
    arguments: Sequence[str]
    constants: Mapping[str, Any]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    # None for a query of values.
    model: type[models.Model] | None
    names: Sequence[str]
    fields: slice
    populators: Sequence[Any]


class PreparedQuery(Generic[Row]):
    """The query that ``build`` makes of its arguments, all of them texts.

    ``build`` is called once, with texts that stand for them. It may use all that a
    QuerySet can but ``prefetch_related`` and annotations. After ``values_list`` each
    row is a sequence of them.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self._build = build
        self._compiled: _Compiled | None = None

    def first(self, *arguments: str) -> Row | None:
        """The first row, None where there is none."""
        rows = self.all(*arguments)
        return rows[0] if rows else None

    def all(self, *arguments: str) -> list[Row]:
        compiled, rows = self._rows(arguments)
        if compiled.model is None:
            return list(rows)
        return [_instance(compiled, row) for row in rows]

    def _rows(self, arguments: Sequence[str]) -> tuple[_Compiled, Sequence[Any]]:
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = _compile(self._build, len(arguments))
        params = dict(zip(compiled.arguments, arguments, strict=True))
        params.update(compiled.constants)
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            rows = cursor.fetchall()
        if compiled.converters:
            rows = [_converted(compiled, row) for row in rows]
        return compiled, rows


class PreparedUpsert:
    """Insert a row, or change the one that has the same ``unique`` fields.

    One statement, in the SQL that SQLite and PostgreSQL have in common. With ``rising``
    a row is only changed if that field of it becomes more.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        unique: Sequence[str],
        changes: Sequence[str],
        rising: str = "",
    ) -> None:
        self._model = model
        self._unique, self._changes = unique, changes
        self._rising = rising
        self._prepared: tuple[str, list[Any]] | None = None

    def write(self, **values: Any) -> bool:
        """Whether a row was inserted or changed. ``values`` are each field's, by
        attribute name (``member_id``).
        """
        if self._prepared is None:
            self._prepared = self._prepare()
        sql, fields = self._prepared
        params = {
            field.attname: field.get_db_prep_save(values[field.attname], connection)
            for field in fields
        }
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return bool(cursor.rowcount)

    def _prepare(self) -> tuple[str, list[Any]]:
        """The SQL, and the fields whose values it takes."""

        def columns(names: Sequence[str], form: str = "{0}") -> str:
            quoted = (quote(meta.get_field(name).column) for name in names)
            return ", ".join(form.format(column) for column in quoted)

        quote, meta = connection.ops.quote_name, _meta(self._model)
        names = [*self._unique, *self._changes]
        fields = [meta.get_field(name) for name in names]
        taken = ", ".join(_placeholder(field.attname) for field in fields)
        sql = (
            f"INSERT INTO {quote(meta.db_table)} ({columns(names)})"  # noqa: S608
            f" VALUES ({taken})"
            f" ON CONFLICT ({columns(self._unique)})"
            f" DO UPDATE SET {columns(self._changes, '{0} = excluded.{0}')}"
        )
        if self._rising:
            rising = columns([self._rising])
            sql += f" WHERE excluded.{rising} > {quote(meta.db_table)}.{rising}"
        return sql, fields


class PreparedUpdate:
    """Set fields of the row with a primary key."""

    def __init__(self, model: type[models.Model], *changes: str) -> None:
        self._model, self._changes = model, changes
        self._sql = ""

    def write(self, pk: str, *values: Any) -> None:
        """``values`` as the database takes them, in the order of the fields."""
        if not self._sql:
            quote, meta = connection.ops.quote_name, _meta(self._model)
            changes = ", ".join(
                f"{quote(meta.get_field(name).column)} = {_placeholder(name)}"
                for name in self._changes
            )
            self._sql = (
                f"UPDATE {quote(meta.db_table)} SET {changes}"  # noqa: S608
                f" WHERE {quote(meta.pk.column)} = {_placeholder('pk')}"
            )
        params = {"pk": pk, **dict(zip(self._changes, values, strict=True))}
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)


def _compile(build: Callable[..., models.QuerySet[Any]], count: int) -> _Compiled:
    names = {
        f"argument {index} of {count}": f"argument_{index}" for index in range(count)
    }
    query = build(*names).query
    compiler = query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    constants: dict[str, Any] = {}
    takes: list[str] = []
    for param in params:
        if not isinstance(param, str):
            name = f"constant_{len(constants)}"
            constants[name] = param
            takes.append(_placeholder(name))
        elif param in names:
            takes.append(_placeholder(names[param]))
        else:
            takes.append(_literal(param))
    if not {_placeholder(name) for name in names.values()} <= {*takes}:
        raise TypeError("A prepared query uses each of its arguments as a text.")
    pieces = zip(sql.split("%s"), [*takes, ""], strict=True)
    select = compiler.select
    converters = compiler.get_converters([expression for expression, *_ in select])
    shape: dict[str, Any] = compiler.klass_info
    fields = slice(shape["select_fields"][0], shape["select_fields"][-1] + 1)
    return _Compiled(
        sql="".join(piece + taken for piece, taken in pieces),
        arguments=[*names.values()],
        constants=constants,
        converters=[(place, *converter) for place, converter in converters.items()],
        model=None if query.values_select else shape["model"],
        names=[expression.target.attname for expression, *_ in select[fields]],
        fields=fields,
        populators=related_populators(shape, select, DEFAULT_DB_ALIAS),
    )


def _placeholder(name: str) -> str:
    """What a statement takes has names: Django rewrites nameless placeholders (``%s``)
    for SQLite with a regular expression, which took longer than SQLite.
    """
    return f"%({name})s"


def _literal(text: str) -> str:
    """A constant of the query itself, for SQL with placeholders. As a parameter it
    would have SQLite plan anew each time: by its value a partial index fits or not.
    """
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _converted(compiled: _Compiled, row: Sequence[Any]) -> list[Any]:
    values = list(row)
    for position, converters, expression in compiled.converters:
        for converter in converters:
            values[position] = converter(values[position], expression, connection)
    return values


def _instance(compiled: _Compiled, row: Sequence[Any]) -> Any:
    model = cast("type[models.Model]", compiled.model)
    instance = model.from_db(DEFAULT_DB_ALIAS, compiled.names, row[compiled.fields])
    for populator in compiled.populators:
        populator.populate(row, instance)
    return instance


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 -- Django's, and documented
