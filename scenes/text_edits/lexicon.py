"""What kind of word each word is: phrases to the terminals of `grammar.lark`.

The longest phrase wins. Terminals whose names begin with an underscore carry no meaning beyond their place in the
grammar. A word that is not listed here, nor a number or a colour, is part of a noun.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from .color_words import ALSO_NOUNS, phrases_of_colors

_PHRASES = {
    # what is done
    "_SELECT": "select, pick, choose, highlight, mark",
    "_REMOVE": "remove, delete, erase, get rid of, cut out, take away, take out, throw away, throw out, discard, "
    "eliminate, wipe out, clear away, clean away, clean up, clear, trash, ditch, cut away, rub out, strip away",
    "_TAKE": "take, cut, throw",
    "_AWAY": "away, out",
    "_KEEP": "keep, isolate, crop to, crop down to, crop around, crop everything to, crop the scene to, preserve, "
    "leave only, only leave, leave just, just leave, leave nothing but, keep nothing but, only keep, just keep, "
    "keep only, keep just",
    "_HIDE": "hide, conceal",
    "_SHOW": "show, unhide, reveal, bring back",
    "_VISIBLE": "visible",
    "_MOVE": "move, shift, push, pull, translate, slide",
    "_NUDGE": "nudge",
    "_RAISE": "raise, elevate, lift",
    "_PUT": "put, place, position, lay, stick, bring, stand, set",
    "_ROTATE": "rotate, spin, pivot, swivel, twist",
    "_TURN": "turn",
    "_TILT": "tilt, lean, tip",
    "_ROLL": "roll",
    "_FLIP": "flip",
    "_MIRROR": "mirror, reflect",
    "_SCALE": "scale, resize, rescale",
    "ENLARGE": "enlarge, grow, magnify, scale up, blow up, size up, expand",
    "SHRINK": "shrink, scale down, size down",
    "DOUBLE": "double",
    "TRIPLE": "triple",
    "QUADRUPLE": "quadruple",
    "HALVE": "halve",
    "_DUPLICATE": "duplicate, clone",
    "_COPY": "copy, a copy, another copy, one copy",
    "_NEW": "create, create a, produce, produce a",
    "_PAINT": "recolor, recolour, dye, color in, colour in, repaint, re-color, re-colour, paint",
    "_TINT": "tint",
    "_MULTIPLY": "multiply",
    "_CHANGE": "change, convert, transform",
    "BRIGHTEN": "brighten, brighten up, lighten, lighten up, illuminate",
    "DARKEN": "darken, dim, dim down",
    "SATURATE": "saturate",
    "_DESATURATE": "desaturate",
    "FADE": "fade, fade out",
    "_INCREASE": "increase, boost, turn up, bump up, crank up",
    "_DECREASE": "decrease, reduce, turn down, bring down, tone down",
    "_LOWER": "lower",
    "_STYLE": "style, stylize, stylise, restyle, redraw",
    "_APPLY": "apply",
    "_REPLACE": "replace, swap, swap out, exchange, substitute",
    "_GROUP": "group",
    "_CALL": "call, name, label",
    "_UNDO": "undo, revert, take back",
    "_UNDO_THAT": "take that back, take it back, go back, undo that, undo it, undo this, revert that, revert it, "
    "undo what you did, step back",
    "_STEP": "step, edit, action",
    "_STEPS": "steps, changes, edits, actions",
    "_LAST": "last, latest, previous",
    "_MAKE": "make, render",
    "_WANT": "i want, i would like, i'd like, we want, i need, we need",
    "_SHOULD_BE": "should be, should become, should turn, must be, has to be, needs to be, ought to be",
    "_GIVE": "give",
    "_ADD": "add",
    # what it is done to
    "_THE": "the, my, our, your",
    "_A": "a, an",
    "_ALL": "all, every, each, both, any, all of",
    "_WHOLE": "whole, entire, complete",
    "_EVERYTHING": "everything, all things, anything",
    "_EVERYTHING_ELSE": "everything else, all else, all other things, anything else, rest, all the rest",
    "_SCENE": "scene, whole thing, entire thing",
    "_EXCEPT": "except, except for, but, but not, besides, other than, apart from, aside from, excluding, save for, "
    "with the exception of, but for",
    "_IT": "it, them, copy of it, the copy, the copies, that copy, this copy, the new one, new copy, the new copy, "
    "the duplicate, the clone, the result, him, her, this one, that one, these ones, those ones",
    "_THIS": "this, that, these, those",
    "_SELECTION": "selection, current selection, selected thing, selected things, selected object, selected objects, "
    "selected part, selected parts, selected splats, selected gaussians, selected area, selected region, "
    "what is selected, what's selected, whatever is selected, selected one, selected ones, current selected object",
    "_THING": "thing, things, object, objects, item, items, stuff, splats, gaussians, objs",
    "ONE": "one",
    "_ONES": "ones",
    "LARGEST": "largest, biggest, hugest, tallest",
    "SMALLEST": "smallest, tiniest, littlest, shortest",
    "LARGE": "large, big, huge, giant, enormous, massive, gigantic",
    "SMALL": "small, little, tiny, miniature",
    "LEFT": "left, leftward, leftwards",
    "RIGHT": "right, rightward, rightwards",
    "LEFTMOST": "leftmost, left-most, far left, lefthand, left-hand, left hand",
    "RIGHTMOST": "rightmost, right-most, far right, righthand, right-hand, right hand",
    "TOP": "top, upper, uppermost, topmost, top-most, highest",
    "BOTTOM": "bottom, lowermost, bottommost, bottom-most, lowest",
    "FRONT": "front, frontmost, foremost, front-most",
    "REAR": "rear, rearmost, backmost, hindmost, hind",
    "MIDDLE": "middle, center, centre, central, middlemost",
    "_THAT_IS": "that is, that's, that are, which is, which are, that stands, which stands, that lies, standing, "
    "lying, sitting, hanging, placed, located, that sits, that stand, that sit, that hangs, that was, who is",
    "ON": "on top of, atop, onto, on to, upon, on the top of",
    "_ON": "on",
    "ABOVE": "above, over",
    "BELOW": "below, under, underneath, beneath",
    "IN_FRONT_OF": "in front of, in the front of",
    "BEHIND": "behind, in back of, at the back of",
    "NEAR": "near, next to, beside, close to, alongside, near to, by the side of, adjacent to, "
    "right next to, at the side of, nearer to, closer to",
    # how, how much and where to
    "_BY": "by",
    "_TO": "to",
    "_OF": "of",
    "_IN": "in",
    "_INTO": "into",
    "_AS": "as",
    "_WITH": "with",
    "_FROM": "from",
    "_FOR": "for",
    "_LIKE": "like",
    "_LOOK_LIKE": "look like, resemble, appear like, to look like, look as if it were, look as if it was, look as",
    "_LOOK": "look",
    "_STYLE_OF": "in the style of, in style of, the style of, in the manner of, with the style of, in a style of",
    "UP": "up, upward, upwards, higher, skyward",
    "DOWN": "down, downward, downwards",
    "FORWARD": "forward, forwards, towards me, toward me, towards the camera, toward the camera, closer, nearer, "
    "closer to me, closer to the camera, nearer to me, towards us, toward us, towards the viewer",
    "BACK": "back, backward, backwards, away from me, away from the camera, farther away, further away, away from us, "
    "further from me, further back, farther back",
    "CLOCKWISE": "clockwise",
    "COUNTERCLOCKWISE": "counterclockwise, counter-clockwise, anticlockwise, anti-clockwise, counter clockwise, "
    "anti clockwise",
    "_AROUND": "around, about",
    "_AXIS": "axis, direction",
    "VERTICAL": "vertical, its vertical, its own vertical",
    "_ITS_AXIS": "itself, its own axis, its axis, its vertical axis, its own vertical axis, its center, its centre, "
    "its middle, the spot, on the spot",
    "_UPSIDE_DOWN": "upside down, upside-down, on its head, on their heads, bottom up",
    "_ALONG": "along, across",
    "HORIZONTALLY": "horizontally, left to right, left-right, left right, sideways, from left to right, "
    "right to left",
    "VERTICALLY": "vertically, top to bottom, up-down, up down",
    "FRONT_TO_BACK": "front to back, back to front, from front to back",
    "_DEGREES": "degrees, degree, deg, °",
    "_RADIANS": "radians, radian, rad",
    "_FULL_TURN": "full turn, complete turn, full circle, whole turn, full rotation, full revolution",
    "_TURNS": "turns, rotation, rotations, revolution, revolutions",
    "_PERCENT": "%, percent, per cent, pct",
    "_TIMES": "times, x, ×, time, fold",
    "_FACTOR": "a factor of, factor of, factor, a factor, the factor, the factor of",
    "TWICE": "twice, two times, twofold",
    "THRICE": "thrice",
    "HALF": "half",
    "THIRD": "third",
    "QUARTER": "quarter",
    "SLIGHT": "a bit, slightly, a little, a little bit, a tad, somewhat, a touch, a smidge, a tiny bit, a small amount, "
    "a wee bit, a small bit, little bit, tiny bit, just a bit, gently, subtly, a hair",
    "STRONG": "much, a lot, lots, far, way, significantly, considerably, a great deal, strongly, very much, a whole lot, "
    "greatly, substantially, drastically, a good deal, heavily, by a lot",
    "_ITS": "its, their, it's",
    "METER": "meter, meters, metre, metres, m, unit, units, scene units, scene unit",
    "CENTIMETER": "centimeter, centimeters, centimetre, centimetres, cm, cms",
    "MILLIMETER": "millimeter, millimeters, millimetre, millimetres, mm",
    "KILOMETER": "kilometer, kilometers, kilometre, kilometres, km",
    "INCH": "inch, inches",
    "FOOT": "foot, feet, ft",
    "YARD": "yard, yards, yd",
    # how it looks
    "BIGGER": "bigger, larger",
    "SMALLER": "smaller, littler, tinier",
    "BRIGHTER": "brighter, lighter",
    "DARKER": "darker, dimmer",
    "DULLER": "duller, paler",
    "FAINTER": "fainter",
    "_MORE": "more",
    "_LESS": "less",
    "BRIGHT": "bright",
    "VIVID": "vivid, vibrant",
    "_DEEP": "deep, rich, intense",
    "DARK": "dark",
    "SATURATED": "saturated, colorful, colourful",
    "CONTRASTY": "contrasty, contrasted, contrast-rich",
    "OPAQUE": "opaque, solid",
    "TRANSPARENT": "transparent, see-through, see through, translucent, semi-transparent, half transparent, "
    "half-transparent, semitransparent, partly transparent, partially transparent",
    "_INVISIBLE": "invisible",
    "_GRAYSCALE": "greyscale, grayscale, grey-scale, gray-scale, black and white, black-and-white, black & white, "
    "monochrome, colorless, colourless, grey scale, gray scale",
    "BRIGHTNESS": "brightness, lightness",
    "SATURATION": "saturation, color saturation, colour saturation, vividness, colorfulness, colourfulness",
    "CONTRAST": "contrast",
    "OPACITY": "opacity",
    "TRANSPARENCY": "transparency",
    "_SIZE": "size",
    "_HUE": "hue, hues",
    "_COLOR": "color, colour, colors, colours",
    "LIGHT": "light, pale",
    # how sentences are made
    "_AND": "and, as well as, plus, along with, together with, &, and also",
    "_THEN": "first, firstly, then, and then, finally, after that, afterwards, next, lastly, and finally, thereafter, and after that, "
    "after this, and afterwards, subsequently, but then, and next, last of all, at the end, in the end",
    "_FILLER": "please, pls, now, kindly, ok, okay, hey, hi, hello, thanks, thank you, could you, can you, would you, "
    "will you, i want to, i want you to, i'd like to, i would like to, i'd like you to, i would like you to, let's, "
    "let us, lets, go ahead and, simply, could you please, i need you to, we should, you should, also, too, again, "
    "in the scene, from the scene, of the scene, in this scene, from this scene, in the picture, from the picture, "
    "in my scene, from my scene, for me, in size, first of all, to begin with, i need to, "
    "you can, you may, for now, if you can, if possible, exactly, instead, "
    "it's time to, i think you should, would you mind, try to, help me, to be, to become, right now, all over, only, just, "
    "if you please, we need to, we want to, on the whole, please could you, would you please, will you please",
}

_STOPPED = {
    "questions and talk are not in the language": "what, who, whom, whose, why, how, when, where, is, are, was, were, "
    "am, do, does, did, has, have, had, i, me, you, we, us, they, he, she, may, might, shall, will, would, could, "
    "should, can, must, want, need, tell, explain, describe, say, write, sing, think, know, why's, "
    "ignore, forget, pretend, remember, because, love, hate, believe, wonder, guess, list, count, print, execute, run, "
    "search, find, look, see, wait, stop, help, like, don't like, there's, here's, let, ask, answer, talk",
    "what is not to be done cannot be said": "not, don't, dont, do not, never, no, nothing, none, without, doesn't, "
    "isn't, neither, nor, won't, can't, cannot, shouldn't, nobody, avoid",
    "only one thing can be meant": "or, either, maybe, perhaps, possibly, probably, whichever, whatever, some, several, "
    "few, many, most, random, another, other, somehow, something, someone, anyone, anybody, a few, a couple of",
    "conditions and repetitions are not in the language": "if, unless, until, while, else, otherwise, whether, though, "
    "although, since, once, repeat, repeatedly, always, during, loop",
    "counting things is not in the language": "second, fourth, fifth, sixth, seventh, eighth, ninth, tenth",
    "this place or relation is not in the language": "inside, within, between, among, amongst, against, toward, "
    "towards, through, outside, off, from, into, beyond, opposite, where, here, at, in, via",
    "this is not in the language": "than, his, hers, theirs, mine, yours, such, same, rather, quite, very, "
    "so that, due, per, ever, yet, still, even, already, later, tomorrow, today, yesterday, soon, ago, "
    "nicer, better, worse, pretty, beautiful, ugly, wider, taller, longer, thinner, thicker, shorter, narrower, "
    "faster, slower, quicker, happier, warmer, cooler, softer, sharper, blurrier, ungroup, stretch, squash, squeeze, "
    "bend, explode, animate, dance, jump, walk, fly, blur, sharpen, smooth, merge, split, join, align, insert, import, "
    "open, close, export, buy, sell, eat, cook, kill, "
    "happy, sad, good, bad, must, using, being, having, going, been, gone, done, made, went, upon which, goes",
}


_AFTER_VERBS = frozenset("_AWAY _COPY _VISIBLE _STEP _STEPS _LAST _SHOULD_BE".split())
"""What stands among the verbs above and begins no clause."""


@cache
def terminals_of_phrases() -> dict[tuple[str, ...], tuple[str, str]]:
    """Words of a phrase to its terminal, and to what the terminal's token holds: a colour, or why it is refused."""
    terminals = {
        tuple(phrase.split()): ("STOP", why) for why, row in _STOPPED.items() for phrase in row.split(", ")
    }
    for words, color in phrases_of_colors().items():
        kind = "COLOR_NOUN" if words in ALSO_NOUNS else "COLOR"
        if not words.startswith(("light ", "pale ")):  # two words: "make the light blue"
            terminals[tuple(words.split())] = (kind, color)
    for kind, row in _PHRASES.items():
        for phrase in row.split(", "):
            terminals[tuple(phrase.split())] = (kind, phrase)
    for kind, phrase in (*_phrases_of_sizes(), *_phrases_of_places()):
        terminals[tuple(phrase.split())] = (kind, phrase)
    for phrase in ("traffic light", "street light", "ceiling light", "night light"):
        terminals[tuple(phrase.split())] = ("WORD", phrase)
    return terminals


