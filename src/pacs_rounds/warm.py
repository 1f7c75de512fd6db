"""What Ansible itself loads anew in every worker, loaded once in the process the workers are forked from.

The first template with a filter makes a worker import all of Ansible's filters (one of them looks for libcrypt by
starting `ldconfig`) and build Jinja's lexer; the first task on a host loads its connection and shell plug-in. That was
a third of what a host cost here.
"""

from __future__ import annotations

import contextlib


def warm_ansible() -> None:
    """Fill Ansible's plug-in caches. Whatever does not load here is left to Ansible, which can say so."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import connection_loader, shell_loader
    from ansible.template import Templar, trust_as_template

    with contextlib.suppress(Exception):
        Templar(DataLoader()).template(trust_as_template("{{ lookup('env', 'HOME') is defined | default('', true) }}"))
    for loader, name in ((connection_loader, "ssh"), (shell_loader, "sh")):
        with contextlib.suppress(Exception):
            loader.get(name, class_only=True)
