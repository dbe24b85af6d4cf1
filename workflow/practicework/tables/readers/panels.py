"""Columns that panels and crowdsourcing platforms add to the file of a survey tool (Prolific, MTurk)."""

from practicework.tables.files.grid import short
from practicework.tables.files.raw import DIRECT, METADATA, RawTable

IDS = {
    "prolificpid",
    "prolificid",
    "workerid",
    "assignmentid",
    "hitid",
    "hittypeid",
    "submissionid",
    "participantid",
    "sessionid",
}
_SIGNS = {"prolificpid", "prolificid", "workerid", "assignmentid", "submissionid"}
_OTHERS = {
    *("status", "startedat", "completedat", "reviewedat", "archivedat", "timetaken", "completioncode", "totalapprovals"),
    *("assignmentstatus", "accepttime", "submittime", "autoapprovaltime", "approvaltime", "rejectiontime", "worktimeinseconds"),
    *("lifetimeapprovalrate", "last30daysapprovalrate", "last7daysapprovalrate", "title", "reward", "creationtime", "expiration"),
    *("customtermsapproved", "customstudytncsacceptedat", "requesterfeedback", "numberofsimilarhits", "lifetimeinseconds"),
}


def marked(raw: RawTable) -> RawTable:
    """Return a plain table with a platform's columns marked, if it has the ids of one."""
    names = [short(name) for name in raw.header]
    if not _SIGNS & set(names):
        return raw
    for at, name in enumerate(names):
        if name in IDS:
            raw.reasons.setdefault(at, DIRECT)
        elif name in _OTHERS:
            raw.reasons.setdefault(at, METADATA)
    times = next((names.index(name) for name in ("timetaken", "worktimeinseconds") if name in names), None)
    return RawTable(**vars(raw) | {"duration": times if raw.duration is None else raw.duration})
