"""From the plural of an English noun to its singular."""

from __future__ import annotations

_IRREGULAR = {
    "buses": "bus",
    "calves": "calf",
    "children": "child",
    "elves": "elf",
    "feet": "foot",
    "gases": "gas",
    "firemen": "fireman",
    "snowmen": "snowman",
    "policemen": "policeman",
    "workmen": "workman",
    "fishermen": "fisherman",
    "gentlemen": "gentleman",
    "cavemen": "caveman",
    "salesmen": "salesman",
    "mailmen": "mailman",
    "footmen": "footman",
    "geese": "goose",
    "halves": "half",
    "hooves": "hoof",
    "knives": "knife",
    "leaves": "leaf",
    "lenses": "lens",
    "lives": "life",
    "loaves": "loaf",
    "men": "man",
    "mice": "mouse",
    "oxen": "ox",
    "people": "person",
    "quizzes": "quiz",
    "scarves": "scarf",
    "selves": "self",
    "shelves": "shelf",
    "teeth": "tooth",
    "thieves": "thief",
    "wharves": "wharf",
    "wives": "wife",
    "wolves": "wolf",
    "women": "woman",
}

_IRREGULAR_ENDINGS = ("women", "shelves", "wolves", "knives", "children", "people")
"""Irregular plurals that nouns in one word end in: "bookshelves"."""

_SINGULAR_AS_THEY_ARE_ROW = """
atlas bias canvas christmas pancreas pyjamas pajamas gas chaos cosmos lens news series species ethos kudos
pants trousers jeans shorts leggings tights scissors pliers tweezers binoculars headquarters clothes goggles
sunglasses eyeglasses thanks tennis chess
"""
_SINGULAR_AS_THEY_ARE = frozenset(_SINGULAR_AS_THEY_ARE_ROW.split())
"""Nouns in s of which nothing is to be taken away, pairs of trousers and the like among them."""

_IE_NOUNS_ROW = """
movies cookies zombies selfies brownies hoodies calories ties pies genies birdies
"""
_IE_NOUNS = frozenset(_IE_NOUNS_ROW.split())
_OE_NOUNS_ROW = """
shoes toes canoes hoes oboes tiptoes horseshoes snowshoes throes aloes
"""
_OE_NOUNS = frozenset(_OE_NOUNS_ROW.split())
_CHE_NOUNS_ROW = """
caches aches headaches avalanches niches quiches moustaches mustaches axes
"""
_CHE_NOUNS = frozenset(_CHE_NOUNS_ROW.split())
_US_NOUNS = (
    "virus",
    "cactus",
    "octopus",
    "circus",
    "bonus",
    "walrus",
    "campus",
    "crocus",
    "hibiscus",
    "minibus",
)
_IS_NOUNS_ROW = """
axis basis oasis crisis
"""
_IS_NOUNS = frozenset(_IS_NOUNS_ROW.split())


def singular(noun: str) -> str:
    """The singular of a lower-case noun of one or several words; a singular stays as it is.

    Only the last word changes: "coffee tables" is "coffee table".
    """
    before, space, last = noun.rpartition(" ")
    return f"{before}{space}{_singular_word(last)}"


def _singular_word(word: str) -> str:
    """The singular of one word."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for plural in _IRREGULAR_ENDINGS:
        if word.endswith(plural):
            return word.removesuffix(plural) + _IRREGULAR[plural]
    if len(word) < 4 or word in _SINGULAR_AS_THEY_ARE:
        return word
    if not word.endswith("s") or word.endswith(("ss", "us", "is", "'s")):
        return word
    return _without_s(word)


def _without_s(word: str) -> str:
    """The singular of a regular plural."""
    if word.endswith("es") and word[:-2].endswith(_US_NOUNS):
        return word[:-2]
    if word in _IE_NOUNS | _OE_NOUNS | _CHE_NOUNS:
        return word[:-1]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]
