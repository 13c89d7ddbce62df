import { systemClock } from '../base/clock.ts';
import type { Document } from '../config/document.ts';
import { DocumentError } from '../config/issues.ts';
import { parseDocument } from '../config/parse.ts';
import { registry } from '../pipeline/registry.ts';
import { readSlot } from '../pipeline/slots.ts';
import type { State } from '../stores/store.ts';
import { loadDocument } from './load.ts';

/** Opens the store that the document names, for as long as the work takes; the edge itself is not started. */
export async function withStore(
  config: string | undefined,
  work: (state: State, document: Document) => Promise<number>,
): Promise<number> {
  const loaded = await loadDocument(config);
  const { document, issues } = parseDocument(loaded.document);
  if (document === null) throw new DocumentError(issues);
  const found: (typeof issues)[number][] = [];
  const slot = readSlot('store', document.store, registry(loaded.plugins).stores, ['store'], found);
  if (!slot) throw new DocumentError(found);
  const state = await slot.definition.open(slot.options, { clock: systemClock, folder: loaded.folder, warn() {} });
  try {
    return await work(state, document);
  } finally {
    await state.close();
  }
}
