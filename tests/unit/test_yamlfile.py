"""YAML that people wrote: every complaint names file, line, key and a remedy, and none is a traceback."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds import paths, yamlfile
from pacs_rounds.model import BadInput


def complaint(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        yamlfile.loads(text, "site.yml")
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(("text", "where", "words"), [
    ("a: 1\nb: 'x\n", "site.yml:3", "unexpected end of stream"),
    ("a: 1\n\tb: 2\n", "site.yml:2", "tab"),
    ("a:\n  b: 1\n c: 2\n", "site.yml:3", "did not find expected key"),
    ("a: 1\nb: 2\na: 3\n", "site.yml:3", "the key 'a' stands twice"),
    ("x:\n  - {n: 1, n: 2}\n", "site.yml:2", "the key 'n' stands twice"),
    ("? [a, b]\n: c\n", "site.yml:1", "where a key belongs"),
    ("a: 1\n{{ name }}: c\n", "site.yml:2", "needs quotes"),
    ("a: {{ name }}\n", "site.yml:1", "needs quotes"),
    ("a: *nobody\n", "site.yml:1", "undefined alias"),
    ("a: &x [*x]\n", "site.yml:1", "recursive"),
    ("a: !ruby/object x\n", "site.yml:1", "tag"),
    ("a: !!python/object/apply:os.system [id]\n", "site.yml:1", "tag"),
    ("a: 1\n---\nb: 2\n", "site.yml:2", "another document"),
    ("a: \x07\n", "site.yml", "control characters"),
    ("a: " + "[" * 100_000, "site.yml:1", "nested too deeply"),
    ("- " * 100_000, "site.yml:1", "nested too deeply"),
    ("{a: " * 50_000, "site.yml:1", "nested too deeply"),
])
def test_what_is_no_yaml_is_named_by_file_and_line(text: str, where: str, words: str) -> None:
    error = complaint(text)
    assert error.where == where
    assert words in error.problem


def test_many_short_lists_are_not_deep() -> None:
    assert yamlfile.loads("a: [" + "[1], " * 5000 + "]", "x") == {"a": [[1]] * 5000}


@given(st.text(alphabet="ab:-[]{}?&*!|>'\"#%@\n\t 1,<", max_size=60))
def test_no_text_however_mangled_is_a_traceback(text: str) -> None:
    with contextlib.suppress(BadInput):
        yamlfile.loads(text, "x.yml")


def test_dates_stay_words_and_vault_values_stay_closed() -> None:
    assert yamlfile.loads("a: 2026-11-22\nb: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\nc: !unsafe '{{ x }}'\n",
                          "x") == {"a": "2026-11-22", "b": "(vault)", "c": "{{ x }}"}
    assert yamlfile.loads("$ANSIBLE_VAULT;1.1;AES256\n313233\n", "x") is None


def test_an_anchor_may_be_merged_and_overridden() -> None:
    assert yamlfile.loads("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", "f")["y"] == {"a": 1, "b": 3}


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.yml", "no such file"), (tmp_path, "is a directory"),
                        (tmp_path / "latin.yml", "not UTF-8"), (tmp_path / "latin.yml" / "x.yml", "cannot be read")):
        (tmp_path / "latin.yml").write_bytes(b"a: caf\xe9\n")
        with pytest.raises(BadInput, match=words) as caught:
            yamlfile.load(path)
        assert str(path) in caught.value.where


def test_a_path_inside_the_project_is_shown_as_a_person_would_type_it(tmp_path: Path) -> None:
    assert yamlfile.show(paths.ROOT / "policies" / "x.yml") == "policies/x.yml"
    assert yamlfile.show(tmp_path / "x.yml") == str(tmp_path / "x.yml")


@pytest.mark.parametrize(("text", "where", "words"), [
    ("- check: linux.*\n  reason: agreed in writing\n  levels:\n    direction: up\n    warning: 1\n", ":4",
     "0.levels.direction"),
    ("- check: linux.*\n  reason: agreed in writing\n  levels: {direction: upper, warning: '9'}\n", ":3", "'9'"),
    ("- check: linux.*\n  reason: agreed in writing\n  words:\n    on: [up]\n", ":3", "the key True is no word"),
    ("- check: linux.*\n  reason: agreed in writing\n  words:\n    ok: [up]\n    3: [x]\n", ":3", "'3'"),
    ("- check: linux.*\n  reason: agreed in writing\n  words:\n    null: [up]\n", ":3", "the key None is no word"),
    ("- check: linux.*\n", ":1", "is a required property"),
    ("check: linux.*\n", ":1", "is not of type 'array'"),
    ("- check: linux.*\n  reason: agreed in writing\n  wordz: {ok: [up]}\n  words: {ok: [up]}\n", ":1", "wordz"),
])
def test_a_value_of_the_wrong_shape_is_named_by_line_and_key(
        tmp_path: Path, text: str, where: str, words: str) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        yamlfile.validate(yamlfile.load(path), "check_rules", path)
    assert caught.value.where == f"{path}{where}"
    assert words in caught.value.problem
    assert caught.value.remedy


def test_every_schema_is_a_schema() -> None:
    import jsonschema

    for path in paths.SCHEMAS.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(yamlfile.load(path))
