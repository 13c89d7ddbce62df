/** Rules per resource, as data: what stands under `default` goes for everything that has no chain of its own. */
export const ruleMap = {
  default: [
    { name: 'user-agent', params: { deny: ['sqlmap', 'nikto'] } },
    { name: 'no-path-tricks', params: { words: ['wp-admin', '.env'] } },
  ],
  'POST /*': [
    { name: 'header-check', params: { required: ['x-request-source'] } },
    { name: 'user-agent', params: { deny: ['sqlmap', 'nikto'] } },
  ],
};
