// The words behind a row of the timeline: a note, a reason, what a form described. Every look is written down, so it is
// a person who asks for them, one at a time.
import { signal } from "@preact/signals";
import { ask } from "../http.ts";
import { may } from "../session.ts";
import { explain } from "../commands/run.ts";
import { words } from "../words/index.ts";

const shown = signal<Readonly<Record<string, string>>>({});

interface Reference { paper_id?: string }

const paperOf = (data: { paper?: Reference; reason?: Reference; form?: { paper?: Reference } }): string | undefined =>
  data.paper?.paper_id ?? data.reason?.paper_id ?? data.form?.paper?.paper_id;

/** A form's paper is JSON: what the crew wrote stands in it. */
function said(text: string): string {
  try {
    return (JSON.parse(text) as { words?: string }).words ?? text;
  } catch {
    return text;
  }
}

async function read(id: string): Promise<void> {
  try {
    const told = await ask<{ words: string }>(`/dispatch/v1/papers/${encodeURIComponent(id)}`);
    shown.value = { ...shown.value, [id]: said(told.words) };
  } catch (error) { explain(error); }
}

export function Paper({ data }: { data: Parameters<typeof paperOf>[0] }) {
  const id = paperOf(data);
  if (id === undefined || !may("papers:read")) return null;
  const text = shown.value[id];
  return text === undefined
    ? <button type="button" class="link" title={words.lookIsRecorded} onClick={() => void read(id)}>{words.readPaper}</button>
    : <q class="said">{text}</q>;
}
