/** A document without outside parts, for functions that are run here. */
export const document = {
  store: { use: 'memory' },
  rules: {
    map: { default: [{ name: 'user-agent' }], '/secret*': [{ name: 'ip-set', params: { allow: ['10.0.0.0/8'] } }] },
  },
  routes: { 'GET /x': { to: { use: 'mock', with: { status: 200, body: 'tea' } } } },
};
export const map = document.rules.map as never;
