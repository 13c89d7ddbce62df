/** Methods that are taken up at all; which of them a route or a rule allows is asked later. Others are no request here. */
const methods: ReadonlySet<string> = new Set(
  (
    'GET HEAD POST PUT DELETE OPTIONS PATCH CONNECT TRACE QUERY SEARCH PURGE LINK UNLINK ACL BIND CHECKOUT COPY LOCK ' +
    'MERGE M-SEARCH MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH REBIND REPORT SOURCE SUBSCRIBE UNBIND UNLOCK UNSUBSCRIBE'
  ).split(' '),
);

/** Methods are told apart by case (RFC 9110 section 9.1). */
export const isMethod = (name: string): boolean => name === 'GET' || methods.has(name);
