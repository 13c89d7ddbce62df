import { describe, expect, it } from 'vitest';
import { asChecked, isChecked } from '../config/checked.ts';
import type { Document } from '../config/document.ts';
import { parseDocument } from '../config/parse.ts';
import { sallyport } from './app.ts';

const given = {
  store: { use: 'memory' },
  logging: { sinks: [] },
  apis: { shop: { kind: 'http', routes: { 'GET /tea': { to: { use: 'mock', with: { body: 'tea' } } } } } },
  origins: { api: { url: 'https://api.example.com' } },
  routes: { 'ANY /{proxy+}': { to: 'api' } },
};
/** As an entry has it: through JSON. */
const parsed = (): Document => JSON.parse(JSON.stringify(parseDocument(given).document)) as Document;

describe('a document that was checked before', () => {
  it('is the same document, with the same version', async () => {
    expect(parseDocument(given).issues).toEqual([]);
    const [raw, checked] = [await sallyport({ document: given }), await sallyport({ document: asChecked(parsed()) })];
    expect(checked.version).toBe(raw.version);
    expect(checked.document).toEqual(raw.document);
    await Promise.all([raw.close(), checked.close()]);
  });

  it('is gone by the mark of that very object; any other is checked', async () => {
    const bad = { ...parsed(), lisen: {} } as unknown as Document;
    expect(isChecked(bad)).toBe(false);
    await expect(sallyport({ document: bad })).rejects.toThrow(/lisen/);
    const app = await sallyport({ document: asChecked(parsed()) });
    await expect(app.reload(bad)).rejects.toThrow(/lisen/);
    await app.reload(asChecked(bad));
    await app.close();
  });
});

describe('pages of WebSockets', () => {
  it('are there where a document names one, and where a name has no page at all', async () => {
    const naming = (use: string) => ({
      ...given,
      apis: {},
      routes: { 'GET /ws': { to: { use, with: { routes: {} } } } },
    });
    const app = await sallyport({ document: naming('websocket') });
    await app.close();
    await expect(sallyport({ document: naming('websoket') })).rejects.toThrow(/did you mean "websocket"/);
  });
});
