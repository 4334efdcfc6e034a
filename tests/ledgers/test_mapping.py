"""A mapping is right, or its file, line and key are named."""

from pathlib import Path

import pytest

from ledgers.mapping_files import load_mapping, mapping_names, read_mapping
from rules.errors import InputError, NotFound
from tests.ledgers.files import SMALL

GOOD = "key: no\ncolumns:\n  title: name\n"


@pytest.mark.parametrize("name", mapping_names())
def test_every_mapping_that_is_shipped_is_valid(name: str) -> None:
    mapping = load_mapping(name)
    assert mapping.title
    assert mapping.docs
    assert mapping.columns["title"]


def test_the_mappings_that_others_rely_on_are_there() -> None:
    assert {"ledger", "boston311", "zh-audit-ledger"} <= set(mapping_names())


def test_a_mapping_is_found_by_path_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load_mapping(path).columns["title"].join[0].column == ("name",)
    assert load_mapping(str(path)) == load_mapping(path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"Did you mean boston311.*ledger, zh-audit-ledger"):
        load_mapping("boston")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no mapping file .*none\.yaml"):
        load_mapping(tmp_path / "none.yaml")


def test_a_file_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("title: 台账".encode("gb18030"))
    with pytest.raises(InputError, match="Save it as UTF-8"):
        load_mapping(path)


def test_a_column_may_have_other_names_be_joined_and_carry_labels() -> None:
    mapping = read_mapping(
        'key: {columns: [firm, [no, number]], separator: "-"}\n'
        "columns:\n"
        "  title: [name, Title]\n"
        '  unit: {join: [firm, branch], with: "/"}\n'
        "  description: {join: [text, {column: plan, label: 'Plan: '}]}\n",
        "m",
    )
    assert [part.column for part in mapping.key.columns] == [("firm",), ("no", "number")]
    assert mapping.columns["title"].join[0].column == ("name", "Title")
    assert mapping.columns["unit"].separator == "/"
    assert mapping.columns["description"].join[1].label == "Plan: "


def test_words_that_yaml_takes_for_other_things_stay_words() -> None:
    mapping = read_mapping(GOOD + "values:\n  severity: {yes: major, 1: general}\n", "m")
    assert mapping.values["severity"] == {"yes": "major", "1": "general"}
    assert mapping.key.columns[0].column == ("no",)


MISTAKES = [
    ("columns:\n  title: a\n", 1, "key: Field required"),
    ("key: no\ncolumns:\n  titel: a\n", 3, r"did you mean title\?"),
    (GOOD + "colour: red\n", 4, "colour: there is no such key"),
    (GOOD + "unkown: keep\n", 4, r"did you mean unknown\?"),
    (GOOD + "unknown: maybe\n", 4, "'refuse', 'keep' or 'ignore'"),
    (GOOD + "key: other\n", 4, 'The key "key" is given twice'),
    (GOOD + "dates:\n  zone: Asia/Jinan\n", 5, '"Asia/Jinan" is not a time zone'),
    (GOOD + "dates:\n  formats:\n  - '%d/%m'\n", 5, "does not tell year, month and day"),
    (GOOD + "dates:\n  minimum_year: 2050\n  maximum_year: 2000\n", 5, "is after"),
    (GOOD + "dates:\n  far_years: soon\n", 5, "dates.far_years: Input should be a valid integer"),
    (GOOD + "file:\n  encoding: utf-9\n", 5, '"utf-9" is not an encoding'),
    (GOOD + "file:\n  sheet: 0\n", 5, "greater than or equal to 1"),
    (GOOD + "required: [title, due]\n", 4, "no column is mapped to due"),
    (GOOD + "closed:\n  column: done\n", 4, "the words that say closed are missing"),
    (GOOD + "closed:\n  column: done\n  yes: [是]\n  no: [是]\n", 7, "both yes and no"),
    (GOOD + "  due: {join: [a, b]}\n", 4, "takes one column"),
    (GOOD + "values:\n  severity:\n    bad: worst\n", 6, 'worst" is not known; .*general'),
    (GOOD + "values:\n  due:\n    soon: 2024-08-01\n", 6, "str"),
    (GOOD + "constants:\n  stage: nowhere\n", 5, '"nowhere" is not known'),
    (GOOD + "constants:\n  due: '2024-08-01'\n", 5, "to a blank only"),
    (GOOD + "  unit: []\n", 4, "at least 1 item"),
    (GOOD + "blanks: [true, '/']\n", 4, "valid string"),
    ("key: no\ncolumns: [title\n", 3, "not valid YAML"),
    ("- a list\n", None, "A mapping starts with keys"),
    ("", None, "A mapping starts with keys"),
]


@pytest.mark.parametrize(("text", "line", "sentence"), MISTAKES)
def test_a_mistake_is_named_with_its_line_and_key(
    text: str, line: int | None, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read_mapping(text, "mine.yaml")
    assert caught.value.where == ("mine.yaml" if line is None else f"mine.yaml:{line}")


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(InputError, match=r"line 4.*; line 5"):
        read_mapping(GOOD + "a: 1\nb: 2\n", "m")


def test_yaml_that_refers_to_itself_or_runs_code_is_refused() -> None:
    with pytest.raises(InputError, match="nested too deeply"):
        read_mapping("a: &x {b: *x}\n", "m")
    with pytest.raises(InputError):
        read_mapping(GOOD + "title: !!python/object/apply:os.getcwd []\n", "m")


def test_a_mapping_cannot_be_changed() -> None:
    mapping = read_mapping(SMALL, "m")
    with pytest.raises(ValueError, match="frozen"):
        mapping.title = "other"  # type: ignore[misc]
