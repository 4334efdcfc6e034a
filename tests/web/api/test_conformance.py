"""The API does what its description says, whatever is sent: no fault of ours, no answer that is
not described, nothing taken that the description forbids."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.datastructures import State

from config.clock import ManualClock
from config.settings import Settings
from models.engine import open_engine
from rules.vocabulary import Stage
from tasks.api_tokens import Scope
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import item_in
from tests.web.api.conftest import token_for
from web.api.app import create_api
from web.api.reference import described
from web.app import create_app
from web.throttle import Throttle

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance, negative_data_rejection,
    unsupported_method,
]  # fmt: skip

EXAMPLES = 10
"""For each operation, of data that fit and of data that do not; there are some sixty."""

DOCUMENT = described(create_api(State(), None))
for _path in DOCUMENT["paths"].values():
    for _operation in _path.values():
        # The token is sent with every request; that it is needed is tried elsewhere.
        _operation.pop("security", None)
IDENTS = [
    operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()
]


@pytest.fixture(scope="module")
def world(
    staffed_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, list[str], str]]:
    """The application, items in every stage, and the token of somebody who may do much."""
    home = tmp_path_factory.mktemp("api")
    shutil.copy(staffed_file, home / "rectiflow.db")
    made = Settings(home=home, secret_key="s" * 40)
    engine = open_engine(made.database)
    office = Office(made, engine, ManualClock(MONDAY))
    refs = [item_in(engine, stage) for stage in Stage]
    refs.append(item_in(engine, Stage.DEADLINE, confidential=True, complainant="某群众"))
    token = token_for(office, "colleague", Scope.ADMIN)
    app = create_app(office)
    # So many examples are what no program sends.
    app.state.api_calls = app.state.api_failures = Throttle(1_000_000, 1.0)
    yield app, refs, token
    engine.dispose()


@pytest.mark.parametrize("ident", IDENTS)
def test_an_operation_answers_as_it_is_described(
    world: tuple[Any, list[str], str], ident: str
) -> None:
    app, refs, token = world
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = app
    operation = schema.find_operation_by_id(ident)
    fitting = st.tuples(operation.as_strategy(), st.none() | st.sampled_from(refs))
    negative = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @settings(
        max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(fitting | st.tuples(negative, st.none()))
    def answered(made: tuple[Any, str | None]) -> None:
        case, ref = made
        if ref is not None and "ref" in (case.path_parameters or {}):
            case.path_parameters["ref"] = ref
        headers = {"authorization": f"Bearer {token}"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    answered()
