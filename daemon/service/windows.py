"""A task for the Windows scheduler: starts when its user signs in, and again after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from subprocess import list2cmdline
from xml.etree import ElementTree as ET

from daemon.service.job import NAME, Installation, Job

SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
"""The namespace of Task Scheduler 2.0 (MS-TSCH 2.5)."""
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    # The scheduler would end it after three days.
    "ExecutionTimeLimit": "PT0S",
}


def task(job: Job, environ: Mapping[str, str]) -> Installation:
    """Return the task of a job, for the user who asks."""
    file = job.home / f"{NAME}-task.xml"
    user = "\\".join(filter(None, (environ.get("USERDOMAIN"), environ.get("USERNAME"))))
    return Installation(
        file,
        # The scheduler reads UTF-16 alone.
        ET.tostring(_description(job, user), encoding="utf-16", xml_declaration=True),
        start=(
            ("schtasks", "/Create", "/TN", NAME, "/XML", str(file), "/F"),
            ("schtasks", "/Run", "/TN", NAME),
        ),
        stop=(("schtasks", "/End", "/TN", NAME), ("schtasks", "/Delete", "/TN", NAME, "/F")),
    )


def _description(job: Job, user: str) -> ET.Element:
    """Build the description; the schema wants its parts in this order."""
    root = ET.Element("Task", {"version": "1.2", "xmlns": SPACE})
    about = ET.SubElement(root, "RegistrationInfo")
    _said(about, Description="Looks after your one-on-ones")
    logon = ET.SubElement(ET.SubElement(root, "Triggers"), "LogonTrigger")
    _said(logon, **({"UserId": user} if user else {}))
    principal = ET.SubElement(ET.SubElement(root, "Principals"), "Principal", {"id": "Author"})
    _said(principal, **({"UserId": user} if user else {}))
    _said(principal, LogonType="InteractiveToken", RunLevel="LeastPrivilege")
    settings = ET.SubElement(root, "Settings")
    _said(settings, **_SETTINGS)
    again = ET.SubElement(settings, "RestartOnFailure")
    _said(again, Interval="PT1M", Count="255")
    act = ET.SubElement(ET.SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    arguments = list2cmdline(["run", "--config", str(job.settings)])
    _said(act, Command=str(job.program), Arguments=arguments, WorkingDirectory=str(job.home))
    ET.indent(root)
    return root


def _said(parent: ET.Element, **words: str) -> None:
    for name, word in words.items():
        ET.SubElement(parent, name).text = word
