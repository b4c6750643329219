// Server-sent events, as the HTML standard reads them. Pure.

export interface Message { type: string; data: string; id: string }

/** Feed it text as it comes; it gives whole events, and remembers the last id also of events without data. */
export class EventReader {
  lastId = "";
  private rest = "";
  private type = "";
  private data: string[] = [];

  feed(text: string): Message[] {
    const found: Message[] = [];
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (this.data.length > 0) found.push({ type: this.type || "message", data: this.data.join("\n"), id: this.lastId });
        this.type = "";
        this.data = [];
        continue;
      }
      if (line.startsWith(":")) continue;
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") this.data.push(value);
      else if (field === "event") this.type = value;
      else if (field === "id") this.lastId = value;
    }
    return found;
  }
}
