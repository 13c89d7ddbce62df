import { execFileSync, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { awsCall } from '../../../src/aws/aws-call.ts';

/** Where the emulator is installed; null, with a word on the console, where it is not. */
export function findMoto(forWhat: string): string | null {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v moto_server'], { encoding: 'utf8' }).trim();
  } catch {
    console.warn(`moto_server is not installed: ${forWhat} is not tried here (pip install moto[server])`);
    return null;
  }
}

export interface Moto {
  readonly endpoint: string;
  stop(): void;
}

/** Starts the emulator on loopback, and waits until it answers. */
export async function startMoto(command: string): Promise<Moto> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo;
      probe.close(() => resolve(free));
    });
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(command, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const end = Date.now() + 60_000;
  for (;;) {
    const up = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (up) return { endpoint, stop: () => void server.kill() };
    if (Date.now() > end) throw new Error('moto_server did not start within a minute');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Puts a secret into the emulator's Secrets Manager, in us-east-1. `env`: credentials, and `AWS_ENDPOINT_URL`. */
export const createSecret = (
  env: Readonly<Record<string, string>>,
  name: string,
  value: string,
): ReturnType<ReturnType<typeof awsCall>> =>
  awsCall({ env })({
    service: 'secretsmanager',
    region: 'us-east-1',
    host: 'secretsmanager.us-east-1.amazonaws.com',
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.CreateSecret' },
    body: JSON.stringify({ Name: name, SecretString: value, ClientRequestToken: 'token-token-token-token-token-12' }),
  });
