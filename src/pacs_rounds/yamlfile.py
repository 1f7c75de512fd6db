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

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_LOADER):  # type: ignore[misc, valid-type]
    """Safe loader that refuses a key written twice, knows Ansible's vault tag, and keeps dates as text."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
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
    return loads(text, show(path))


def loads(text: str, where: str) -> Any:
    """Like `load`, for text at hand."""
    if text.startswith("$ANSIBLE_VAULT;"):
        return None
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a subclass of the safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise BadInput(f"{where}{line}", f"not valid YAML: {error.problem or error.context}",
                       "look at this line and the one above: indentation, colon and quotes") from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(where, f"not valid YAML: {str(error).splitlines()[0]}", "save it as plain UTF-8 YAML") from None


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


def validate(data: Any, schema: str, path: Path, prefix: list[Any] | None = None, remedy: str = "") -> None:
    """Raise BadInput for the first fault of `data` against schemas/<schema>.json; `prefix` is where data stands."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(schema).iter_errors(data))
    if error is None:
        return
    keys = [*(prefix or []), *error.absolute_path]
    line = line_of(path, keys)
    key = ".".join(str(part) for part in keys) or "(top)"
    message = error.message if len(error.message) < 200 else error.message[:200] + "…"
    raise BadInput(f"{show(path)}{f':{line}' if line else ''}", f"{key}: {message}",
                   remedy or f"see schemas/{schema}.json for what may stand here")
