import { allow, defineRule, deny, z } from 'sallyport';

/** A rule of one's own: paths that only scanners ask for. */
export default defineRule({
  name: 'no-path-tricks',
  says: 'Refuses paths that hold one of the given words.',
  params: z.strictObject({ words: z.array(z.string().min(1)).min(1) }),
  examples: [
    { params: { words: ['.env'] }, request: { target: '/app/.env' }, verdict: 'deny' },
    { params: { words: ['.env'] }, request: { target: '/app/environment' }, verdict: 'allow' },
  ],
  check({ words }) {
    return ({ path }) =>
      words.some((word) => path.includes(word)) ? deny('a path that only scanners ask for') : allow;
  },
});
