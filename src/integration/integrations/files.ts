import * as z from 'zod/mini';
import { byDefault, says } from '../../config/params.ts';
import { routeFact, targetFact } from '../../flow/shared-facts.ts';
import { Body } from '../../http/body.ts';
import { HeaderList } from '../../http/headers.ts';
import type { HttpResponse } from '../../http/message.ts';
import { defineIntegration } from '../integration.ts';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  pdf: 'application/pdf',
  wasm: 'application/wasm',
};

const from = { by: 'integration', name: 'files' } as const;
const bare = (status: number): HttpResponse => ({
  status,
  headers: HeaderList.of({ 'Content-Length': '0' }),
  body: null,
  from,
});

export default defineIntegration({
  name: 'files',
  says: 'Answers with files of a folder, below what the route leaves open; nothing outside of it, no hidden files.',
  options: () =>
    z.strictObject({
      folder: says(z.string(), 'The folder, relative to the document.'),
      index: byDefault(z.string(), 'index.html', 'File for a path that names a folder.'),
      maxAge: byDefault(
        z.number().check(z.int(), z.gte(0)),
        0,
        '`Cache-Control: max-age` in seconds; 0 asks again each time.',
      ),
    }),
  open(options, { openFolder }) {
    const folder = openFolder(options.folder);
    return async ({ request, facts }) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return bare(405);
      const params = Object.values(facts.get(routeFact)?.params ?? {});
      const raw = params.at(-1) ?? facts.get(targetFact)?.path ?? '/';
      let name: string;
      try {
        name = decodeURIComponent(raw);
      } catch {
        return bare(404);
      }
      const parts = name.split('/').filter((part) => part !== '');
      if (parts.some((part) => part.startsWith('.') || part.includes('\\') || part.includes('\0'))) return bare(404);
      const path = parts.join('/');
      const file =
        path === '' || name.endsWith('/')
          ? await folder.read(`${path}/${options.index}`)
          : ((await folder.read(path)) ?? (await folder.read(`${path}/${options.index}`)));
      if (!file) return bare(404);
      const tag = `"${file.bytes.length.toString(36)}-${Math.floor(file.modifiedAt).toString(36)}"`;
      const headers: [string, string][] = [
        ['ETag', tag],
        ['Last-Modified', new Date(file.modifiedAt).toUTCString()],
        ['Cache-Control', options.maxAge > 0 ? `public, max-age=${options.maxAge}` : 'no-cache'],
      ];
      if (
        request.headers
          .get('if-none-match')
          ?.split(',')
          .some((each) => each.trim().replace(/^W\//, '') === tag)
      ) {
        return { status: 304, headers: HeaderList.of(headers), body: null, from };
      }
      const extension =
        /\.([A-Za-z0-9]+)$/.exec(parts.at(-1) ?? options.index)?.[1]?.toLowerCase() ?? (path === '' ? 'html' : '');
      headers.push(
        ['Content-Type', types[extension] ?? 'application/octet-stream'],
        ['Content-Length', String(file.bytes.length)],
        ['X-Content-Type-Options', 'nosniff'],
      );
      return {
        status: 200,
        headers: HeaderList.of(headers),
        body: request.method === 'HEAD' ? null : Body.of(file.bytes),
        from,
      };
    };
  },
});
