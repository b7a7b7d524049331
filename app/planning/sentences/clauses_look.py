"""What is said to change colours, light and style of things."""

from __future__ import annotations

from random import Random

from ....scenes.text_edits.steps import Adjust, Quantity, Recolor, ShiftHue, Step, Style
from .amounts import say_degrees, say_percent, say_strength
from .colors import COMMON, say_color
from .targets import Said
from .wording import article, expand, weighted
from .words import some_style

_TINTABLE = ("red", "green", "blue", "yellow", "pink", "purple", "brown", "orange")
_ISH = {"red": "reddish", "green": "greenish", "blue": "bluish", "yellow": "yellowish", "pink": "pinkish"}
_ISH.update({"purple": "purplish", "brown": "brownish", "orange": "orangish"})


_PAINT_GRAY = (
    "(paint {t} {c}|recolor {t} {c}|color {t} {c}|colour {t} {c}|dye {t} {c}|recolour {t} {c}|"
    "paint {t} in {c}|"
    "change the (color|colour) of {t} to {c}|set the (color|colour) of {t} to {c}|"
    "give {t} a coat of {c} paint)"
)
_MAKE_GRAY = "(make {t} {c}|make {t} {c}|turn {t} {c}|i want {t} {c}|{t} should be {c}|i'd like {t} {c})"


def say_recolor(rng: Random, said: Said) -> tuple[str, Step]:
    """A colour in place of another."""
    spoken, color = say_color(rng)
    if color == "gray":  # "make it gray" takes the colour away; "paint it gray" gives one
        template = _PAINT_GRAY if rng.random() < 0.5 else _MAKE_GRAY
        text = expand(rng, template, t=said.text, c=spoken)
        if template is _MAKE_GRAY:
            return text, Adjust(target=said.target, quantity=Quantity.SATURATION, factor=0.0)
        return text, Recolor(target=said.target, color=color)
    template = (
        "(paint {t} {c}|recolor {t} {c}|recolour {t} {c}|color {t} {c}|colour {t} {c}|dye {t} {c}|"
        "turn {t} {c}|"
        "make {t} {c}|make {t} {c}|make {t} {c}|change {t} to {c}|recolor {t} to {c}|recolour {t} (to|"
        "in) {c}|"
        "change the (color|colour) of {t} to {c}|set the (color|colour) of {t} to {c}|{t} should be {c}|"
        "i want {t} (to be|in|painted|) {c}|give {t} a {c} (color|colour)|give {t} a coat of {c} paint|"
        "spray {t} {c}|"
        "let {t} be {c}|{t} (has|needs) to be {c}|paint {t} in {c}|(set|switch) {t} to {c}|coat {t} in {c}|"
        "i'd like {t} {c}|i would like {t} to be {c}|{t} in {c}|{t} {c}|{t}: {c}|have {t} {c}|{c} for {t}|"
        "apply {c} to {t}|fill {t} with {c}|{c} {t} please|the color of {t} should be {c}|colorize {t} {c}|"
        "use {c} for {t}|get {t} {c}|put {c} on {t}|change {t} color to {c}|change {t} into {c}|"
        "render {t} in {c}|"
        "cover {t} (in|with) {c} (paint|)|slap some {c} paint on {t}|{t} would look (better|good|"
        "nice) in {c}|{t} looks better in {c}|"
        "splash {c} on {t}|stain {t} {c}|can we have {t} in {c}|redo {t} in {c}|switch the (color|"
        "colour) of {t} to {c}|"
        "go for {c} on {t}|i prefer {t} in {c}|throw some {c} on {t}|{c} would be better for {t}|"
        "{t} (must|ought to) be {c}|"
        "repaint {t} (in|) {c}|change {t} from its color to {c}|give {t} the color {c}|"
        "let's have {t} {c}|wrap {t} in {c})"
    ).replace("|{c} {t} please", "")
    text = expand(rng, template, t=said.text, c=spoken)
    if text.startswith(f"give {said.text} a {spoken}"):
        text = text.replace(f" a {spoken}", f" {article(spoken)} {spoken}", 1)
    return text, Recolor(target=said.target, color=color)


