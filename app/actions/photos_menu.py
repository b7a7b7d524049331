"""Commands of the Photos menu."""

from __future__ import annotations

from collections.abc import Sequence

from ..viewer import Viewer
from .action import Action, Menu


def photos_actions() -> Sequence[Action]:
    """In the order of the menu."""
    menu = Menu.PHOTOS
    return (
        Action(
            name="photo-cameras",
            menu=menu,
            text="Cameras of the photos",
            keys=("C",),
            tip="Show where the photos were taken, each in its image plane; a click on one flies there.",
            run=lambda viewer: viewer.frustums.toggle(),
            enabled=_has_photos,
            checked=lambda viewer: viewer.frustums.shown,
        ),
        *(
            Action(
                name=name,
                menu=menu,
                text=text,
                keys=(key,),
                tip=tip,
                run=lambda viewer, by=by: viewer.photos.step(by),
                enabled=_has_photos,
            )
            for name, text, key, tip, by in (
                ("next-photo", "Next photo", "PgDown", "Look from where the next photo was taken.", 1),
                (
                    "previous-photo",
                    "Previous photo",
                    "PgUp",
                    "Look from where the photo before was taken.",
                    -1,
                ),
            )
        ),
    )


def _has_photos(viewer: Viewer) -> bool:
    return viewer.photos.found is not None
