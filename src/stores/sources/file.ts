import { z } from 'zod';
import { fileDocument } from '../file/document.ts';
import { defineSource } from '../source.ts';

export default defineSource({
  name: 'file',
  says: 'A JSON or YAML file, watched.',
  options: z.strictObject({
    path: z.string().min(1).meta({ description: 'Relative to the document, e.g. `rules.json`.' }),
  }),
  open: ({ path }, { at }) => fileDocument(at(path)),
});
