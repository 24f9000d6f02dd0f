/** An object of an event, of which nothing else is known yet. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object there; empty for everything else. */
export function members(value: unknown): Members {
  return isMembers(value) ? value : {};
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The members that are texts, and lists of texts joined by commas, as API Gateway's format 2.0 has them. */
export function texts(...sources: readonly unknown[]): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (const source of sources) {
    for (const [name, value] of Object.entries(members(source))) {
      const written = Array.isArray(value) ? value.join(',') : value;
      if (typeof written === 'string') found.push([name, written]);
    }
  }
  return Object.fromEntries(found);
}

/** What JSON says; other texts as they are. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // No JSON: the text itself is the body.
    return body;
  }
}
