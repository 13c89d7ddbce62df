import { allow, defineRule, deny, z } from 'sallyport';

/** A rule of one's own: only the kinds of event that the service behind understands. */
export default defineRule({
  name: 'github-events',
  says: 'Only these kinds of GitHub event, by the X-GitHub-Event field.',
  params: z.strictObject({ events: z.array(z.string()).min(1) }),
  examples: [
    { params: { events: ['push'] }, request: { headers: { 'X-GitHub-Event': 'push' } }, verdict: 'allow' },
    { params: { events: ['push'] }, request: { headers: { 'X-GitHub-Event': 'gollum' } }, verdict: 'deny' },
    { params: { events: ['push'] }, request: {}, verdict: 'deny' },
  ],
  check({ events }) {
    const known = new Set(events);
    return ({ headers }) => {
      const event = headers.get('x-github-event') ?? '';
      return known.has(event) ? allow : deny(`events of the kind "${event.slice(0, 40)}" are not wanted`);
    };
  },
});