def say_tint(rng: Random, said: Said) -> tuple[str, Step]:
    """A colour in part."""
    spoken, color = say_color(rng, plain=True)
    if rng.random() < 0.5:
        percent = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90))
        template = (
            "(tint {t} {c} by {p}|tint {t} {c}, like {p}|tint {t} {c}, (about|say) {p}|tint {t} {p} {c}|"
            "tint {t} (with|) {c} {p}|give {t} {a} {p} {c} tint|"
            "tint {t} {c} (at|by) {p}|add {a} {p} {c} tint to {t}|apply a {p} {c} tint to {t}|"
            "blend {p} {c} into {t}|mix {p} {c} into {t}|color {t} {p} {c}|make {t} {p} {c})"
        )
        text = expand(rng, template, t=said.text, c=spoken, p=say_percent(rng, percent), a="a")
        return text, Recolor(target=said.target, color=color, amount=percent / 100)
    amount, strength = say_strength(rng, 0.5, 0.2, 0.8)
    if strength == 0.5 or (strength == 0.2 and rng.random() < 0.5):
        slight = "(slight |faint |subtle |light )" if strength == 0.2 else ""
        template = (
            f"(give {{t}} a {slight}{{c}} (tint|tinge|hue|cast)|add a {slight}{{c}} tint to {{t}}|"
            f"put a {slight}{{c}} tint on {{t}}|apply a {slight}{{c}} tint to {{t}})"
        )
        if not slight and rng.random() < 0.6:
            template = "(tint {t} {c}|tint {t} (in|with) {c}|tinge {t} {c})"
        text = expand(rng, template, t=said.text, c=spoken)
    elif strength == 0.8 and rng.random() < 0.5:
        template = "(give {t} a (strong|heavy) {c} tint|add a strong {c} tint to {t})"
        text = expand(rng, template, t=said.text, c=spoken)
    elif color in _ISH and strength == 0.2 and rng.random() < 0.4:
        text = expand(rng, "make {t} {a} {c}", t=said.text, a=amount, c=_ISH[color])
    else:
        amount = "a lot" if amount in ("way", "far", "much", "lots") else amount
        text = expand(rng, "tint {t} ({a} {c}|{c} {a})", t=said.text, c=spoken, a=amount)
    return text, Recolor(target=said.target, color=color, amount=strength)


def say_hue(rng: Random, said: Said) -> tuple[str, Step]:
    """Hues that turn."""
    spoken, degrees = say_degrees(rng)
    template = (
        "(shift the hue of {t} by {d}|shift hue of {t} by {d}|rotate the (hue|hues|colors) of {t} by {d}|"
        "change the hue of {t} by {d}|turn the hue of {t} (by|) {d}|hue shift {t} by {d}|shift {t} hue {d}|"
        "hue-shift {t} (by|) {d}|move the hue of {t} by {d}|adjust the hue of {t} by {d})"
    )
    sign = 1
    if rng.random() < 0.15:
        spoken, sign = rng.choice((f"minus {spoken}", f"-{spoken}")), -1
        if spoken[0] == "-" and not spoken[1].isdigit():
            spoken = f"minus {spoken[1:]}"
    return expand(rng, template, t=said.text, d=spoken), ShiftHue(target=said.target, degrees=sign * degrees)


_MORE = {
    Quantity.BRIGHTNESS: "(brighter|lighter|brighter|more bright)",
    Quantity.SATURATION: "(more saturated|more vivid|more colorful|more colourful|more vibrant)",
    Quantity.CONTRAST: "(more contrasty|higher in contrast)",
    Quantity.OPACITY: "(more opaque|less transparent|more solid|less see-through)",
}
_LESS = {
    Quantity.BRIGHTNESS: "(darker|dimmer|darker|less bright)",
    Quantity.SATURATION: "(less saturated|less vivid|less colorful|less colourful|duller|less vibrant)",
    Quantity.CONTRAST: "(less contrasty|lower in contrast)",
    Quantity.OPACITY: "(more transparent|less opaque|more see-through|more transparent|more translucent)",
}
_VERBS_MORE = {
    Quantity.BRIGHTNESS: "(brighten|lighten|brighten up|light up)",
    Quantity.SATURATION: "(saturate)",
}
_VERBS_LESS = {Quantity.BRIGHTNESS: "(darken|dim|darken)"}


def say_adjust(rng: Random, said: Said) -> tuple[str, Step]:
    """Brightness, saturation, contrast or opacity times a factor."""
    kind = weighted(rng, ((0.14, "gray"), (0.14, "clear"), (0.35, "vague"), (0.37, "number")))
    if kind == "gray":
        text, quantity, factor = *_say_gray(rng), 0.0
    elif kind == "clear":
        text, quantity, factor = _say_clear(rng)
    else:
        quantity = weighted(
            rng,
            (
                (0.45, Quantity.BRIGHTNESS),
                (0.22, Quantity.SATURATION),
                (0.16, Quantity.CONTRAST),
                (0.17, Quantity.OPACITY),
            ),
        )
        text, factor = _say_vague(rng, quantity) if kind == "vague" else _say_number(rng, quantity)
    return expand(rng, text, t=said.text), Adjust(
        target=said.target, quantity=quantity, factor=float(f"{factor:.12g}")
    )


