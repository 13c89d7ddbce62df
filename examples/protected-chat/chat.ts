interface ChatEvent {
  readonly body: string;
  readonly requestContext: { readonly connectionId: string; readonly authorizer: { readonly principalId: string } };
}

const { CHAT_URL = '', CHAT_TOKEN = '' } = process.env;

/** Asks the management API of this node, which reaches the connections of all nodes. */
async function manage(method: string, path: string, message?: object): Promise<void> {
  const answer = await fetch(`${CHAT_URL}/${path}`, {
    method,
    headers: { authorization: `Bearer ${CHAT_TOKEN}` },
    ...(message === undefined ? {} : { body: JSON.stringify(message) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

const who = (event: ChatEvent): string => event.requestContext.authorizer.principalId;

/** `{"action":"join","room":"harbour"}` */
export async function join(event: ChatEvent): Promise<object> {
  const { room } = JSON.parse(event.body) as { room: string };
  await manage('PUT', `@groups/${room}/${encodeURIComponent(event.requestContext.connectionId)}`);
  await manage('POST', `@groups/${room}`, { kind: 'joined', room, who: who(event) });
  return { statusCode: 200, body: JSON.stringify({ kind: 'welcome', room, who: who(event) }) };
}

/** `{"action":"say","room":"harbour","text":"hello"}` */
export async function say(event: ChatEvent): Promise<object> {
  const { room, text } = JSON.parse(event.body) as { room: string; text: string };
  await manage('POST', `@groups/${room}`, { kind: 'said', room, who: who(event), text });
  return { statusCode: 200 };
}