def _phrases_of_sizes() -> Iterator[tuple[str, str]]:
    """What a thing's extent is called: "its size", "of its original height"."""
    for before in ("its", "the", "their", "it's", "of its", "of the", "of their", "of it's"):
        for own in ("", "own ", "original ", "current ", "former ", "present ", "actual ", "full "):
            for extent in ("size", "height", "width", "length", "depth", "extent", "dimensions", "volume"):
                yield "_OWN_SIZE", f"{before} {own}{extent}"


def _phrases_of_places() -> Iterator[tuple[str, str]]:
    """Sides: "left side", "on the left", "to the left of"."""
    for kind in ("LEFT", "RIGHT", "TOP", "BOTTOM", "FRONT", "REAR", "BACK", "MIDDLE"):
        name = {"REAR": "BACK"}.get(kind, kind)
        for word in _PHRASES[kind].split(", "):
            for part in ("side", "part", "portion", "section", "end"):
                yield kind, f"{word} {part}"
            for before in ("on", "at", "in"):
                for after in ("", " side", " hand side", "-hand side", " part", " end", " edge"):
                    yield f"AT_{name}", f"{before} the {word}{after}"
    for kind, side in (("LEFT_OF", "left"), ("RIGHT_OF", "right")):
        yield kind, f"{side} of"
        for before in ("to", "on", "at"):
            yield kind, f"{before} {side} of"
            for after in ("", " side", " hand side", "-hand side"):
                yield kind, f"{before} the {side}{after} of"


VERBS = frozenset(list(_PHRASES)[: list(_PHRASES).index("_THE")]) - _AFTER_VERBS
"""Terminals of the verbs, with which a clause begins."""


@cache
def first_words() -> list[str]:
    """Verbs that a sentence may begin with, for suggestions."""
    return sorted({phrase.split()[0] for kind in VERBS for phrase in _PHRASES[kind].split(", ")})
