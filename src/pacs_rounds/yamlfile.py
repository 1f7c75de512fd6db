"""Reading YAML that people wrote: every complaint names file, line, key and remedy.

The only place that opens inventories, policies, checks, scenarios and waivers.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import yaml

from pacs_rounds import paths
from pacs_rounds.model import BadInput

MAX_DEPTH = 200
"""Nobody writes lists in lists this deep."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_LOADER):  # type: ignore[misc, valid-type]
    """Safe loader that refuses a key written twice, knows Ansible's vault tag, and keeps dates as text."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="a list or mapping stands where a key belongs (a template in braces "
                                       "needs quotes)", problem_mark=key_node.start_mark)
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.add_constructor("!vault", lambda loader, node: "(vault)")
_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def show(path: Path) -> str:
    """The path as a person would type it: relative to the project where it lies in it."""
    try:
        return str(path.resolve().relative_to(paths.ROOT))
    except ValueError:
        return str(path)


def load(path: Path) -> Any:
    """The file's data. Raises BadInput naming file and line when it is not there or is no YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(show(path), "no such file", "check the name, or create it from inventories/lab") from None
    except IsADirectoryError:
        raise BadInput(show(path), "is a directory, not a YAML file", "name a file") from None
    except UnicodeDecodeError as error:
        raise BadInput(show(path), f"is not UTF-8 text (byte {error.start})", "save the file as UTF-8") from None
    except OSError as error:
        raise BadInput(show(path), f"cannot be read: {error.strerror}", "look at its place and permissions") from None
    return loads(text, show(path))


def loads(text: str, where: str) -> Any:
    """Like `load`, for text at hand."""
    if text.startswith("$ANSIBLE_VAULT;"):
        return None
    try:
        _refuse_depth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise BadInput(f"{where}{line}", f"not valid YAML: {error.problem or error.context}",
                       "look at this line and the one above: indentation, colon and quotes") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadInput(where, f"not valid YAML: {said}", "save it as plain UTF-8 YAML") from None


def _refuse_depth(text: str) -> None:
    """libyaml ends the process, not the call, when a text is nested too deeply: look before it is composed.
    Few brackets and short lines cannot nest deeply."""
    if text.count("[") + text.count("{") < MAX_DEPTH and all(len(line) < 2000 for line in text.split("\n")):
        return
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)


def line_of(path: Path, key_path: list[Any]) -> int | None:
    """The 1-based line on which a key stands, found in the YAML's own node tree."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, yaml.YAMLError):
        return None
    line: int | None = node.start_mark.line + 1 if node else None
    for key in key_path:
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.value == str(key):
                    node, line = value_node, key_node.start_mark.line + 1
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            return line
    return line


@functools.cache
def _validator(schema: str) -> Any:
    import jsonschema
    from referencing import Registry, Resource

    documents = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in paths.SCHEMAS.glob("*.json")}
    registry: Any = Registry().with_resources(
        [(name, Resource.from_contents(document)) for name, document in documents.items()])
    return jsonschema.Draft202012Validator(documents[f"{schema}.json"], registry=registry)


def _message(error: Any) -> str:
    """jsonschema's words, which begin with the whole value: where that is long, only their end says what is wrong."""
    choices = [one.get("required") for one in error.validator_value] if error.validator in {"oneOf", "anyOf"} else []
    if choices and all(choices):
        many = "exactly one" if error.validator == "oneOf" else "at least one"
        return f"{many} of these must stand here: " + ", ".join(" and ".join(names) for names in choices)
    message = str(error.message)
    return message if len(message) < 200 else f"{message[:60]} … {message[-120:]}"


def _with_words_as_keys(data: Any, path: Path, keys: list[Any]) -> Any:
    """The data with keys such as `1` as the words they become in Ansible and JSON. A key that YAML took for yes or no
    is refused: somebody forgot to quote `on`."""
    if isinstance(data, list):
        return [_with_words_as_keys(value, path, [*keys, number]) for number, value in enumerate(data)]
    if not isinstance(data, dict):
        return data
    for key in data:
        if isinstance(key, bool) or not isinstance(key, str | int):
            line = line_of(path, keys)
            raise BadInput(f"{show(path)}{f':{line}' if line else ''}",
                           f"{'.'.join(map(str, keys)) or '(top)'}: the key {key!r} is no word",
                           "put it in quotes: YAML reads on, off, yes and no as something else")
    return {str(key): _with_words_as_keys(value, path, [*keys, key]) for key, value in data.items()}


def validate(data: Any, schema: str, path: Path, prefix: list[Any] | None = None, remedy: str = "") -> None:
    """Raise BadInput for the first fault of `data` against schemas/<schema>.json; `prefix` is where data stands."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(_with_words_as_keys(data, path, list(prefix or []))))
    if error is None:
        return
    keys = [*(prefix or []), *error.absolute_path]
    line = line_of(path, keys)
    key = ".".join(str(part) for part in keys) or "(top)"
    raise BadInput(f"{show(path)}{f':{line}' if line else ''}", f"{key}: {_message(error)}",
                   remedy or f"see schemas/{schema}.json for what may stand here")
