import { fromLatin1 } from '../../../src/base/bytes.ts';
import { manualClock, type ManualClock } from '../../../src/base/clock.ts';
import { readWebAcl, type ReadWebAcl, type ReadWebAclOptions } from '../../../src/waf/forms/webacl/read.ts';
import { runWebAcl, type AclDecision } from '../../../src/waf/forms/webacl/run.ts';

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly address?: string;
  readonly country?: string;
}

export interface AclUnderTest {
  readonly read: ReadWebAcl;
  readonly clock: ManualClock;
  ask(request?: Asked): AclDecision;
}

export const none = [{ Priority: 0, Type: 'NONE' }];
export const rule = (
  Name: string,
  Priority: number,
  Statement: object,
  Action: object = { Block: {} },
  more: object = {},
): object => ({ Name, Priority, Statement, Action, VisibilityConfig: {}, ...more });

/** A web ACL of these rules, with default Allow. Needles are plain text unless options say otherwise. */
export function aclOf(
  rules: readonly object[],
  options: ReadWebAclOptions & { readonly acl?: object } = {},
): AclUnderTest {
  const given = { Name: 'A', DefaultAction: { Allow: {} }, Rules: rules, ...options.acl };
  return run(readWebAcl(given, { searchStringEncoding: 'plain', account: '111122223333', ...options }));
}

export function run(read: ReadWebAcl): AclUnderTest {
  const clock = manualClock();
  const engine = runWebAcl(read, { clock });
  return {
    read,
    clock,
    ask({
      method = 'GET',
      target = '/',
      version = '1.1',
      headers = [],
      body = '',
      address = '192.0.2.7',
      country,
    } = {}) {
      return engine.inspect(
        { method, target, version, headers },
        { address, ...(country !== undefined && { country }) },
        fromLatin1(body),
      );
    },
  };
}

/** Does one statement hold for one request? */
export const holds = (statement: object, request: Asked, options: ReadWebAclOptions = {}): boolean =>
  aclOf([rule('r', 0, statement)], options).ask(request).action === 'BLOCK';
