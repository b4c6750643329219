import type { Fault } from "../commands/parse.ts";
import { events } from "./events.en.ts";
import type { Words } from "./zh.ts";

const s = (n: number): string => (n === 1 ? "" : "s");

export const en: Words = {
  title: "Fengqiao", screens: { desk: "Desk", mediation: "Mediation", analytics: "Analysis", wall: "Wall", crew: "Crew" },
  line: {
    begin: "Connecting", lives: "live", live: (n: number) => `live ${n} s`, silent: (t: string) => `silent ${t}`, stands: (t: string) => `stands ${t}`, offline: (at: string) => `Offline since ${at}; retrying`,
    refused: "No right to look, or the session is over: sign in again", caught: (n: number) => `Back, ${n} caught up`,
    standing: (at: string) => `Kafka does not answer; the picture stands at ${at}: use the radio`, stale: (age: string) => `The picture is ${age} old`,
  },
  over: { short: "signed out", told: "The session is over: what you see is old, and no order is taken", signIn: "Sign in and come back here", answer: "The session is over: it was not done; sign in again" },
  bar: {
    open: "open", alarms: "alarms", queue: "queued", free: "free", signOut: "Sign out", other: "中文", light: "Light", dark: "Dark", auto: "As the system",
    area: "Area", theme: "Theme", sound: "Tone", soundOn: "on", soundOff: "off", keys: "Keys",
  },
  incidents: "Incidents", units: "Units", told: "What happens", map: "Map", drawer: "Incident", command: "Command", alarms: "Alarms",
  noIncidents: "No incidents; F2 takes a call", noUnits: "Nobody is on duty: on P3 signs a unit on", noTold: "Tells what happens from now on; what was before is in each incident's timeline", loading: "Loading…",
  find: "Filter /", hidden: (n: number) => `${n} hidden; Esc shows them`, newAbove: (n: number) => `${n} new above ↑`,
  nobody: "nobody yet", waits: "waits for", unsure: "place unsure", placeUnknown: "place not found: the map shows the station", sure: (n: number) => `${Math.round(n * 100)}% sure`, callers: (n: number) => `${n} caller${s(n)}`,
  weapon: "weapon", reportUp: "report up", level: (n: number) => `level ${n}`, voidCall: "void call", urged: (n: number) => `urged ${n}×`, received: "received", ended: "ended",
  toSelected: (number: string) => `to ${number}`, byRoad: "by road", secondsAway: (t: string) => t, noRoad: "no road", age: (t: string) => `seen ${t} ago`,
  noPosition: "no position, at home", standby: "waits at", onIt: "on", alsoOn: (numbers: string) => `also on ${numbers}`, lent: "lent", borrowed: "borrowed",
  status: {
    active: "new", queued: "queued", resources_assigned: "sent", resources_enroute: "en route", resources_onscene: "on scene", held: "held",
    awaiting_feedback: "form due", closed: "closed", cancelled: "cancelled", merged: "merged",
  },
  unit: { emergency: "NEEDS HELP", available: "free", conditionally_available: "may take more", not_available: "busy", off_duty: "off duty" },
  assignment: {
    assigned: "sent", acknowledged: "signed", en_route: "en route", on_scene: "on scene", cleared: "cleared", declined: "declined", timed_out: "unsigned", diverted: "diverted", cancelled: "taken off",
  },
  timer: {
    assigned: "send", on_scene: "arrive", handled: "handle", feedback: "form", acknowledge: "sign", en_route: "leave", arrive: "arrive", report_up: "report up",
    role: "support", step: "step", left: (t: string) => `${t} left`, over: (t: string) => `${t} over`,
  },
  role: { primary: "primary", support: "support", first_response: "first response", sweep: "sweep", liaison: "liaison", back_up: "back-up", waiting: "waiting" },
  recommendation: {
    title: "Advice", none: "Nobody is free: ask for aid", why: (saved: number, other: string) => `${saved} s before ${other}`, only: "the only one that can go",
    stale: "old position", silent: "did not answer last time", covers: "covers the place", ruledOut: "cannot go", busy: "busy", off_duty: "off duty", no_road: "no road", capability: "not equipped", emergency: "in need", lent: "lent", again: "Ask again",
    more: "If more are needed", refused: "No advice just now", send: "Send advice",
  },
  form: { title: "Feedback form", result: "Result", described: "What was done", people_involved: "People involved", injured: "Injured", dead: "Dead", detained: "Taken along", helped: "Helped", vehicles_lost: "Vehicles lost", vehicles_recovered: "Vehicles recovered", lost_yuan: "Lost (yuan)", recovered_yuan: "Recovered (yuan)", prevented_yuan: "Prevented (yuan)", send: "Send the form", required: "required" },
  until: (at: string) => `until ${at}`, readPaper: "Read the words", lookIsRecorded: "Who looks is recorded", formKept: "The form is not sent; what was written is kept", on: "On it", timeline: "Timeline", surroundings: "Surroundings", words: "What was said", history: "Earlier", near: "near",
  nothingNear: "Nothing is recorded near here", metres: (n: number) => `${n} m`, cameras: "Cameras", posts: "Posts", hazards: "Hazards", warnings: "Warnings", earlier: "Earlier here",
  masked: "Names and numbers are masked", loadFailed: "Could not be read; tried again soon",
  act: {
    assign: "Send", reassign: "Reassign", hold: "Hold", release: "Release", merge: "Merge", case: "To mediation", note: "Note", cancel: "Cancel", withdraw: "Take off",
    urge: "Urge", reopen: "Reopen", unmerge: "Unmerge", clear: "Clear", step: "Step", aid: "Ask aid", acknowledge: "Sign", "en-route": "En route", "on-scene": "On scene",
    decline: "Decline", link: "Link", category: "Category", priority: "Priority", place: "Place", feedback: "Form", own: "Own", solve: "Solve", call: "Take a call", "on-duty": "On duty", "off-duty": "Off duty", "stand-down": "Stand down", recall: "Recall", open: "Open",
  },
  commandHint: "verb [units] [incident] [words] [;reason] · Tab completes · ↑ history", run: "Run", lastAnswer: "Answer", noAnswer: "No command yet",
  preview: (what: string) => `${what}? Enter does it, Esc drops it`, running: "Sending…",
  previewAssign: (units: string, n: string) => `Send ${units} to ${n}`, previewCancel: (n: string) => `Cancel ${n}`, previewCall: (parked: string) => `Throw away “${parked}” and take another call`, previewMerge: (a: string, b: string) => `Merge ${b} into ${a}`,
  undo: "u undoes", nothingToUndo: "Nothing to undo",
  done: {
    assign: (u: string, n: string) => `${u} sent to ${n}, unsigned yet`, acknowledge: (u: string) => `${u} has signed`, "en-route": (u: string) => `${u} is en route`,
    "on-scene": (u: string) => `${u} is on scene`, clear: (u: string, n: string) => `${u} clears ${n}`, decline: (u: string) => `${u} has declined`, withdraw: (u: string, n: string) => `${u} taken off ${n}`,
    reassign: (u: string, n: string) => `${n} reassigned to ${u}`, hold: (n: string) => `${n} held`, release: (n: string) => `${n} released`, merge: (a: string, b: string) => `${b} merged into ${a}`,
    unmerge: (n: string) => `${n} taken out`, link: (a: string, b: string) => `${a} linked to ${b}`, urge: (n: string) => `${n} urged`, cancel: (n: string) => `${n} cancelled`,
    reopen: (n: string) => `${n} reopened`, note: (n: string) => `${n} noted`, call: (n: string) => `${n} accepted`, case: () => "Case opened; Enter shows it", own: (n: string, o: string) => `Small case ${n} is ${o}'s`,
    category: (n: string, c: string) => `${n} is ${c}`, priority: (n: string, p: number) => `${n} is priority ${p}`, place: (n: string, where: string) => `${n} is at ${where}`, feedback: (n: string) => `The form of ${n} is open`, feedbackGiven: (n: string) => `The form of ${n} is in`,
    solve: (n: string) => `Small case ${n} solved`, step: (n: string, one: string) => `${n}: ${one} done`, "on-duty": (u: string) => `${u} on duty`, "off-duty": (u: string) => `${u} off duty`,
    "stand-down": (u: string) => `${u} stood down`, aid: (n: string, a: string) => `${n}: aid asked of ${a}`, recall: (u: string) => `${u} recalled`, open: (n: string) => n,
    acked: "The alarms shown are acknowledged", undone: (what: string) => `Undone: ${what}`, linkedCaller: (n: string) => `Caller added to ${n}`,
  },
  fault(fault: Fault): string {
    switch (fault.kind) {
      case "no-verb": return `No command “${fault.word}”: F1 shows all`;
      case "ambiguous": return `“${fault.word}” may be ${fault.among.join(", ")}`;
      case "no-unit": return fault.like === null ? `No ${fault.word}` : `No ${fault.word}. ${fault.like}?`;
      case "no-incident": return `No open incident ${fault.word}`;
      case "nothing-selected": return "Nothing is selected: choose with j k";
      case "needs": return { unit: "Name a unit, such as P3", incident: "Name an incident, or select one", incidents: "Name two incidents", reason: "Add ;reason", area: "Name the area to ask", words: "Add words" }[fault.what];
    }
  },
  wrong: {
    marked: "Some fields need a change: see what is marked", missing: "fill this in", longer: (n: string) => `at least ${n} characters`, shorter: (n: string) => `at most ${n} characters`, least: (n: string) => `${n} or more`, most: (n: string) => `${n} or less`,
    whole: "a whole number", step: (n: string) => `no finer than ${n}`, number: "a number", date: "a date", written: "not written as it has to be", among: (known: string) => `one of: ${known}`, lacks: (names: string[]) => `The form still needs: ${names.join(", ")}`,
    phone: "only digits, spaces, + and -", kind: "No such kind of dispute: choose from the list", area: (known: string) => `Ask which area? ${known}`, noLender: "No neighbour lends units here", reversed: "“From” is after “to”: swap them",
  },
  fields: {
    text: "Words", description: "Words", words: "Words", reason: "Reason", area: "Area", kind: "Kind", category: "Category", code: "Category", disposition: "Result", units: "Units", phone: "Phone", name: "Name", priority: "Priority",
    address: "Place", location: "Place", from: "From", to: "To", shift: "Shift", role: "Role", order: "What to put right", due_at: "Deadline", deadline: "Deadline", source: "Source",
  },
  bad: {
    unconfirmed: "Unconfirmed; don't resend: look whether it happened", silent: "Dispatch silent; use radio", offline: "The service does not answer; try again soon", forbidden: "You have no right to do this",
    unitOn: (u: string, n: string) => `${u} is on ${n}; use gp`, unitFree: (u: string) => `${u} is on nothing`, unitOff: (u: string) => `${u} is off duty: on ${u}`,
    ended: (n: string) => `${n} closed; reopen first`, duration: "For how long? 10m, 2h", adviceNone: (n: string) => `None free; ${n} queued; ask aid`, noRight: (what: string) => `You have no right to “${what}”`,
    priority: "Priorities are 1 to 4", place: "No such place: say it otherwise, or click the map", category: "No such category", other: (status: number, detail: string) => `Refused (${status}): ${detail}`,
  },
  call: {
    title: "Take a call", what: "What", where: "Where", say: "Words", caller: "Caller", phone: "Phone", source: "Source", priority: "Priority", byCategory: "by category", accept: "Accept", park: "Park", parked: "Parked call", goOn: "Go on", throwAway: "Throw away", thrown: "The call is thrown away",
    whatHint: "category, alias or pinyin initials", whereHint: "place, pinyin or initials", same: "The same event?", addCaller: "Add as a caller", pinned: "The pin on the map is the place", takenFor: (place: string) => `Taken for ${place}`, noPlace: "No such place: it may be accepted all the same, as unsure",
    pending: "Kept; passed on when Kafka is back", weapon: "Weapon", busy: "Accepting…", slow: "Intake does not answer; still sending. What cannot wait: use the radio", unsure: "Intake did not answer: nobody knows whether it has the call. Ctrl+Enter sends it again under the same number; it will not be two", again: "Send again", asFirstSent: (n: string) => `${n} was accepted as first sent; what you changed later is in the parked call only: correct it with gz, gj`, none: "Nothing similar near by", sayFirst: "Say what and where: then it is looked up", alike: (share: number) => `${Math.round(share * 100)}% alike`,
  },
  keys: {
    title: "Keys", everywhere: "Everywhere", outside: "Outside of fields", lettersOn: "Letter keys", verbs: "Commands",
    list: [["F1", "keys"], ["F2", "take a call"], ["F3", "next urgent"], ["F4", "units"], ["F6", "next region"], ["F8", "send the advice"], ["F9", "acknowledge alarms"], ["Ctrl+K", "find an action"], ["Ctrl+/", "command line"], ["Esc", "back"]],
    letters: [["j k", "down, up"], ["Enter", "open"], ["/", "filter"], ["g d", "desk"], ["g m", "mediation"], ["g a", "analysis"], ["g w", "wall"], ["u", "undo"], ["h 0 l", "map: heat, whole, list"], ["a s v o", "all alarms, small cases, due, force"], ["1–9 n p h c", "mediation: step, new case, party, hazards, check-ins"], ["m p", "analysis: this month, the last"], ["t r b e", "theme, area, tone, language"]], close: "Close",
  },
  palette: { title: "Find an action", hint: "Say what you want to do", none: "No such action" },
  strip: { small: "Small cases", due: "Visits due", feedback: "Forms due", holes: "Uncovered", force: "Force", planned: (a: number, p: number) => `${a}/${p}`, overdue: (n: number) => `${n} overdue` },
  alarm: {
    undecided: (what: string) => `${what || "A call"} is undecided: use the radio`, queued: (n: string) => `${n} queued, nobody free: ask aid (qy)`, none: "No alarms", emergency: (u: string) => `EMERGENCY: an officer of ${u} needs help`,
    unsigned: (u: string, n: string) => `${u} has not signed ${n}: reassign (gp)`, unreadable: "A call could not be read: look at the dead letters", acknowledge: (n: number) => `Acknowledge ${n} F9`, acknowledgeThem: "Acknowledge alarms", more: (n: number) => `${n} more`, over: (n: string, what: string) => `${n} is over its limit: ${what}`,
  },
  layers: { closer: "Zoom in", wider: "Zoom out", heat: "Heat", standby: "Standby points", zones: "Zones", home: "Whole", list: "List", stations: "Stations", cells: "Grid cells", busiest: "Busiest places (four weeks)" }, incidentsThere: (n: number) => `${n} incident${s(n)}`, mapFailed: "The map cannot be drawn (no WebGL in this browser): the lists work all the same", cluster: (n: number) => `${n} here`,
  wall: { queue: "Unsent", p1: "P1", oldest: "Oldest unsent", tonight: "1-3-5 in time", next: "Next due", page: (a: number, b: number) => `page ${a}/${b}`, more: "more", answered: "answered", arrived: "on scene", handled: "handled", calm: "No open incidents" },
  notice: { delivered: (to: string) => `Delivered to ${to}`, failed: (to: string) => `Not delivered to ${to}` },
  semicolon: "; ", colon: ": ", offline: "offline", reload: "Reload", close: "Close", back: "Back", more: "More", none: "none", yes: "yes", no: "no", of: "/", send: "Send", cancelled: "Dropped",
  event: events,
};
