import { asAuthorizer } from 'sallyport';
import { ruleMap } from './rule-map.ts';
import noPathTricks from './rules/no-path-tricks.ts';

/** The rule map as a Lambda authorizer: REQUEST event in, decision out. Configure both with a TTL of 0. */
const options = {
  document: { rules: { map: ruleMap }, store: { use: 'memory' }, logging: { sinks: [] } },
  plugins: [noPathTricks],
};

/** For an HTTP API with payload 2.0 and plain answers. */
export const simple = asAuthorizer({ ...options, simple: true });

/** For a REST API, or an HTTP API with policies. */
export const policy = asAuthorizer(options);
