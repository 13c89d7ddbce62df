import * as z from 'zod/mini';
import { says } from '../../config/params.ts';
import { fileDocument } from '../file/document.ts';
import { defineSource } from '../source.ts';

export default defineSource({
  name: 'file',
  says: 'A JSON or YAML file, watched.',
  options: () =>
    z.strictObject({ path: says(z.string().check(z.minLength(1)), 'Relative to the document, e.g. `rules.json`.') }),
  open: ({ path }, { at }) => fileDocument(at(path)),
});
