"""Questions that are written down and planned once: of most of ours that takes longer than answering them.

`Prepared` reads rows of an ordinary queryset without parameters of its own, a `Question` may be any SQL; what is asked
together goes to PostgreSQL and back in one round trip. It keeps the plans with the connection (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper, ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

_IDS = object()  # stands among the parameters for what each call brings


class _PreparingCursor(ServerBindingCursor):
    def execute(self, query: Any, parameters: Any = None, **options: Any) -> Any:
        return super().execute(query, parameters, prepare=True, **options)

    def _convert_query(self, *given: Any) -> Any:
        self._query = super()._convert_query(*given)  # which the driver forgets here, and Django's log shows
        return self._query


def _database() -> DatabaseWrapper:
    """This thread's; looked up once for what is asked together."""
    return connections[DEFAULT_DB_ALIAS]


def _cursor(database: DatabaseWrapper) -> CursorWrapper:
    """Like `connection.cursor()`: errors, logging and wrappers are Django's."""
    database.ensure_connection()
    with database.wrap_database_errors:
        plain = _PreparingCursor(database.connection)
    return database.make_debug_cursor(plain) if database.queries_logged else database.make_cursor(plain)


Rows = list[tuple[Any, ...]]
Answer = TypeVar("Answer")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Question(Generic[Answer]):
    """SQL with its parameters, and what is made of the rows. What changes rows returns some as well."""

    sql: str
    parameters: Sequence[Any] | dict[str, Any]
    read: Callable[[Rows], Answer]

    def then(self, make: Callable[[Answer], Made]) -> Question[Made]:
        """The same question, of whose answer something is made."""
        return Question(self.sql, self.parameters, lambda rows: make(self.read(rows)))


def ask(question: Question[Answer]) -> Answer:
    with _cursor(_database()) as cursor:
        cursor.execute(question.sql, question.parameters)
        return question.read(cursor.fetchall())


def ask_together(*questions: Question[Any]) -> list[Any]:
    """The answers in their order; each sees what those before it have changed."""
    database = _database()
    database.ensure_connection()
    with ExitStack() as stack:
        # The answers are taken after the pipeline's end: taken within it they would cost another round trip.
        with database.wrap_database_errors, database.connection.pipeline():
            cursors = [stack.enter_context(_cursor(database)) for _question in questions]
            for cursor, question in zip(cursors, questions, strict=True):
                cursor.execute(question.sql, question.parameters)
        return [question.read(cursor.fetchall()) for cursor, question in zip(cursors, questions, strict=True)]


# -- one row -----------------------------------------------------------------------------------------------------------


def saving(row: Model, names: Iterable[str]) -> Question[int]:
    """Like `row.save(update_fields=names)`, without signals; how many rows there were."""
    fields = [row._meta.get_field(name) for name in sorted(names)]
    sql = _update(type(row), tuple(field.column for field in fields))
    return Question(sql, [*_values(row, fields, is_new=False), row.pk], len)


def storing(row: Model) -> Question[Model]:
    """Like `row.save()` of a new row, without signals; what PostgreSQL fills in is there afterwards."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    given = [field for field in fields if not isinstance(getattr(row, field.attname), DatabaseDefault)]
    filled = [row._meta.pk, *(field for field in fields if field not in given)]
    sql = _insert(type(row), tuple(field.column for field in given), tuple(field.column for field in filled))

    def read(rows: Rows) -> Model:
        database = _database()
        for field, value in zip(filled, rows[0], strict=True):
            for convert in field.get_db_converters(database):
                value = convert(value, field, database)
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return row

    return Question(sql, _values(row, given, is_new=True), read)


def _values(row: Model, fields: Iterable[Field], is_new: bool) -> list[Any]:
    database = _database()
    return [field.get_db_prep_save(field.pre_save(row, is_new), database) for field in fields]


@cache
def _update(model: type[Model], columns: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{column}" = %s' for column in columns)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE id = %s RETURNING id'


@cache
def _insert(model: type[Model], given: tuple[str, ...], filled: tuple[str, ...]) -> str:
    into, back = (", ".join(f'"{column}"' for column in columns) for columns in (given, filled))
    places = ", ".join(["%s"] * len(given))
    return f'INSERT INTO "{model._meta.db_table}" ({into}) VALUES ({places}) RETURNING {back}'


# -- many rows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as Django wrote it, and how its rows become models; `fields` None: they stay tuples."""

    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    model: type[Model]
    fields: list[str] | None
    columns: slice
    neighbours: list[Any]


class Prepared:
    """`rows` makes the queryset, of models or of `values_list`; a call reads those whose `column` is one of the ids."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], column: str = "item_id") -> None:
        self._rows, self._column = rows, column

    def __call__(self, ids: Iterable[int]) -> list[Any]:
        """One query; none without ids."""
        wanted = list(ids)
        return ask(self.of(wanted)) if wanted else []

    def of(self, ids: list[int]) -> Question[list[Any]]:
        known = self._written
        return Question(known.sql, [ids if value is _IDS else value for value in known.parameters], self._read)

    def _read(self, rows: Rows) -> list[Any]:
        found = self._converted(rows)
        return [self._as_model(row) for row in found] if self._written.fields else list(map(tuple, found))

    def _converted(self, rows: Rows) -> Iterable[Any]:
        """JSON and other fields that are more than what the driver hands over."""
        converters, database = self._converters, _database()
        if not converters:
            return rows
        for number, row in enumerate(rows):
            changed = list(row)
            for place, (functions, expression) in converters.items():
                for function in functions:
                    changed[place] = function(changed[place], expression, database)
            rows[number] = changed
        return rows

    @cached_property
    def _converters(self) -> dict[int, tuple[list[Callable[..., Any]], Any]]:
        compiler = self._written.compiler
        return compiler.get_converters([entry[0] for entry in compiler.select[: compiler.col_count]])

    def _as_model(self, row: Any) -> Model:
        known = self._written
        found = known.model.from_db(DEFAULT_DB_ALIAS, known.fields, row[known.columns])
        for neighbour in known.neighbours:
            neighbour.populate(row, found)
        return found

    @cached_property
    def _written(self) -> _Written:
        rows = self._rows()
        table = rows.model._meta.db_table
        query = rows.extra(where=[f'"{table}"."{self._column}" = ANY(%s::bigint[])'], params=[_IDS]).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        info = compiler.klass_info
        if rows._fields is not None:  # of `values_list`
            return _Written(compiler, sql, tuple(parameters), rows.model, None, slice(None), [])
        columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        fields = [entry[0].target.attname for entry in compiler.select[columns]]
        neighbours = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)
        return _Written(compiler, sql, tuple(parameters), rows.model, fields, columns, neighbours)
