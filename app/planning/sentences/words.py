"""Words that generated sentences are filled with; also the lexicon that misspelt nouns are mended from."""

from __future__ import annotations

from random import Random

_NOUNS_ROW = """
chair table desk sofa couch bed lamp shelf bookshelf cupboard drawer wardrobe stool bench armchair carpet rug
curtain mirror clock vase pot bowl cup mug plate bottle jar basket bucket box crate barrel bag suitcase backpack
pillow blanket candle painting picture poster frame statue sculpture bust figure figurine doll toy robot car truck
bus van train bicycle bike motorcycle scooter boat ship plane airplane helicopter drone tractor wheel tire engine
tree bush flower plant leaf branch trunk root grass hedge cactus rose tulip palm pine oak mushroom stone rock
boulder pebble brick wall floor ground ceiling roof door window stairs ladder column pillar arch fence gate bridge
tower house building hut cabin barn castle church garage shed tent chimney balcony terrace path road street pavement
sidewalk sign lantern streetlight hydrant mailbox fountain pond pool river lake beach sky cloud mountain hill dog
cat horse cow pig sheep goat chicken duck goose bird owl eagle fish shark whale dolphin turtle frog snake lizard
dragon dinosaur bear fox wolf rabbit mouse elephant lion tiger monkey gorilla giraffe zebra panda spider butterfly
bee person man woman child boy girl head face eye nose mouth ear hair beard hand arm leg foot finger shoulder chest
hat cap helmet shirt jacket coat dress skirt trousers shoe boot glove scarf tie belt crown sword shield axe hammer
saw drill wrench screwdriver knife fork spoon pan kettle toaster oven stove fridge sink microwave blender dishwasher
bathtub shower toilet towel tap faucet pipe radiator fan heater television screen monitor laptop computer keyboard
printer phone camera tripod speaker radio guitar piano violin drum trumpet flute book notebook newspaper magazine
pen pencil ruler globe map ball football basketball dice chess king queen pawn cake pie bread apple banana pear
lemon melon pumpkin tomato potato carrot onion cheese egg sandwich burger pizza donut cookie ice rope chain cable
wire pedestal base stand tray board panel block cube sphere cylinder cone pyramid ring coin gem diamond skull bone
feather shell lid handle knob button lever antenna propeller wing tail horn hoof claw beak umbrella parasol swing
slide hammock barbecue grill campfire lighthouse windmill anchor buoy
"""
NOUNS = tuple(_NOUNS_ROW.split())
"""One word each, singular."""

COMPOUND_NOUNS = (
    "coffee table",
    "dining table",
    "office chair",
    "garden gnome",
    "flower pot",
    "street lamp",
    "traffic light",
    "traffic cone",
    "fire hydrant",
    "teddy bear",
    "trash can",
    "picture frame",
    "book shelf",
    "floor lamp",
    "palm tree",
    "rocking chair",
    "chess board",
    "toy car",
    "wine bottle",
    "coffee mug",
    "tea pot",
    "stop sign",
    "water tower",
    "park bench",
    "potted plant",
    "stone wall",
    "wooden crate",
    "metal pipe",
    "garage door",
    "rubber duck",
    "computer screen",
    "brick wall",
    "fruit bowl",
    "alarm clock",
    "cardboard box",
    "watering can",
    "soccer ball",
    "lego bulldozer",
    "hot dog",
)

STYLES = (
    "mosaic",
    "van gogh",
    "Starry Night",
    "watercolor",
    "watercolour painting",
    "oil painting",
    "pencil sketch",
    "charcoal drawing",
    "cartoon",
    "comic book",
    "anime",
    "pixel art",
    "stained glass",
    "marble",
    "marble statue",
    "gold",
    "bronze sculpture",
    "rusty metal",
    "wood",
    "clay",
    "snow",
    "ice",
    "lava",
    "picasso",
    "Monet",
    "ukiyo-e print",
    "pop art",
    "cubism",
    "impressionism",
    "the scream",
    "candy",
    "udnie",
    "rain princess",
    "cyberpunk city",
    "medieval tapestry",
    "film noir",
    "old photograph",
    "neon sign",
    "lego bricks",
    "origami",
    "claymation",
    "graffiti",
    "autumn forest",
    "winter landscape",
    "desert",
    "chalk drawing",
    "vintage postcard",
    "gingerbread",
    "chocolate",
    "blueprint",
    "Hokusai wave",
    "sunset by turner",
    "mosaic.pth",
    "styles/wave.jpg",
    "candy.safetensors",
    "ref.png",
)

GROUP_NAMES = (
    "hero",
    "main",
    "props",
    "stuff",
    "group1",
    "background props",
    "bob",
    "Fred",
    "furniture",
    "my favourite",
    "left side",
    "vehicles",
    "A",
    "player",
    "set dressing",
    "the boss",
    "foo",
    "team red",
    "plants",
    "junk",
    "Lisa",
    "kitchen",
    "part 2",
    "obstacle",
)

_FILE_STEMS_ROW = """
vase chair robot tree car statue new_table scan01 lamp-final house old.bench bunny teapot model2 figure garden
dragon_v3 sofa fountain cat
"""
_FILE_STEMS = tuple(_FILE_STEMS_ROW.split())
_FOLDERS = ("", "", "", "", "models/", "assets/props/", "../", "./", "C:\\scans\\", "/home/me/", "scenes/")
_ENDINGS = (".ply", ".ply", ".sog", ".splat", ".spz", ".ksplat", ".compressed.ply", ".glb")
_SYLLABLES_ROW = """
bar blo cro da dex fi flo gor gla ha jin ka lo mi nax no pe quo ri so tra tu vo wex yu za zor
"""
_SYLLABLES = tuple(_SYLLABLES_ROW.split())


def some_noun(rng: Random) -> str:
    """A noun, sometimes of two words, sometimes one that nobody knows."""
    roll = rng.random()
    if roll < 0.12:
        return rng.choice(COMPOUND_NOUNS)
    if roll < 0.17:
        return made_up_word(rng)
    return rng.choice(NOUNS)


def made_up_word(rng: Random) -> str:
    """A word that is in no dictionary: names of groups can be any."""
    word = "".join(rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3))))
    return f"{word}{rng.randrange(1, 20)}" if rng.random() < 0.15 else word


def some_file(rng: Random) -> str:
    """Name of a scene file, perhaps in a folder."""
    return rng.choice(_FOLDERS) + rng.choice(_FILE_STEMS) + rng.choice(_ENDINGS)


def some_style(rng: Random) -> str:
    """What something is to look like, without an article."""
    return rng.choice(STYLES) if rng.random() < 0.85 else rng.choice(NOUNS + COMPOUND_NOUNS)


def some_name(rng: Random) -> str:
    """A name for a group."""
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(GROUP_NAMES)
    return made_up_word(rng) if roll < 0.8 else rng.choice(NOUNS)
