"""What is said to select, remove, keep, hide, replace and name things, and to take steps back."""

from __future__ import annotations

from random import Random

from ....scenes.text_edits.steps import Group, Hide, Keep, Remove, Replace, Select, ShowAll, Step, Undo
from .amounts import say_number
from .targets import Said
from .wording import expand, weighted
from .words import some_file, some_name


def say_select(rng: Random, said: Said) -> tuple[str, Step]:
    """Selected and nothing else."""
    template = (
        "(select {t}|select {t}|pick {t}|highlight {t}|mark {t}|choose {t}|grab {t}|click on {t}|"
        "pick out {t}|tap {t}|lasso {t}|catch {t}|target {t}|put a selection around {t}|activate {t}|"
        "grab {t}|get {t} into the selection|"
        "i want to select {t}|make a selection of {t}|i'd like to select {t}|find {t} and select it|"
        "select only {t}|get me {t} selected|{t} should be selected|take {t} as (the|my) selection)"
    )
    return expand(rng, template, t=said.text), Select(target=said.target)


def say_remove(rng: Random, said: Said) -> tuple[str, Step]:
    """Gone."""
    template = (
        "(remove {t}|remove {t}|delete {t}|delete {t}|erase {t}|get rid of {t}|cut out {t}|take away {t}|"
        "take out {t}|"
        "clear away {t}|wipe out {t}|throw out {t}|lose {t}|eliminate {t}|ditch {t}|scrap {t}|kill {t}|"
        "discard {t}|"
        "strip out {t}|clean up {t}|bin {t}|chuck {t}|nuke {t}|zap {t}|trash {t}|dump {t}|do away with {t}|"
        "dispose of {t}|take {t} away|kick out {t}|yank {t}|yank out {t}|pluck {t}|snip off {t}|"
        "chop off {t}|cut off {t}|toss {t}|"
        "toss out {t}|scrub {t}|banish {t}|away with {t}|{t} gone|out with {t}|let {t} disappear|"
        "make sure {t} is gone|{t} out|"
        "remove all traces of {t}|vaporize {t}|weed out {t}|peel off {t}|lop off {t}|shave off {t}|"
        "take off {t}|pull out {t}|"
        "i can do without {t}|drop {t}|no {t} please|throw {t} (out|away)|{t} (has|have|needs) to go|"
        "{t} must go|clear out {t}|"
        "{t} should (go|be removed|be gone|be deleted|disappear)|make {t} (disappear|vanish|go away)|"
        "cut {t} out|"
        "i (don't|dont|do not) (want|need|like) {t} (anymore|any more|any longer|here|in the scene|)|"
        "exclude {t}|"
        "i want {t} (gone|removed|deleted|out)|no more {t}|{t} is in the way, (remove|delete) it|purge {t}|"
        "rid me of {t}|wipe {t} away|take {t} out of the (scene|picture)|remove {t} from the scene|"
        "rub out {t}|"
        "we don't need {t}|i want to get rid of {t}|blast {t}|obliterate {t}|{t} can go|axe {t}|cut away {t})"
    )
    text = expand(rng, template, t=said.text)
    if text.endswith(", remove it") and said.text == "it":
        text = "remove it"
    return text, Remove(target=said.target)


def say_keep(rng: Random, said: Said) -> tuple[str, Step]:
    """All else gone."""
    template = (
        "(keep {t}|keep only {t}|isolate {t}|crop to {t}|only leave {t}|only keep {t}|just keep {t}|"
        "leave only {t}|"
        "leave just {t}|crop the scene to {t}|trim the scene to {t}|i only want {t}|i only want to keep {t}|"
        "nothing but {t} should (stay|remain|be left)|only {t} should (stay|remain|be left|be kept)|"
        "keep just {t}|"
        "keep nothing but {t}|crop {t}|retain only {t}|just leave {t}|reduce the scene to {t}|"
        "i just want {t}|"
        "leave {t} only|trim (it|the scene|everything|things|) down to (just|only|) {t}|"
        "strip (everything|it) down to {t}|all i want is {t}|"
        "i'd (love|like) to (see|have|keep) only {t}|let only {t} stay|leave nothing but {t}|"
        "leave nothing except {t}|"
        "cut away everything around {t}|spare only {t}|i want to see only {t}|just {t} and nothing else|"
        "only {t}, nothing else|keep {t} and (nothing else|delete the rest|remove the rest|"
        "get rid of the rest)|preserve only {t})"
    )
    return expand(rng, template, t=said.text), Keep(target=said.target)


def say_hide(rng: Random, said: Said) -> tuple[str, Step]:
    """Not seen."""
    template = (
        "(hide {t}|hide {t}|hide {t}|make {t} invisible|conceal {t}|don't show {t}|do not show {t}|"
        "stop showing {t}|"
        "i don't want to see {t}|{t} should be (hidden|invisible)|turn {t} invisible|turn off {t}|"
        "switch {t} off|"
        "hide {t} from view|i want {t} (hidden|invisible)|hide away {t}|tuck {t} out of sight|"
        "put {t} out of sight|mask {t}|get {t} out of (view|sight)|let {t} be invisible|"
        "make it so that {t} can't be seen|temporarily hide {t}|hide {t} for now|tuck {t} away|"
        "make {t} unseen|set {t} to invisible|"
        "i (don't|do not) want {t} (visible|to be visible|to be seen))"
    )
    return expand(rng, template, t=said.text), Hide(target=said.target)


