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
        Action(
            name="next-photo",
            menu=menu,
            text="Next photo",
            keys=("PgDown",),
            tip="Look from where the next photo was taken.",
            run=lambda viewer: viewer.photos.step(1),
            enabled=_has_photos,
        ),
        Action(
            name="previous-photo",
            menu=menu,
            text="Previous photo",
            keys=("PgUp",),
            tip="Look from where the photo before was taken.",
            run=lambda viewer: viewer.photos.step(-1),
            enabled=_has_photos,
        ),
        Action(
            name="image-based",
            menu=menu,
            text="Image-based view",
            keys=("Ctrl+5",),
            tip="Show as look A a view that a network makes of the photos, or the scenes again.",
            run=lambda viewer: viewer.views.toggle(),
            enabled=_has_photos,
            checked=lambda viewer: viewer.state.view.look.is_image_based,
        ),
        Action(
            name="more-sources",
            menu=menu,
            text="More source photos",
            keys=("Ctrl+]",),
            tip="Make views from one photo more, up to 8.",
            run=lambda viewer: viewer.views.change_sources(1),
            enabled=_has_photos,
        ),
        Action(
            name="fewer-sources",
            menu=menu,
            text="Fewer source photos",
            keys=("Ctrl+[",),
            tip="Make views from one photo less, at least 2.",
            run=lambda viewer: viewer.views.change_sources(-1),
            enabled=_has_photos,
        ),
        Action(
            name="pin-photo",
            menu=menu,
            text="Use this photo",
            keys=("U",),
            tip="Make all views from the photo nearest to the camera, among others, or no longer.",
            run=lambda viewer: viewer.views.pin(),
            enabled=_has_photos,
            checked=lambda viewer: viewer.views.is_pinned,
        ),
        Action(
            name="unpin-photos",
            menu=menu,
            text="Choose source photos automatically",
            tip="Use no photo for all views any more.",
            run=lambda viewer: viewer.views.unpin(),
            enabled=lambda viewer: bool(viewer.views.scene.pinned),
        ),
        Action(
            name="bake-photos",
            menu=menu,
            text="Bake the photos…",
            keys=("Ctrl+B",),
            tip="Find depth maps and a mesh of the photos where there are none, and bake them for real time.",
            run=lambda viewer: viewer.photos.bake(),
            enabled=_has_photos,
        ),
    )


def _has_photos(viewer: Viewer) -> bool:
    return viewer.photos.found is not None
