/** Range requests (RFC 9110 section 14). Bounds are byte offsets; `to` is the last byte, not the one after it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** As asked: `bytes=5-9`, `bytes=5-` (no `to`), `bytes=-5` (the last five: no `from`). */
export type RangeSpec = { readonly from: number; readonly to: number | null } | { readonly last: number };

/** Null when the field is no byte range or is malformed; such a field is ignored (section 14.2). */
export function parseRange(value: string | undefined): readonly RangeSpec[] | null {
  const set = value === undefined ? null : /^bytes=(.+)$/i.exec(value.trim());
  if (!set) return null;
  const specs: RangeSpec[] = [];
  for (const part of (set[1] as string).split(',')) {
    const bounds = /^\s*(\d{0,15})-(\d{0,15})\s*$/.exec(part);
    if (!bounds || (bounds[1] === '' && bounds[2] === '')) return null;
    if (bounds[1] === '') specs.push({ last: Number(bounds[2]) });
    else {
      const from = Number(bounds[1]);
      const to = bounds[2] === '' ? null : Number(bounds[2]);
      if (to !== null && to < from) return null;
      specs.push({ from, to });
    }
  }
  return specs;
}

/** The bytes a range stands for in a representation of `size` bytes; null when none of them exists. */
export function resolveRange(spec: RangeSpec, size: number): Span | null {
  if ('last' in spec)
    return spec.last === 0 || size === 0 ? null : { from: Math.max(0, size - spec.last), to: size - 1 };
  if (spec.from >= size) return null;
  return { from: spec.from, to: spec.to === null ? size - 1 : Math.min(spec.to, size - 1) };
}

export interface ContentRange extends Span {
  /** Size of the whole representation; null when it was written as `*`. */
  readonly size: number | null;
}

/** `bytes 0-4/10`; null when malformed or impossible. */
export function parseContentRange(value: string | undefined): ContentRange | null {
  const parts = value === undefined ? null : /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value.trim());
  if (!parts) return null;
  const [from, to] = [Number(parts[1]), Number(parts[2])];
  const size = parts[3] === '*' ? null : Number(parts[3]);
  return to < from || (size !== null && to >= size) ? null : { from, to, size };
}

export const formatContentRange = (span: Span, size: number): string => `bytes ${span.from}-${span.to}/${size}`;
