"""CONTRACT 3 and 4 on a folder of calendar files: commands, shapes and exit codes to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from tests.cli.conftest import Desk, cancelled
from tests.connectors.smtp.servers import Sink, serving

SUNDAY = "2026-03-01T10:00:00+01:00"
TUESDAY = "2026-03-03T09:00:00+01:00"

PAIR = {"id", "account", "with", "role", "series", "next", "streak", "rate", "outcomes"}
DECISION = {"key", "kind", "pair", "occurrence", "because", "mails", "before", "after"}
PROPOSAL = {
    *("id", "pair", "lost", "state", "options", "fallback", "booked", "together", "url"),
    *("negotiable", "countered"),
}
ALERT = {"id", "pair", "level", "streak", "first_missed", "text", "at", "open"}
ENTRY = {
    *("id", "at", "key", "kind", "target", "because", "before", "after", "state", "undoable"),
}


def test_pairs_have_the_shape_of_the_contract(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    (pair,) = desk.ask("pairs")
    assert pair.keys() == PAIR
    assert pair["with"] == {"address": "ben@acme.example", "name": "Ben Ode"}
    assert (pair["account"], pair["role"], pair["streak"]) == ("paper", "peer", 0)
    (series,) = pair["series"]
    assert series == {
        "id": "ben@calendar.example",
        "title": "Maya / Ben",
        "rule": "FREQ=WEEKLY",
        "organizer": "maya@acme.example",
    }
    assert pair["next"]["recurrence_id"] == "2026-03-02T10:00:00+01:00"
    assert pair["next"]["agenda_url"].startswith("file://")
    assert {o["outcome"] for o in pair["outcomes"]} == {"held", "upcoming"}
    assert pair["rate"] == {"missed": 0, "of": 8}


def test_outcomes_end_where_we_look_ahead(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    (pair,) = desk.ask("pairs")
    assert pair["outcomes"][-1]["recurrence_id"] == "2026-03-16T10:00:00+01:00"


def test_pairs_shows_the_last_and_next_meetings_as_marks_around_now(desk: Desk) -> None:
    desk.meets(more=cancelled("20260216", "20260302"))
    desk.meets("caro", start="20260223T150000")
    desk.at(TUESDAY)
    desk.ask("tick")
    *rows, legend = desk.run("pairs").out.splitlines()[1:]
    assert {row.split()[0]: row.split()[-1] for row in rows} == {
        "Ben": "●●●●●✗●✗|○○○",
        "Caro": "······●●|○○○",
    }
    assert all(mark in legend for mark in ("● held", "✗ missed", "○ upcoming", "| now"))


def test_plan_foresees_the_whole_chain_and_leaves_everything_as_it_was(desk: Desk) -> None:
    file = desk.meets()
    before = file.read_bytes()
    desk.at(SUNDAY)
    plan = desk.ask("plan")
    assert [d["kind"] for d in plan["decisions"]] == [
        "create_agenda",
        "share_agenda",
        "attach_agenda",
        "write_section",
    ]
    assert all(d.keys() == DECISION for d in plan["decisions"])
    assert file.read_bytes() == before
    assert {path.name for path in desk.folder.iterdir()} == {"calendar", "visavis.toml"}


def test_people_are_named_wherever_something_is_told_of_them(desk: Desk) -> None:
    desk.meets()
    desk.meets("caro", more=cancelled("20260302"))
    desk.at(SUNDAY)
    assert "create_agenda (Ben Ode, Mon 02 Mar): " in desk.run("plan").out
    assert "create_agenda (Ben Ode, Mon 02 Mar): " in desk.run("tick").out
    assert "open  Caro Ode, lost: Mon 02 Mar 10:00" in desk.run("proposals").out
    written = desk.run("journal").out.splitlines()[1:]
    assert all("Ben Ode" in line or "Caro Ode" in line for line in written)


def test_what_was_done_is_told_on_the_clock_of_the_series(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    plan = desk.ask("plan")
    done = desk.ask("tick")["done"]
    assert [d["occurrence"] for d in done] == [d["occurrence"] for d in plan["decisions"]]


def test_an_agenda_is_shown_as_people_read_it(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    shown = desk.run("agenda", "ben").out
    assert shown.startswith("## Monday, 2 March 2026\n")
    assert "<!--" not in shown


def test_apply_does_exactly_the_plan(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    plan = desk.ask("plan")
    turn = desk.ask("apply", "--plan", plan["hash"])
    assert turn["done"] == plan["decisions"]
    assert turn["looked"] == {"accounts": 1, "series": 1, "occurrences": 13}


def test_apply_refuses_when_the_world_moved_on(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    plan = desk.ask("plan")
    desk.meets("caro")
    result = desk.run("apply", "--plan", plan["hash"], "--json")
    assert result.code == 1
    assert "moved on" in result.err
    assert (result.json["done"], result.json["failed"]) == ([], [])
    assert not (desk.calendar / "agendas").exists()


def test_apply_does_no_part_of_a_plan_it_may_not_carry_out(desk: Desk) -> None:
    desk.meets()
    desk.configure("[policy]\nwrite = false\n")
    desk.at(SUNDAY)
    result = desk.run("apply", "--plan", desk.ask("plan")["hash"], "--json")
    assert (result.code, result.json["done"]) == (1, [])
    assert "write = false" in result.err


def test_a_second_tick_has_nothing_to_do(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    assert desk.ask("tick")["done"] == []


def test_a_lost_meeting_is_proposed_accepted_and_undone(desk: Desk) -> None:
    file = desk.meets(more=cancelled("20260302"))
    before = file.read_bytes()
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    assert proposal.keys() == PROPOSAL
    assert (proposal["state"], proposal["fallback"]) == ("open", None)
    booked = desk.ask("accept", proposal["id"], "--option", "2")
    assert booked["state"] == "booked"
    assert booked["booked"]["start"] == proposal["options"][1]["start"]
    assert desk.run("accept", proposal["id"], "--option", "2").code == 0
    assert desk.run("accept", proposal["id"], "--option", "1").code == 1
    entry = next(e for e in desk.ask("journal") if e["kind"] == "book")
    assert entry.keys() == ENTRY
    assert entry["undoable"]
    refused = desk.run("decline", proposal["id"], "--json")
    assert (refused.code, refused.json["state"]) == (1, "booked")
    (undone,) = desk.ask("undo", entry["id"])
    assert undone["state"] == "undone"
    assert file.read_bytes() == before
    refused = desk.run("accept", proposal["id"], "--json")
    assert (refused.code, refused.json["state"], refused.json["booked"]) == (1, "declined", None)


def test_what_was_taken_back_is_shown_so_at_once(desk: Desk) -> None:
    desk.meets(more=cancelled("20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    desk.ask("accept", proposal["id"])
    desk.ask("tick")
    entry = next(e for e in desk.ask("journal") if e["kind"] == "book")
    desk.ask("undo", entry["id"])
    (pair,) = desk.ask("pairs")
    lost = [o["outcome"] for o in pair["outcomes"] if o["recurrence_id"].startswith("2026-03-02")]
    assert lost == ["missed"]


def test_the_offer_to_write_makes_the_document_where_there_is_none_yet(desk: Desk) -> None:
    rest_of_two_weeks = "".join(
        f"BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART:{day}T000000Z\r\nDURATION:PT24H\r\nEND:VEVENT\r\n"
        for day in range(20260303, 20260314)
    )
    file = desk.meets(more=cancelled("20260302"))
    busy = file.read_text("utf-8").partition("BEGIN:VEVENT")[0] + rest_of_two_weeks
    (desk.calendar / "busy.ics").write_text(f"{busy}END:VCALENDAR\r\n", "utf-8", newline="")
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    assert (proposal["options"], proposal["fallback"]["kind"]) == ([], "written")
    assert desk.ask("accept", proposal["id"], "--fallback")["state"] == "booked"
    (agenda,) = (desk.calendar / "agendas").glob("*.md")
    assert "in writing" in agenda.read_text("utf-8")
    assert "ATTACH:" in file.read_text("utf-8")
    assert desk.ask("tick")["done"] == []


@pytest.mark.parametrize("organizer", ["maya@acme.example", "ben@acme.example"])
def test_the_other_one_is_invited_as_soon_as_it_is_booked(desk: Desk, organizer: str) -> None:
    desk.meets(more=cancelled("20260302"), organizer=organizer)
    desk.at(TUESDAY)
    sink = Sink()
    with serving(sink.protocol()) as port:
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "visavis@acme.example"\n'
        desk.configure(mail)
        desk.ask("tick")
        (proposal,) = desk.ask("proposals")
        sink.envelopes.clear()
        desk.ask("accept", proposal["id"])
        (invited,) = sink.envelopes
        desk.ask("tick")
    assert invited.rcpt_tos == ["ben@acme.example"]
    assert b"text/calendar" in cast("bytes", invited.content)
    assert [one.rcpt_tos for one in sink.envelopes].count(["ben@acme.example"]) == 1


def test_nobody_can_be_asked_for_another_time_of_ones_own_meeting(desk: Desk) -> None:
    desk.meets(more=cancelled("20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    refused = desk.run("accept", proposal["id"], "--counter", "--json")
    assert (refused.code, refused.json["state"]) == (1, "open")
    assert "without `--counter` a new meeting" in refused.err
    assert desk.run("accept", proposal["id"], "--counter", "--fallback").code == 2
    assert desk.run("accept", proposal["id"], "--counter", "--written").code == 2


def test_the_settings_may_be_named_before_the_command(desk: Desk, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere.toml")
    for named in (("--config", nowhere), (f"--config={nowhere}",)):
        refused = desk.run(*named, "status", "--json")
        assert refused.code == 2
        assert nowhere in refused.err


def test_what_was_undone_stays_undone(desk: Desk) -> None:
    file = desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    entry = next(e for e in desk.ask("journal") if e["kind"] == "attach_agenda")
    desk.ask("undo", entry["id"])
    assert desk.ask("tick")["done"] == []
    assert b"ATTACH" not in file.read_bytes()


def test_undo_refuses_where_a_person_wrote_since(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    (agenda,) = (desk.calendar / "agendas").glob("*.md")
    agenda.write_text(agenda.read_text("utf-8") + "\nour own words\n", encoding="utf-8")
    entries = [e for e in desk.ask("journal") if e["kind"] == "create_agenda"]
    result = desk.run("undo", entries[0]["id"], "--json")
    assert result.code == 1
    assert "our own words" in agenda.read_text("utf-8")


def test_a_gone_time_stays_open_with_fresh_times(desk: Desk) -> None:
    desk.meets(more=cancelled("20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    first = proposal["options"][0]["start"]
    busy = first[:19].replace("-", "").replace(":", "")
    desk.meets("elsewhere", start=busy, rule="FREQ=YEARLY", guest="x@acme.example")
    result = desk.run("accept", proposal["id"], "--json")
    assert result.code == 1
    assert result.json["state"] == "open"
    assert first not in [option["start"] for option in result.json["options"]]
    assert desk.run("accept", proposal["id"], "--json").code == 0


def test_declining_closes(desk: Desk) -> None:
    desk.meets(more=cancelled("20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    (proposal,) = desk.ask("proposals")
    assert desk.ask("decline", proposal["id"])["state"] == "declined"
    assert desk.run("accept", proposal["id"]).code == 1


def test_three_misses_raise_an_alert_on_the_first_look(desk: Desk) -> None:
    desk.meets(more=cancelled("20260216", "20260223", "20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    (alert,) = desk.ask("alerts")
    assert alert.keys() == {
        *("id", "pair", "level", "streak", "first_missed", "text", "at", "open")
    }
    assert (alert["level"], alert["streak"], alert["open"]) == ("alert", 3, True)
    assert alert["first_missed"] == "2026-02-16T10:00:00+01:00"
    assert "visavis" in alert["text"]


def test_an_excuse_takes_misses_out_of_the_streak(desk: Desk) -> None:
    desk.meets(more=cancelled("20260216", "20260223", "20260302"))
    desk.at(TUESDAY)
    desk.ask("tick")
    assert (
        desk.ask(
            "excuse", "ben", "--from", "2026-02-23", "--to", "2026-02-23", "--reason", "carnival"
        )
        == {}
    )
    (pair,) = desk.ask("pairs")
    assert pair["streak"] == 2
    assert pair["rate"]["missed"] == 2


@pytest.mark.parametrize("stop", [["pause"], ["pause", "ben"], ["pause", "--for", "2w"]])
def test_a_pause_stops_writing_until_resume(desk: Desk, stop: list[str]) -> None:
    desk.meets()
    desk.at("2026-02-26T10:00:00+01:00")
    desk.ask("tick")
    desk.ask(*stop)
    desk.at(SUNDAY)
    assert desk.ask("tick")["done"] == []
    assert desk.ask("plan")["decisions"] == []
    desk.ask("resume", *[word for word in stop[1:] if word == "ben"])
    assert len(desk.ask("tick")["done"]) == 4


def test_write_false_looks_and_tells_nobody(desk: Desk) -> None:
    desk.meets(more=cancelled("20260216", "20260223", "20260302"))
    desk.configure("[policy]\nwrite = false\n")
    desk.at(TUESDAY)
    assert desk.ask("tick")["done"] == []
    (pair,) = desk.ask("pairs")
    assert pair["streak"] == 3
    assert desk.ask("alerts") == []
    assert not (desk.calendar / "agendas").exists()


def test_agenda_shows_the_section_and_the_private_note(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    shown = desk.ask("agenda", "ben")
    assert shown.keys() == {"url", "markdown", "prep"}
    (agenda,) = (desk.calendar / "agendas").glob("*.md")
    assert "Monday, 2 March 2026" in shown["markdown"]
    assert shown["prep"].splitlines()[0] not in agenda.read_text("utf-8")


def test_explain_says_why_and_why_not(desk: Desk) -> None:
    desk.meets()
    desk.meets("lonely", guest="maya@acme.example", title="Focus")
    desk.at(SUNDAY)
    desk.ask("tick")
    (yes,), (no,) = desk.ask("explain", "Maya / Ben"), desk.ask("explain", "focus")
    assert yes.keys() == {"series", "title", "is_one_on_one", "because"}
    assert (yes["is_one_on_one"], no["is_one_on_one"]) == (True, False)
    assert "nobody else is invited" in no["because"]


def test_a_broken_file_is_one_failure_and_the_others_still_work(desk: Desk) -> None:
    desk.meets()
    (desk.calendar / "broken.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\n", "utf-8")
    desk.at(SUNDAY)
    result = desk.run("tick", "--json")
    assert result.code == 1
    (failure,) = result.json["failed"]
    assert failure.keys() == {"account", "decision", "error", "remedy"}
    assert (failure["account"], failure["decision"]) == ("paper", None)
    assert "broken.ics" in failure["error"]
    assert "mend it" in failure["remedy"]
    assert len(result.json["done"]) == 4


def test_status_tells_of_a_problem_by_its_exit_code(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    before = desk.ask("status")
    assert before["accounts"][0]["state"] == "never"
    desk.ask("tick")
    status = desk.ask("status")
    assert status.keys() == {"now", "accounts", "open", "held_back", "undelivered"}
    assert status["accounts"] == [
        {
            "name": "paper",
            "provider": "files",
            "email": "maya@acme.example",
            "state": "ok",
            "last_tick": SUNDAY,
            "problem": None,
        }
    ]
    assert status["open"] == {"proposals": 0, "alerts": 0, "intents": 0}
    (desk.calendar / "broken.ics").write_text("BEGIN:VCALENDAR\n", "utf-8")
    desk.run("tick")
    assert desk.run("status").code == 1


def test_the_frozen_clock_is_announced_on_stderr_alone(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    result = desk.run("pairs", "--json")
    assert "VISAVIS_NOW" in result.err
    assert json.loads(result.out) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["pairs", "--nonsense"], "nonsense"),
        (["accept"], "ID"),
        (["accept", "r-unknown"], "r-unknown"),
        (["agenda", "nobody"], "nobody"),
        (["undo"], "ids"),
        (["undo", "w-unknown"], "w-unknown"),
        (["pause", "--for", "soon"], "soon"),
        (["excuse", "ben", "--from", "x", "--to", "y", "--reason", "z"], "--from"),
        (["resume", "--brake", "nowhere"], "nowhere"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(
    desk: Desk, arguments: list[str], word: str
) -> None:
    desk.meets()
    result = desk.run(*arguments)
    assert result.code == 2
    assert word in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert result.out == ""


def test_wrong_settings_are_listed_all_at_once(desk: Desk) -> None:
    desk.configure('[policy]\nprepar = "24h"\nlunch = 3\n')
    result = desk.run("pairs")
    assert result.code == 2
    lines = result.err.strip().splitlines()
    assert len(lines) == 2
    assert "prepare" in lines[0]


def test_an_ambiguous_name_lists_the_candidates(desk: Desk) -> None:
    desk.meets()
    desk.meets("caro", start="20260106T100000")
    desk.at(SUNDAY)
    desk.ask("tick")
    result = desk.run("agenda", "ode")
    assert result.code == 2
    assert "ben@acme.example" in result.err
    assert "caro@acme.example" in result.err


def test_run_refuses_a_frozen_clock(desk: Desk) -> None:
    desk.at(SUNDAY)
    result = desk.run("run")
    assert result.code == 2
    assert "VISAVIS_NOW" in result.err


def test_export_is_one_document_with_everything(desk: Desk) -> None:
    desk.meets()
    desk.at(SUNDAY)
    desk.ask("tick")
    known = desk.ask("export")
    assert {"pairs", "journal", "proposals", "alerts"} <= known.keys()
    assert len(known["journal"]) == 4


def test_no_color_is_obeyed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    desk.meets()
    desk.at(SUNDAY)
    desk.run("tick")
    assert "\x1b" not in desk.run("pairs").out


def test_terminal_control_in_a_title_is_not_obeyed(desk: Desk) -> None:
    desk.meets(title="Maya\x1b[2J / Ben")
    desk.at(SUNDAY)
    desk.run("tick")
    assert "\x1b" not in desk.run("explain", "Ben").out


def test_a_chat_address_that_means_nothing_is_a_wrong_setting(desk: Desk) -> None:
    desk.meets()
    desk.configure('[notify]\nto = ["nonsense://x", "alsonot://y"]\n')
    result = desk.run("pairs")
    assert result.code == 2
    line = desk.settings.read_text().splitlines().index("[notify]") + 2
    assert f"visavis.toml:{line}: notify.to[1]" in result.err
    assert f"visavis.toml:{line}: notify.to[2]" in result.err
    assert len(result.err.strip().splitlines()) == 2
