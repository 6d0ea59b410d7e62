"""Queries that Django writes down once: for most of ours that takes longer than PostgreSQL takes to answer them.

What is prepared is an ordinary queryset without parameters of its own; the rows of so many ids are read with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

_IDS = object()  # stands among the parameters for what each call brings


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
        return list(self._read(wanted)) if wanted else []

    def _read(self, ids: list[int]) -> Iterator[Any]:
        known = self._written
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(known.sql, [ids if value is _IDS else value for value in known.parameters])
            found = cursor.fetchall()
        rows = self._converted(found, connection)
        return map(self._as_model, rows) if known.fields else map(tuple, rows)

    def _converted(self, rows: list[tuple[Any, ...]], connection: Any) -> Iterable[Any]:
        """JSON and other fields that are more than what the driver hands over."""
        converters = self._converters
        if not converters:
            return rows
        for number, row in enumerate(rows):
            changed = list(row)
            for place, (functions, expression) in converters.items():
                for function in functions:
                    changed[place] = function(changed[place], expression, connection)
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
        query = rows.extra(where=[f'"{table}"."{self._column}" = ANY(%s)'], params=[_IDS]).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        info = compiler.klass_info
        if info is None:
            return _Written(compiler, sql, tuple(parameters), rows.model, None, slice(None), [])
        columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        fields = [entry[0].target.attname for entry in compiler.select[columns]]
        neighbours = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)
        return _Written(compiler, sql, tuple(parameters), rows.model, fields, columns, neighbours)
