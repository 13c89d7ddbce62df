import type { IncomingMessage } from 'node:http';
import { keyIdOf, keysOfPlan } from '../gateway/keyring.ts';
import { readUsage, setRemaining } from '../gateway/usage.ts';
import type { App } from '../pipeline/app.ts';

export interface AdminAnswer {
  readonly status: number;
  readonly value: unknown;
}

const MOST_BODY = 1024;

/** `/usage/PLAN`, `/usage/PLAN/KEY`: read with GET, change with PUT `{ "remaining": 100 }`. Null when the path is another. */
export async function answerUsage(app: App, path: string, incoming: IncomingMessage): Promise<AdminAnswer | null> {
  const parts = /^\/usage\/([\w-]+)(?:\/([^/]+))?$/.exec(path);
  if (!parts) return null;
  const [, name, given] = parts as unknown as [string, string, string | undefined];
  const plan = app.document.plans[name];
  if (!plan?.quota)
    return { status: 404, value: { message: plan ? 'this plan has no quota' : 'there is no such plan' } };
  const { counters, records, clock } = app.ports;
  const { quota } = plan;
  const row = async (key: string): Promise<object> => {
    const usage = await readUsage(counters, records, name, key, quota, clock.now());
    return {
      key,
      used: usage.used,
      remaining: Math.max(0, usage.limit - usage.used),
      limit: usage.limit,
      until: new Date(usage.window.endsAt).toISOString(),
    };
  };
  if (given === undefined) {
    if (incoming.method === 'PUT') return { status: 405, value: { message: 'name a key: /usage/PLAN/KEY' } };
    return { status: 200, value: await Promise.all((await keysOfPlan(records, name, plan.keys)).map(row)) };
  }
  const key = await keyIdOf(records, decodeURIComponent(given));
  if (incoming.method !== 'PUT') return { status: 200, value: await row(key) };
  // A page in the operator's browser can send a form here, but not this content type without asking first.
  if (!/^application\/json\b/.test(incoming.headers['content-type'] ?? ''))
    return { status: 415, value: { message: 'send application/json' } };
  const remaining = await remainingOf(incoming);
  if (remaining === null)
    return { status: 400, value: { message: 'wanted { "remaining": a whole number of requests }' } };
  await setRemaining(counters, records, name, key, quota, remaining, clock.now());
  return { status: 200, value: await row(key) };
}

async function remainingOf(incoming: IncomingMessage): Promise<number | null> {
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    if (text.length > MOST_BODY) return null;
  }
  try {
    const { remaining } = JSON.parse(text) as { remaining?: unknown };
    return typeof remaining === 'number' && Number.isInteger(remaining) && remaining >= 0 ? remaining : null;
  } catch {
    return null;
  }
}
