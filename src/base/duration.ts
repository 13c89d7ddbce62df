/** `250ms`, `90s`, `5m`, `12h`, `1d` to milliseconds and back. */

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export type Duration = `${number}${keyof typeof units}`;

/** Milliseconds, or null when the text is no duration. */
export function milliseconds(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!parts) return null;
  return Math.round(Number(parts[1]) * units[parts[2] as keyof typeof units]);
}

/** The shortest whole form: 90000 is `90s`, 300000 is `5m`. */
export function duration(ms: number): Duration {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= units[unit] && ms % units[unit] === 0) return `${ms / units[unit]}${unit}`;
  }
  return `${Math.round(ms)}ms`;
}
