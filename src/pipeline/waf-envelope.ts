import type { Clock } from '../base/clock.ts';
import { readAsset } from '../waf/asset/asset.ts';
import type { Settings } from '../waf/settings.ts';
import type { LoadedWaf, WafAbout } from './waf-load.ts';

/** What an asset was made from: the document's words, and everything that was read from the disk for them. */
export interface Origin {
  readonly words: string;
  readonly about: WafAbout;
  /** A rule could refuse an answer for what its body says. */
  readonly judgesAnswers: boolean;
  /** As the document has them, for whoever runs the asset without the document. */
  readonly settings: Partial<Settings>;
  readonly reads: readonly (readonly [path: string, hash: string | null])[];
  readonly lists: readonly (readonly [pattern: string, names: readonly string[]])[];
}

const magic = 0x46415753;

/** The asset with what it was made from before it. */
export function envelope(origin: Origin, asset: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(origin));
  const start = 8 + ((text.length + 3) & ~3);
  const bytes = new Uint8Array(start + asset.length);
  new DataView(bytes.buffer).setUint32(0, magic, true);
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  bytes.set(asset, start);
  return bytes;
}

/** The engine that an asset holds, as the document it was made from would run it. Throws for what is no asset. */
export function openShippedWaf(bytes: Uint8Array, clock: Clock): LoadedWaf {
  const opened = openEnvelope(bytes);
  if (opened === null) throw new Error('this is no firewall asset: write one with `sallyport waf compile`');
  const { about, judgesAnswers, settings } = opened.origin;
  return { waf: readAsset(opened.asset).open({ clock, settings }), about, judgesAnswers };
}

/** Null when it is none. */
export function openEnvelope(bytes: Uint8Array): { readonly origin: Origin; readonly asset: Uint8Array } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== magic) return null;
  const length = view.getUint32(4, true);
  const origin = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Origin;
  return { origin, asset: bytes.subarray(8 + ((length + 3) & ~3)) };
}
