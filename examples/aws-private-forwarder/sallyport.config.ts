/** What runs on a laptop with `sallyport try`, and as the stack of `app.ts`. */
export default {
  name: 'private-forwarder',
  rules: {
    bodyBytes: 262_144,
    map: {
      default: [
        { name: 'method-and-path', params: { methods: ['POST'] } },
        { name: 'size-limits', params: { body: '256kb', headerCount: 60 } },
      ],
    },
  },
  origins: {
    host: {
      url: 'http://10.0.1.10:8080',
      allow: ['10.0.1.10'],
      timeouts: { connect: '1s', firstByte: '10s', total: '20s' },
    },
  },
  routes: { 'POST /hooks/{proxy+}': { to: 'host' } },
};
