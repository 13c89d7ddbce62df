// The JSON Schema of the document, written from the compiled package so that editors and `sallyport schema` agree.
import { writeFileSync } from 'node:fs';
import { documentJsonSchema } from '../dist/pipeline/schema.js';

writeFileSync(new URL('../dist/schema.json', import.meta.url), `${JSON.stringify(documentJsonSchema(), null, 2)}\n`);
