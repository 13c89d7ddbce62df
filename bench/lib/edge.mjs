// An edge for measurements, from the compiled package: node edge.mjs DOCUMENT.json. Makes the run's key; prints its port.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sallyport } from '../../dist/index.js';
import { serve } from '../../dist/node/index.js';
import { createKey } from '../../dist/gateway/keyring.js';
import { nodeDigest } from '../../dist/net/digest.js';

const path = process.argv[2];
const app = await sallyport({ document: JSON.parse(readFileSync(path, 'utf8')), folder: dirname(path) });
await createKey(app.ports.records, nodeDigest, {
  name: 'bench',
  now: Date.now(),
  tenant: null,
  expiresAt: null,
  key: 'sp_bench_key_of_this_run_only',
}).catch(() => {});
const serving = await serve(app, { folder: dirname(path) });
console.log(JSON.stringify({ port: serving.port }));
