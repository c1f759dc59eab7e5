"""What opens an explorer: a button, so that running a notebook stays quick."""

from __future__ import annotations

import html

import ipywidgets as w

from gatebook.errors import GatebookError


def opened(label: str, panel: str, project: str, candidate: str) -> w.Widget:
    """Return a button that measures the project and then shows a panel: "what_if", "errors" or "data"."""
    button = w.Button(description=label, layout=w.Layout(width="auto"))
    box = w.VBox([button])
    box.add_class("gatebook-explorer")

    def tell(words: str) -> None:
        button.description = f"{words[:1].upper()}{words[1:]} ..."

    def click(_: object) -> None:
        button.disabled = True
        tell("reading the tables")
        from gatebook.explore import panel_data, panel_errors, panel_what_if  # noqa: PLC0415  paid when somebody presses
        from gatebook.explore.workspace import Workspace  # noqa: PLC0415  as above

        build = {"what_if": panel_what_if.panel, "errors": panel_errors.panel, "data": panel_data.panel}[panel]
        try:
            box.children = (build(Workspace.open(project, candidate, progress=tell)),)
        except GatebookError as error:
            box.children = (w.HTML(f'<p role="alert">{html.escape(str(error))}</p>'),)

    button.on_click(click)
    return box
