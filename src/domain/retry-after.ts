type Header = (name: string) => string | null | undefined;

/** How long the other side asks to wait; undefined where it does not say so in a form that is known. */
export function askedDelayMs(header: Header): number | undefined {
  const millis = header('retry-after-ms');
  const after = header('retry-after');
  const asked = millis ? Number(millis) : after ? delayOf(after, header) : undefined;
  return asked !== undefined && Number.isFinite(asked) && asked > 0 ? Math.ceil(asked) : undefined;
}

function delayOf(after: string, header: Header): number {
  const seconds = Number(after);
  if (!Number.isNaN(seconds)) return seconds * 1000;
  // A date is measured against the server's own clock, which needs none of ours.
  return Date.parse(after) - Date.parse(header('date') ?? '');
}