def _say_gray(rng: Random) -> tuple[str, Quantity]:
    text = expand(
        rng,
        "(suck (all |)the (color|colour) out of {{t}}|make {{t}} (black and white|greyscale|grayscale|"
        "monochrome|colorless|colourless)|desaturate {{t}} (completely||)|"
        "turn {{t}} (black and white|greyscale|grayscale|into greyscale|to black and white)|"
        "(remove|take) (all|) the (color|colour) from {{t}}|convert {{t}} to (grayscale|greyscale|"
        "black and white)|"
        "{{t}} (in|should be) black and white|drain the color from {{t}}|{{t}} greyscale|make {{t}} b&w)",
    )
    return text, Quantity.SATURATION


def _say_clear(rng: Random) -> tuple[str, Quantity, float]:
    if rng.random() < 0.5:
        text = expand(
            rng,
            "(make {{t}} (transparent|see-through|see through|see thru|translucent|semi-transparent|"
            "half transparent)|"
            "turn {{t}} (transparent|see-through|translucent)|{{t}} should be (transparent|see-through)|"
            "let me see through {{t}}|i want to see through {{t}}|i want {{t}} (see-through|transparent))",
        )
        return text, Quantity.OPACITY, 0.5
    percent = rng.choice((10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90))
    said = say_percent(rng, percent)
    if rng.random() < 0.55:
        text = expand(
            rng,
            "(make {{t}} {p} (transparent|see-through|translucent|transparent)|{{t}} (should be|"
            "needs to be|) {p} transparent|"
            "turn {{t}} {p} (transparent|see-through))",
            p=said,
        )
        return text, Quantity.OPACITY, 1 - percent / 100
    text = expand(
        rng,
        "(set the opacity of {{t}} to {p}|make {{t}} {p} opaque|(set|bring|turn) {{t}} to {p} opacity|"
        "give {{t}} {p} opacity|{{t}} {p} opacity|opacity of {{t}} {p}|fade {{t}} to {p})",
        p=said,
    )
    return text, Quantity.OPACITY, percent / 100


def _say_vague(rng: Random, quantity: Quantity) -> tuple[str, float]:
    more = rng.random() < 0.5
    amount, factor = say_strength(rng, *((1.25, 1.1, 2.0) if more else (0.8, 0.9, 0.5)))
    verbs = _VERBS_MORE if more else _VERBS_LESS
    late = "a lot" if amount in ("much", "way", "far", "lots", "considerably") else amount
    if quantity in verbs and rng.random() < 0.4:
        return expand(rng, verbs[quantity]) + f" {{t}} {late}", factor
    if rng.random() < 0.3 or quantity is Quantity.CONTRAST:
        verb = (
            "(increase|raise|boost|turn up|up|bump up|crank up|dial up|pump up|ramp up|bring up)"
            if more
            else "(decrease|reduce|lower|turn down|cut|dial down|tone down|bring down|take down|knock down)"
        )
        text = expand(rng, verb + " the {q} (of|of|on|for) {{t}} {a}", q=quantity.value, a=late)
        if quantity is not Quantity.OPACITY and rng.random() < 0.3:
            adverb = {"a lot": "a lot "}.get(late, f"{late} " if late else "")
            word = "more" if more else "less"
            needs = "({{t}} (needs|could use|should have|wants|must have) {a}{w} {q}|{a}{w} {q} (on|for|in) {{t}})"
            return expand(rng, needs, a=adverb, w=word, q=quantity.value), factor
        if quantity is Quantity.CONTRAST and rng.random() < 0.5:
            adverb = {"a lot": "much "}.get(late, f"{late} " if late else "")
            word = "more" if more else "less"
            text = expand(
                rng,
                "(give {{t}} {a}{w} contrast|{a}{w} contrast (for|on) {{t}}|make {{t}} {a}{w} contrasty)",
                a=adverb,
                w=word,
            )
        return text, factor
    word = expand(rng, (_MORE if more else _LESS)[quantity])
    amount = "a lot" if amount == "lots" else amount
    text = expand(
        rng,
        "(make {{t}} {a} {w}|make {{t}} {a} {w}|make {{t}} {a} {w}|{{t}} should be {a} {w}|"
        "i want {{t}} {a} {w}|"
        "{{t}} (has|needs) to be {a} {w}|i'd like {{t}} (to be|) {a} {w}|turn {{t}} {a} {w}|{{t}} {a} {w})",
        a=amount,
        w=word,
    )
    return text, factor


