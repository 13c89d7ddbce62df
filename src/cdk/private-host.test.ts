import { describe, expect, it } from 'vitest';
import { isLoopback, isPrivate } from './private-host.ts';

const hidden = [
  'http://10.0.3.7',
  'http://172.31.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://[fd00::1]',
  'http://shop.internal',
  'http://printer.local',
  'http://shop:8080',
];
const open = [
  'https://fcm.googleapis.com',
  'https://fd-api.example.com',
  'https://10.example.com',
  'https://192.168.example.com',
  'http://172.32.0.1',
  'http://100.128.0.1',
  'http://[2001:db8::1]',
];
const itself = ['http://127.0.0.1:9000', 'http://localhost', 'http://a.localhost', 'http://[::1]', 'http://0.0.0.0'];
const host = (url: string): string => new URL(url).hostname;

describe('where an address leads from a function', () => {
  it.each(hidden)('%s: into the VPC', (url) => expect(isPrivate(host(url))).toBe(true));
  it.each(open)('%s: out into the world', (url) => expect(isPrivate(host(url))).toBe(false));
  it.each(itself)('%s: back to the function', (url) => expect(isLoopback(host(url))).toBe(true));
  it.each([...hidden, ...open, 'https://localhost.example.com'])('%s: not back to the function', (url) =>
    expect(isLoopback(host(url))).toBe(false),
  );
});
