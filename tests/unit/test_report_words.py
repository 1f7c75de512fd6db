"""Translations: complete in both languages, for every word the code and the catalogue can put into a report."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from pacs_rounds import catalogue, paths, yamlfile
from pacs_rounds.model import BadInput, Impact, Outcome, Reason
from pacs_rounds.report import words
from pacs_rounds.report.people import ALIASES

ONE_LANGUAGE = ("phrases", "items", "values.")
TREES = {lang: yamlfile.load(words.HERE / f"words.{lang}.yml") for lang in words.LANGUAGES}
FLAT = {lang: words.flatten(tree) for lang, tree in TREES.items()}


def _keys(lang: str) -> set[str]:
    return {key for key in FLAT[lang] if not key.startswith(ONE_LANGUAGE)}


def _fields(text: object) -> set[str]:
    variants = text.values() if isinstance(text, dict) else [text]
    return {name for variant in variants for _, name, _, _ in Formatter().parse(str(variant)) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert _keys("zh") == _keys("en")


@pytest.mark.parametrize("key", sorted(_keys("zh")))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    zh, en = FLAT["zh"][key], FLAT["en"][key]
    assert _fields(zh) >= _fields(en) - {"n"} or _fields(zh) == _fields(en)
    assert _fields(en) <= _fields(zh)
    assert all(str(text).strip() or key == "signatures.date_blank" for text in (zh, en))


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_outcome_reason_and_impact_has_its_words(lang: str) -> None:
    t = words.load(lang)
    for outcome in Outcome:
        assert t(f"outcomes.{outcome}")
        assert t(f"marks.{outcome}")
        assert t(f"meanings.{outcome}")
    for reason in Reason:
        assert t(f"reasons.{reason}")
        assert t(f"reasons_short.{reason}")
    for impact in Impact:
        assert t(f"impacts.{impact}")


def test_marks_differ_so_that_grey_paper_tells_outcomes_apart() -> None:
    for lang in words.LANGUAGES:
        marks = [words.load(lang)(f"marks.{name}") for name in (*Outcome, "unplanned")]
        assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("name", sorted(catalogue.load()))
def test_every_unit_of_the_catalogue_has_its_words(name: str) -> None:
    unit = ALIASES.get(catalogue.load()[name].unit, catalogue.load()[name].unit)
    for lang in words.LANGUAGES:
        assert unit in ("", "bytes", "seconds") or f"units.{unit}" in FLAT[lang], f"units.{unit} in words.{lang}.yml"


@pytest.mark.parametrize("name", sorted(catalogue.load()))
def test_every_state_word_of_the_catalogue_has_chinese(name: str) -> None:
    listed = {word for group in (catalogue.load()[name].words or {}).values() for word in group}
    missing = {word for word in listed if f"values.{word}" not in FLAT["zh"]}
    assert not missing, f"add to values: in words.zh.yml: {sorted(missing)}"


@pytest.mark.parametrize("name", sorted(catalogue.load()))
def test_every_check_has_its_reason_and_its_remedy_in_chinese(name: str) -> None:
    check = catalogue.load()[name]
    advice = words.advice("zh")
    book = check.remedy.removeprefix("docs/runbooks/").removesuffix(".md")
    assert name in advice["why"], f"add why: {name} to advice.zh.yml"
    own = (paths.ROOT / check.remedy.replace(".md", ".zh.md")).is_file()
    assert own or book in advice["remedies"], f"add remedies: {book} to advice.zh.yml, or write {book}.zh.md"


def test_chinese_advice_belongs_to_something() -> None:
    advice = words.advice("zh")
    assert set(advice["why"]) <= set(catalogue.load())
    for remedy in advice["remedies"].values():
        assert remedy["title"]
        assert 2 <= len(remedy["steps"]) <= 5


def test_phrases_keep_their_numbers_and_do_not_take_others() -> None:
    t = words.load("zh")
    assert t.phrase("12.3 GiB free of 40 GiB") == "空闲 12.3 GiB，共 40 GiB"
    assert t.phrase("the text of echoscu carries no times") == "the text of echoscu carries no times"


def test_templates_and_code_use_only_keys_that_exist() -> None:
    used: set[str] = set()
    for path in [*words.HERE.rglob("*.j2"), *words.HERE.glob("*.py")]:
        used |= set(re.findall(r"""(?:\bt|words)\(\s*f?['"]([a-z_.]+)['"]\s*[,)]""", path.read_text(encoding="utf-8")))
    assert len(used) > 60
    assert used <= _keys("zh")


def test_plural_follows_the_number() -> None:
    t = words.load("en")
    assert t("lines.ok_result", n=1) == "1 item in order"
    assert t("lines.ok_result", n=1234) == "1,234 items in order"


def test_a_device_text_with_braces_stays_inert() -> None:
    assert words.load("zh")("findings.silent", reason="{0} {reason} {{x}}") == "没有应答的设备（{0} {reason} {{x}}）"


def test_phrases_are_translated_part_by_part() -> None:
    t = words.load("zh")
    said = t.phrase("exit status 2: {0} broken; the counter was reset since the last run; whatever")
    assert said == "退出状态 2：{0} broken；计数器在上次巡检后被清零；whatever"
    assert words.load("en").phrase("none found") == "none found"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="zh, en"):
        words.load("fr")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.load("zh")("cover.nothing_like_it")


def test_the_phrase_with_most_words_of_its_own_speaks() -> None:
    t = words.load("zh")
    assert t.phrase("3 of 4 registered adapters are logged in") == "已注册 4 个适配器，已登录 3 个"
    assert t.phrase("6.0 GiB used of 7.0 GiB, 9.0 GiB with growth") == "已用 6.0 GiB，现有 7.0 GiB，计入增长 9.0 GiB"


def test_what_fills_in_a_phrase_is_translated_where_it_is_a_phrase_itself() -> None:
    assert words.load("zh").phrase("by its directory; by v$backup_set") == "依据：备份目录；依据：v$backup_set"


@pytest.mark.parametrize(("name", "said"), [
    ("serial number", "序列号 (serial number)"), ("PACS/exists", "第 1 级 备份存在 (PACS/exists)"),
    ("PACS/file 4 created at 16143", "数据文件 4（创建于 SCN 16143） (PACS/file 4 created at 16143)"),
    ("/images", "/images"), ("/backup/exists", "/backup/exists"), ("eth0", "eth0")])
def test_items_keep_the_name_of_the_record(name: str, said: str) -> None:
    assert words.load("zh").item(name) == said
    assert words.load("en").item(name) == name


def test_every_domain_with_checks_has_a_title() -> None:
    for lang in words.LANGUAGES:
        missing = {f"domains.{name.split('.')[0]}" for name in catalogue.load()} - set(FLAT[lang])
        assert not missing, f"add to words.{lang}.yml: {sorted(missing)}"
