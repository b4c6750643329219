import type { Work } from "./work.zh.ts";

export const en: Work = {
  stage: { screened: "screened", assessed: "assessed", referred: "referred", in_resolution: "in resolution", disposed: "disposed", in_control: "in control", followed_up: "followed up", closed: "closed" },
  grade: { yellow: "yellow · ordinary", orange: "orange · difficult", red: "red · major" }, ungraded: "ungraded", tier: (n: number) => `tier ${n}`,
  all: "All open", cases: "Mediation cases", noCases: "No open cases", noCase: "Choose a case on the left", week: "Visits of 7 days", noVisits: "No visits in 7 days", opened: "opened", number: "incident", revision: "revision",
  outcome: { settled: "settled", settled_on_scene: "settled on the scene", failed: "failed", withdrawn: "withdrawn", transferred: "transferred" },
  sessionOutcome: { agreed: "agreed", adjourned: "adjourned", failed: "failed" },
  parties: "Parties", addParty: "Add a party", name: "Name", role: "Role", phone: "Phone", minor: "minor", organisation: "organisation", person: "person", masked: "Masked: names need a right, and who looks is recorded", noParties: "No party is named yet",
  partyRole: { party: "party", guardian: "guardian", representative: "representative", witness: "witness" },
  sessions: "Sessions", session: (n: number) => `session ${n}`, noSessions: "No session yet", agreement: "Agreement", print: "Print the agreement", facts: "Facts", duties: "Duties", manner: "Manner", place: "Place", deadline: "Deadline", signatures: "Signatures", oral: "oral", performed: "performed", notPerformed: "not performed", pending: "to be performed", needsRight: "The words need a right to be read",
  visits: "Visits", visit: (name: string) => name.replace(/^day-(\d+)$|^(\d+)d$/, "$1$2 days").replace(/^month-(\d+)$|^(\d+)m$/, "$1$2 months"), calm: "calm", notCalm: "flared up", due: "due", history: "History", mediators: "Mediators", venue: "Venue",
  agreementTitle: "Mediation Agreement", agreementNote: "Each party has one copy; the mediators keep one.", signHere: "Signature", date: "Date",
  steps: {
    assess: "Assess", refer: "Refer", sessions: "Record a session", agreement: "Write the agreement", dispose: "Dispose", performance: "Record performance", control: "Plan visits", visits: "Record a visit", escalate: "Escalate", close: "Close",
  },
  field: { grade: "Grade", reason: "Reason", mediators: "Mediators' ids (blanks between)", venue: "Venue's id", outcome: "Outcome", place: "Place", note: "Note", facts: "Facts", duties: "Duties (one a line)", manner: "Manner", deadline: "Deadline", performed: "Performed", visit: "Which visit", calm: "Calm", signed: "All have signed", oral: "Oral agreement" },
  done: (step: string) => `Done: ${step}`, stale: "Somebody else has just changed this case: it was read anew, look again", newCase: "New case", kind: "Kind (code or alias)", description: "What it is about", opensCase: "Open the case", required: "Fill this in", close: "Close",
  from: "from", to: "to", thisMonth: "This month", lastMonth: "Last month", segment: "Segment", by: "by", targetShare: "Share in target", byHour: "By hour", p50: "median", p90: "p90", count: "n", mean: "mean", p99: "p99", share: "in target", noNumbers: "No data in this range", trueUpTo: "true up to record", incomplete: "there are gaps in the data", cut: "too many rows: the largest are shown",
  segments: { received_to_assigned: "received → sent", assigned_to_acknowledged: "sent → signed", acknowledged_to_on_scene: "signed → on scene", received_to_on_scene: "received → on scene", on_scene_to_cleared: "on scene → cleared", received_to_cleared: "received → cleared" },
  dimensions: { category: "category", station: "station", grid_cell: "grid cell", priority: "priority", hour: "hour", shift: "shift" },
  comparison: "Year on year, period on period", period: "period before", year: "year before", responseTimes: "Response times", seconds: (n: number) => (n < 90 ? `${Math.round(n)} s` : `${(n / 60).toFixed(1)} min`), worstFirst: "worst first", target: "target", incidents: (n: number) => `${n} incident${n === 1 ? "" : "s"}`, table: "Table",
  crew: "Crew", noTask: "No assignment; stand by", gps: (t: string) => `GPS ${t} ago`, noGps: "No position: a browser gives it over https only", receivedAt: "received", next: { assigned: "Sign", acknowledged: "Depart", en_route: "On scene", on_scene: "Clear" }, result: "Result", decline: "Decline", why: "Reason",
  emergency: "HELP hold 2 s", emergencySent: "Help is called; units near by are coming", duty: "Go on duty", offDuty: "Go off duty", sure: "Yes", older: (t: string) => `Offline; the picture is ${t} old`, radio: "Not done: use the radio", dispute: "To mediation", settled: "settled on the spot", map: "Open in a map application", distance: (m: string) => `about ${m}`,
};
