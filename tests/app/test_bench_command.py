"""`rowsplat bench`: the order of its frames, the numbers of its reports."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.app.bench.memory import peak_resident_bytes, reset_peaks, resident_bytes
from rowsplat.app.bench.scene_files import hash_of, short_names
from rowsplat.app.bench.statistics import evenly_chosen, summarise
from rowsplat.render import Blend, RenderMode

SMALL = ("--width", "24", "--height", "16", "--orbit-frames", "4", "--warmup", "2", "--frames", "6")
FIRST, MEMORY, SHOWN, COST = 1, 1, 1, 1


@pytest.fixture
def report(cli: Any, renderer: Any, scene_file: Path, tmp_path: Path) -> dict[str, Any]:
    outcome = cli("bench", scene_file, *SMALL, "--json", "a.json")
    assert outcome.code == 0
    return json.loads((tmp_path / "a.json").read_text())


def test_the_report_has_the_promised_fields(report: dict[str, Any]) -> None:
    assert [run["blend"] for run in report["runs"]] == ["baseline", "baseline-exact", "irss"]
    for run in report["runs"]:
        assert run.keys() >= {
            "scene",
            "blend",
            "backend",
            "width",
            "height",
            "stages",
            "counts",
            "memory",
            "psnr_to_first",
        }
        assert list(run["stages"]) == ["project", "sort", "bin", "blend", "total"]
        for stage in run["stages"].values():
            assert stage.keys() >= {"p50", "p95", "p99"}
        assert run["scene"] == "scene.ply"
        assert (run["backend"], run["width"], run["height"]) == ("auto", 24, 16)
        assert run["parse_ms"] > 0
        assert run["upload_ms"] >= 0
        assert run["first_frame_ms"] > 0
        assert {name: len(values) for name, values in run["samples"].items()} == dict.fromkeys(
            ("project", "sort", "bin", "blend", "total", "wall"), 6
        )


def test_the_environment_names_machine_versions_and_scene(report: dict[str, Any], scene_file: Path) -> None:
    environment = report["environment"]
    assert environment["cpu"]["logical_cores"] >= 1
    assert environment["packages"]["numpy"] == np.__version__
    assert environment["renderers"] == {"auto": "fake on nothing"}
    assert environment["startup_ms"]["auto"] >= 0
    scene = environment["scenes"]["scene.ply"]
    assert scene["sha256"] == hash_of(scene_file)
    assert scene["parse_ms"] > 0
    assert scene["upload_ms"]["auto"] >= 0
    assert set(scene["first_frame_ms"]) == {"baseline (auto)", "baseline-exact (auto)", "irss (auto)"}


def test_times_rates_and_ratios_follow_from_the_stage_times(report: dict[str, Any]) -> None:
    irss = report["runs"][2]
    assert irss["stages"]["blend"]["p50"] == 10.0
    assert irss["stages"]["total"]["p99"] == 16.0
    assert irss["fps"] == pytest.approx(1000.0 / 16.0)
    assert irss["fps_wall_clock"] == pytest.approx(6000.0 / sum(irss["samples"]["wall"]))
    values = {ratio["name"]: ratio["value"] for ratio in report["ratios"]}
    assert values == {
        "total: baseline / irss": pytest.approx(46.0 / 16.0),
        "blend: baseline / irss": pytest.approx(4.0),
        "total: baseline-exact / irss": pytest.approx(26.0 / 16.0),
        "blend: baseline-exact / irss": pytest.approx(2.0),
        "sort + bin: share of an irss frame": pytest.approx(5.0 / 16.0),
    }


def test_pictures_are_compared_with_the_first_variant_and_with_each_other(report: dict[str, Any]) -> None:
    first, exact, irss = report["runs"]
    assert (first["psnr_to_first"], first["max_error_to_first"]) == (None, 0.0)
    assert exact["psnr_to_first"] == pytest.approx(20.0, abs=1e-3)
    assert irss["psnr_to_first"] == pytest.approx(-20.0 * np.log10(0.1001), abs=1e-3)
    pairs = {(p["first"], p["second"]): p["psnr"] for p in report["pictures"]}
    assert len(pairs) == 3
    assert pairs["baseline-exact (auto)", "irss (auto)"] == pytest.approx(80.0, abs=0.1)


def test_fragments_are_counted_in_an_untimed_cost_picture(report: dict[str, Any], renderer: Any) -> None:
    for run in report["runs"]:
        assert run["counts"]["fragments_evaluated"] == 500
        assert run["counts"]["fragments_contributing"] == 400
        assert (run["counts"]["visible"], run["counts"]["pairs"]) == (50, 77)
    assert [options.mode for _, options in renderer.calls].count(RenderMode.COST) == 3


def test_memory_is_reported(report: dict[str, Any], gaussians: Any) -> None:
    memory = report["runs"][0]["memory"]
    assert memory["scene_bytes"] == gaussians.nbytes
    assert memory["buffer_bytes"] == 1000
    assert memory["buffers_over_scene"] == pytest.approx(1000 / gaussians.nbytes)


def test_timed_frames_take_turns_and_the_beginner_moves_on(report: dict[str, Any], renderer: Any) -> None:
    untimed = 3 * (FIRST + 2 + MEMORY)
    timed = renderer.calls[untimed : -3 * (SHOWN + COST)]
    assert len(timed) == 3 * 6
    order = [Blend.BASELINE, Blend.BASELINE_EXACT, Blend.IRSS]
    for k in range(6):
        turn = timed[3 * k : 3 * k + 3]
        start = k % 3
        assert [options.blend for _, options in turn] == order[start:] + order[:start]
        assert len({id(camera) for camera, _ in turn}) == 1
    assert len({id(camera) for camera, _ in timed}) == 4


def test_the_scene_is_uploaded_once_per_back_end(report: dict[str, Any], renderer: Any) -> None:
    assert report["runs"]
    assert renderer.uploads == 1


def test_one_variant_needs_no_comparison(cli: Any, renderer: Any, scene_file: Path, tmp_path: Path) -> None:
    assert (
        cli("bench", scene_file, *SMALL, "--blend", "irss", "--json", "a.json", "--html", "a.html").code == 0
    )
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["pictures"] == []
    assert [ratio["name"] for ratio in report["ratios"]] == ["sort + bin: share of an irss frame"]


def test_the_terminal_shows_times_and_ratios(cli: Any, renderer: Any, scene_file: Path) -> None:
    out = cli("bench", scene_file, *SMALL).out
    assert re.search(r"scene\.ply +irss \(auto\) +1\.0 +2\.0 +3\.0 +10\.0 +16\.0 +62\.5", out)
    assert re.search(r"blend: baseline / irss +4\.00 x", out)
    assert re.search(r"sort \+ bin: share of an irss frame +31 %", out)
    assert re.search(r"baseline-exact \(auto\) - irss \(auto\) +80\.0 dB", out)


def test_csv_has_a_line_a_run_with_the_numbers_of_the_json(
    cli: Any, renderer: Any, scene_file: Path, tmp_path: Path
) -> None:
    cli("bench", scene_file, *SMALL, "--json", "a.json", "--csv", "a.csv")
    runs = json.loads((tmp_path / "a.json").read_text())["runs"]
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(runs) == 3
    for row, run in zip(rows, runs, strict=True):
        assert float(row["stages.total.p95"]) == run["stages"]["total"]["p95"]
        assert row["blend"] == run["blend"]
        assert "samples.total" not in row


def test_the_html_report_needs_no_other_file(
    cli: Any, renderer: Any, scene_file: Path, tmp_path: Path
) -> None:
    cli("bench", scene_file, *SMALL, "--html", "a.html", "--plot", "a.png")
    text = (tmp_path / "a.html").read_text()
    sources = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(sources) == 1 + 3  # the plot and a picture a run
    assert all(source.startswith("data:image/") for source in sources)
    embedded = re.search(r'<script type="application/json" id="data">(.*)</script>', text, re.DOTALL)
    assert embedded
    assert len(json.loads(embedded[1])["runs"]) == 3
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_scene_name_cannot_break_out_of_the_html(
    cli: Any, renderer: Any, scene_file: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "<b>&.ply"
    scene_file.rename(odd)
    assert cli("bench", odd.name, *SMALL, "--html", "a.html").code == 0
    assert "<b>" not in (tmp_path / "a.html").read_text()


def test_a_camera_path_is_used_as_it_is(cli: Any, renderer: Any, scene_file: Path, camera_file: Path) -> None:
    assert cli("bench", scene_file, "--camera-path", camera_file, "--frames", "2", "--warmup", "0").code == 0
    assert {(camera.width, camera.height) for camera, _ in renderer.calls} == {(24, 16)}


def test_a_cancelled_bench_leaves_no_report(
    cli: Any, renderer: Any, scene_file: Path, tmp_path: Path
) -> None:
    renderer.fail_at_call = 9
    before = set(tmp_path.iterdir())
    assert cli("bench", scene_file, *SMALL, "--json", "a.json", "--html", "a.html").code == 130
    assert set(tmp_path.iterdir()) == before


def test_percentiles_of_a_known_sequence() -> None:
    summary = summarise([float(k) for k in range(101)])
    assert (summary["p50"], summary["p95"], summary["p99"]) == (50.0, 95.0, 99.0)
    assert (summary["mean"], summary["min"], summary["max"]) == (50.0, 0.0, 100.0)
    assert summary["std"] == pytest.approx(np.sqrt((101**2 - 1) / 12))


def test_cameras_are_chosen_evenly_or_again_and_again() -> None:
    assert evenly_chosen(3, 9) == [0, 3, 6]
    assert evenly_chosen(5, 2) == [0, 1, 0, 1, 0]
    assert evenly_chosen(4, 4) == [0, 1, 2, 3]


def test_scene_names_are_short_and_all_different() -> None:
    paths = [Path("x/a/scene.ply"), Path("x/b/scene.ply")]
    assert short_names(paths) == ["a/scene.ply", "b/scene.ply"]
    assert short_names([Path("x/robot/0_0/meta.json"), Path("x/robot/1_0/meta.json")]) == ["0_0", "1_0"]
    assert short_names([Path("a.ply"), Path("a.ply")]) == ["a.ply#1", "a.ply#2"]
    assert short_names([Path("meta.json")]) == ["meta.json"]


def test_a_folder_has_a_hash_that_any_change_changes(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    (tmp_path / "a.webp").write_bytes(b"1")
    first = hash_of(tmp_path)
    assert hash_of(tmp_path / "meta.json") == first
    (tmp_path / "a.webp").write_bytes(b"2")
    second = hash_of(tmp_path)
    (tmp_path / "a.webp").rename(tmp_path / "b.webp")
    assert len({first, second, hash_of(tmp_path)}) == 3


def test_peak_memory_sees_an_array_that_is_gone() -> None:
    before = resident_bytes()
    if before is None or not reset_peaks():
        pytest.skip("this system does not let a process reset its peak memory")
    size = 64 * 2**20
    np.ones(size, dtype=np.uint8)
    peak = peak_resident_bytes()
    assert peak is not None
    assert peak - before > 0.9 * size
    reset_peaks()
    lower = peak_resident_bytes()
    assert lower is not None
    assert lower < peak
