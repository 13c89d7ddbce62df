/** The page's side of the chat. What the gateway stops it says in a frame of its own, `{ message, requestId }`. */
const at = (id) => document.getElementById(id);
const state = at('state');
let socket = null;
let last = '';

function line(kind, text) {
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = text;
  at('log').append(item);
  item.scrollIntoView();
}

function open(inside) {
  for (const field of at('say').elements) field.disabled = !inside;
}

const stopped = {
  Forbidden: (text) => `Your message was stopped by the firewall: ${text}`,
  'Too Many Requests': () => 'You are too fast; this message was not sent.',
  'Bad request body': () => 'This is no message that the chat takes.',
};

const heard = {
  welcome: ({ room, who }) => {
    state.textContent = `in ${room} as ${who}`;
    open(true);
  },
  joined: ({ who }) => line('news', `${who} came in`),
  said: ({ who, text }) => line('said', `${who}: ${text}`),
};

at('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  socket?.close(1000);
  const mine = new WebSocket(
    `${location.origin.replace('http', 'ws')}/chat?key=${encodeURIComponent(at('key').value)}`,
  );
  socket = mine;
  state.textContent = 'entering';
  mine.addEventListener('open', () => mine.send(JSON.stringify({ action: 'join', room: at('room').value })));
  mine.addEventListener('message', ({ data }) => {
    const said = JSON.parse(data);
    if (said.kind) heard[said.kind]?.(said);
    else line('stopped', (stopped[said.message] ?? (() => said.message))(last));
  });
  mine.addEventListener('close', ({ code }) => {
    if (socket !== mine) return;
    open(false);
    // A browser does not tell why a handshake was refused: it is 1006 and nothing more.
    state.textContent = code === 1006 ? 'outside: not let in, or cut off' : `outside (${code})`;
  });
});

at('say').addEventListener('submit', (event) => {
  event.preventDefault();
  last = at('text').value;
  if (last === '' || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ action: 'say', room: at('room').value, text: last }));
  at('text').value = '';
});
