import { defineDirective } from '../directive.ts';

export default defineDirective({
  name: 'SecComponentSignature',
  says: 'What the rules say they are.',
  words: [1, 1],
  examples: [{ text: 'SecComponentSignature "OWASP_CRS/4.0.0"' }, { text: 'SecComponentSignature', refused: true }],
  read([signature = ''], draft) {
    draft.signatures.push(signature);
  },
});