def _say_number(rng: Random, quantity: Quantity) -> tuple[str, float]:
    roll = rng.random()
    name = quantity.value
    if quantity is Quantity.OPACITY and roll < 0.3:
        percent = rng.choice((10, 20, 25, 30, 40, 50, 60, 80))
        more = rng.random() < 0.7
        verb = "(increase|raise|turn up)" if more else "(decrease|reduce|lower|turn down)"
        text = expand(rng, verb + " the transparency of {{t}} by {p}", p=say_percent(rng, percent))
        return text, 1 - percent / 100 if more else 1 + percent / 100
    if roll < 0.2:
        factor = rng.choice(
            (0, 0.1, 0.25, 0.3, 0.4, 0.5, 0.7, 0.75, 0.8, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4)
        )
        text = expand(
            rng,
            "(multiply the {q} of {{t}} by {f}|multiply {q} of {{t}} by {f}|scale the {q} of {{t}} by {f}|"
            "change the {q} of {{t}} by a factor of {f}|{q} of {{t}} times {f})",
            q=name,
            f=f"{factor:g}",
        )
        return text, float(factor)
    if roll < 0.35:
        return rng.choice(
            (
                (expand(rng, "(double|double) the {q} of {{t}}", q=name), 2.0),
                (expand(rng, "(halve|cut in half|halve) the {q} of {{t}}", q=name), 0.5),
                (expand(rng, "triple the {q} of {{t}}", q=name), 3.0),
                (expand(rng, "(reduce|cut) the {q} of {{t}} (by|to) half", q=name), 0.5),
                *(
                    (
                        (expand(rng, "make {{t}} twice as bright"), 2.0),
                        (expand(rng, "make {{t}} half as bright"), 0.5),
                    )
                    if quantity is Quantity.BRIGHTNESS
                    else ()
                ),
            )
        )
    percent = rng.choice((5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 75, 80))
    said = say_percent(rng, percent)
    more = rng.random() < 0.5
    factor = 1 + percent / 100 if more else 1 - percent / 100
    if rng.random() < 0.15:
        verb = "(increase|raise|set|bring)" if percent > 100 else "(set|reduce|lower|bring)"
        return expand(rng, verb + " the {q} of {{t}} to {p}", q=name, p=said), percent / 100
    if rng.random() < 0.5 or quantity in (Quantity.CONTRAST, Quantity.OPACITY):
        verb = (
            "(increase|raise|boost|turn up|up|bump up|crank up|dial up|pump up|ramp up|bring up)"
            if more
            else "(decrease|reduce|lower|turn down|drop|cut|dial down|tone down|bring down|take down|knock down)"
        )
        return expand(rng, verb + " the {q} of {{t}} by {p}", q=name, p=said), factor
    verbs = _VERBS_MORE if more else _VERBS_LESS
    if quantity in verbs and rng.random() < 0.5:
        return expand(rng, verbs[quantity] + " {{t}} (by|) {p}", p=said), factor
    word = expand(rng, (_MORE if more else _LESS)[quantity])
    return expand(rng, "(make|make|make|get) {{t}} {p} {w}", p=said, w=word), factor


def say_style(rng: Random, said: Said) -> tuple[str, Step]:
    """Painted in a style."""
    style = some_style(rng)
    with_article = f"{article(style)} {style}"
    template = (
        "(style {t} like {s}|make {t} look like {s}|make {t} look like {s}|paint {t} in the style of {n}|"
        "restyle {t} (as|like) {s}|turn {t} into {s}|turn {t} into {s}|stylize {t} (like|as) {s}|"
        "render {t} in the style of {n}|give {t} a {n} (look|style)|apply the {n} style to {t}|"
        "apply the style of {n} to {t}|"
        "make {t} look as if it were {s}|transform {t} into {s}|i want {t} to look like {s}|"
        "{t} should look like {s}|"
        "make {t} resemble {s}|draw {t} like {s}|{t} in the style of {n}|let {t} look like {s}|"
        "use the style of {n} (on|for) {t}|stylise {t} (like|as) {s}|do {t} in the style of {n}|"
        "redo {t} in the style of {n}|reimagine {t} as {s}|"
        "repaint {t} (as|like) {s}|imagine {t} as {s}|render {t} (as|like) {s}|give {t} the look of {s}|"
        "{t} as {s}|"
        "i'd like {t} as {s}|style {t} as {s}|"
        "have {t} look like {s}|convert {t} into {s}|make {t} in the style of {n}|paint {t} like {s})"
    )
    roll = rng.random()
    quoted = f'"{style}"' if roll < 0.2 else f"'{style}'" if roll < 0.25 else style
    said_style = quoted if quoted != style or rng.random() < 0.5 or style[0].isupper() else with_article
    return expand(rng, template, t=said.text, s=said_style, n=quoted), Style(target=said.target, style=style)


def plain_colors() -> tuple[str, ...]:
    """Colours that sentences without sense are made with."""
    return COMMON
