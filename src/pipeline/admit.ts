import type { Api } from '../config/gateway.ts';
import { refuse } from '../flow/refuse.ts';
import { resourceFact, targetFact } from '../flow/shared-facts.ts';
import type { Stage } from '../flow/stage.ts';
import type { HttpRequest } from '../http/message.ts';
import { isToken } from '../http/headers.ts';
import { parseTarget, type PathRules, type TargetFlaw } from '../http/target.ts';
import type { Reason } from '../trace/reason.ts';
import { admitReasons } from './reasons.ts';

export interface AdmitOptions {
  readonly targetBytes: number;
  readonly headerCount: number;
  readonly paths: PathRules;
  readonly api: Api;
}

const flaws: Readonly<Record<TargetFlaw, Reason>> = {
  'not-origin-form': admitReasons['target-form'],
  'bad-character': admitReasons['target-character'],
  'control-character': admitReasons['target-character'],
  'bad-escape': admitReasons['target-escape'],
  'encoded-slash': admitReasons['target-encoded-slash'],
  'dot-segment': admitReasons['target-dot-segment'],
  'empty-segment': admitReasons['target-empty-segment'],
};

/** First stage: is this a request at all? What two parties could read in two ways does not come in. */
export function admit(options: AdmitOptions): Stage {
  const { region, account, id, stage } = options.api;
  const arn = `arn:aws:execute-api:${region}:${account}:${id}/${stage}/`;
  return {
    name: 'admit',
    handle(exchange, next) {
      const { request } = exchange;
      const flaw = flawOf(request, options);
      if (flaw) return refuse(exchange, 'admit', flaw);
      const target = parseTarget(request.target, options.paths);
      if (typeof target === 'string') return refuse(exchange, 'admit', flaws[target]);
      exchange.facts.set(targetFact, target);
      exchange.facts.set(resourceFact, arn + request.method + target.path);
      return next(exchange);
    },
  };
}

function flawOf(request: HttpRequest, options: AdmitOptions): Reason | null {
  if (!versions.has(request.version)) return admitReasons.version;
  if (request.target.length > options.targetBytes) return admitReasons['target-long'];
  if (!isToken(request.method) || request.method === 'CONNECT' || request.method === 'TRACE')
    return admitReasons.method;
  const names = request.headers.names;
  if (names.length > options.headerCount) return admitReasons['header-count'];
  const host = names.indexOf('host');
  if (host < 0) {
    if (request.version !== '1.0') return admitReasons.host;
  } else {
    const value = request.headers.flat[host * 2 + 1] as string;
    const fits = isHost(value) || (value === '' && request.version === '1.0');
    if (names.indexOf('host', host + 1) >= 0 || !fits) return admitReasons.host;
  }
  const length = names.indexOf('content-length');
  if (
    length >= 0 &&
    (names.indexOf('content-length', length + 1) >= 0 ||
      !/^\d{1,15}$/.test(request.headers.flat[length * 2 + 1] as string))
  ) {
    return admitReasons.length;
  }
  const coding = names.indexOf('transfer-encoding');
  if (
    coding >= 0 &&
    (request.version !== '1.1' ||
      names.indexOf('transfer-encoding', coding + 1) >= 0 ||
      !/^chunked$/i.test(request.headers.flat[coding * 2 + 1] as string))
  ) {
    return admitReasons['transfer-encoding'];
  }
  return null;
}

/** A parser may know more versions than we speak: 0.9 has no header to decide on, 2.0 in this form is nobody's protocol. */
const versions: ReadonlySet<string> = new Set(['1.0', '1.1', '2']);

/** A host with or without port: letters, digits, dots, hyphens, underscores, or an address in brackets. */
const isHost = (text: string): boolean => /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text);
