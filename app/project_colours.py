"""Colours that were computed lie in files of their own: they go where the project that names them goes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from ..render.output_files import replacing_file
from ..scenes.edits import EditOperation, EditProgram, ReplaceColours
from .project import Project


def with_colours_in(project: Project, folder: Path) -> Project:
    """The project with copies in `folder` of the files with colours that it names; a file that is gone stays named.

    Raises:
        OSError: A copy cannot be written.
    """
    document = project.document
    for item in document.scenes:
        operations = tuple(_moved(operation, folder) for operation in item.program.operations)
        if operations != item.program.operations:
            document = document.with_scene(replace(item, program=EditProgram(operations=operations)))
    return replace(project, document=document)


def _moved(operation: EditOperation, folder: Path) -> EditOperation:
    if not isinstance(operation, ReplaceColours) or not operation.path.is_file():
        return operation
    copy = folder.resolve() / operation.path.name  # which is made of the content
    if not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with replacing_file(copy) as temporary:
            shutil.copyfile(operation.path, temporary)
    return replace(operation, path=copy)