def say_show_all(rng: Random) -> tuple[str, Step]:
    """All seen again."""
    template = (
        "(show everything|show (all|it all) (again|)|unhide (all|everything)|unhide it all|reveal everything|"
        "make everything visible (again|)|bring everything back|show (all|the) hidden (things|objects|parts)|"
        "unhide (the|all) hidden (things|stuff|objects)|show me everything (again|)|nothing should be hidden|"
        "show the (whole|entire) scene (again|)|i want to see everything (again|)|stop hiding things|"
        "bring back (everything i hid|what was hidden|the hidden things)|reveal (all|what is hidden)|"
        "display everything)"
    )
    return expand(rng, template), ShowAll()


def say_replace(rng: Random, said: Said) -> tuple[str, Step]:
    """A file in its place."""
    path = some_file(rng)
    quoted = f'"{path}"' if rng.random() < 0.3 else f"'{path}'" if rng.random() < 0.08 else path
    template = (
        "(replace {t} with {f}|replace {t} by {f}|swap {t} for {f}|swap {t} with {f}|exchange {t} for {f}|"
        "substitute {t} with {f}|put {f} in place of {t}|use {f} instead of {t}|switch {t} (for|with) {f}|"
        "swap out {t} for {f}|substitute {f} for {t}|instead of {t} use {f}|replace {t} with the file {f}|"
        "replace {t} with the (model|scene|contents) (in|from) {f}|{t} should be replaced (with|by) {f}|"
        "trade {t} for {f}|change {t} for {f}|put {f} where {t} is|exchange {t} (with|by) {f}|"
        "have {f} take the place of {t}|swap in {f} for {t}|load {f} in place of {t})"
    )
    return expand(rng, template, t=said.text, f=quoted), Replace(target=said.target, path=path)


def say_group(rng: Random, said: Said) -> tuple[str, Step]:
    """A name for later."""
    name = some_name(rng)
    quoted = f'"{name}"' if rng.random() < 0.3 else f"'{name}'" if rng.random() < 0.1 else name
    template = (
        "(group {t} as {n}|call {t} {n}|name {t} {n}|save {t} as {n}|give {t} the name {n}|label {t} (as|"
        ") {n}|"
        "from now on {t} is (called|named) {n}|let's call {t} {n}|remember {t} as {n}|refer to {t} as {n}|"
        "group {t} (under the name|and call it|and name it|with the name|named|called) {n}|{t} (is|"
        "are) called {n} from now on|"
        "make {t} a group (called|named) {n}|tag {t} as {n}|{t} shall be known as {n}|"
        "let {n} be the name of {t}|bundle {t} (up|) as {n}|collect {t} (into|as|under) {n}|"
        "combine {t} (into|as) {n}|i want {t} to be called {n}|{t} will be {n}|use the name {n} for {t}|"
        "i'll call {t} {n}|name {t} as {n}|make a group {n} (from|of|out of) {t}|"
        "put {t} in a group (called|named) {n}|create a group (called|named) {n} (from|out of|with) {t}|"
        "store {t} as {n})"
    )
    return expand(rng, template, t=said.text, n=quoted), Group(target=said.target, name=name)


def say_undo(rng: Random) -> tuple[str, Step]:
    """Steps back."""
    if rng.random() < 0.55:
        template = (
            "(undo|undo that|undo it|take that back|revert|revert that|go back|never mind, undo that|"
            "step back|"
            "go back one step|undo the last (step|thing|edit|change|one)|roll that back|reverse that|"
            "oops, undo|"
            "undo this|take back the last (step|edit|change)|cancel that last (edit|step)|"
            "undo what you just did|"
            "i didn't want that, undo it|oops, take that back|scratch that|reverse the last (step|"
            "change)|put it back how it was|back up one step|"
            "go one step back|undo once|un-do that|take the last (one|step) back|that was wrong, undo it|"
            "undo please|undo my last (edit|action)|back one step)"
        )
        return expand(rng, template), Undo()
    count = rng.choice((2, 2, 3, 3, 4, 5, 6, 7, 10))
    said = say_number(rng, count, words=0.45)
    if count == 2 and rng.random() < 0.3:
        return expand(rng, "(undo twice|undo two times|undo the last couple of steps|go back twice)"), Undo(
            count=2
        )
    template = (
        "(undo {c} steps|undo the last {c} (steps|edits|changes|things|operations)|go back {c} steps|"
        "revert {c} steps|"
        "take back (the last|) {c} (steps|edits)|roll back (the last|) {c} (steps|changes|edits)|"
        "undo {c} times|"
        "{c} steps back|go {c} steps back|back up {c} steps|reverse the last {c} (steps|changes)|"
        "undo my last {c} (edits|changes|steps)|revert the last {c} (edits|steps|changes)|"
        "step back {c} times|undo {c} things|rewind {c} steps)"
    )
    return expand(rng, template, c=said), Undo(count=count)


def say_whole(rng: Random) -> tuple[str, Step]:
    """A clause without a target."""
    return weighted(rng, ((0.4, say_show_all), (0.6, say_undo)))(rng)
