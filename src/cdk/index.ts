/** The door `sallyport/cdk`: a document as an AWS stack. Needs `aws-cdk-lib`, `constructs` and `esbuild`, which are optional peers. */
export { Sallyport, type SallyportProps } from './sallyport.ts';
export type { Chosen } from './choose.ts';
export { RegionalApi, type RegionalApiProps } from './regional.ts';
export { ProtectedDistribution, type ProtectedDistributionProps } from './edge.ts';
export { ProtectedSocket, type ProtectedSocketProps, type SocketClients } from './socket.ts';
export { PrivateForwarder, type ForwarderTarget, type PrivateForwarderProps } from './forwarder.ts';
export { PrivateApi, type PrivateApiProps } from './private-api.ts';
export { PrivateLink, type PrivateLinkProps } from './private-link.ts';
export { WebhookForwarder, type WebhookForwarderProps } from './webhook.ts';
export { OriginSecret, type OriginSecretProps } from './origin-secret.ts';
export { SallyportWatch, type SallyportWatchProps } from './watch.ts';
export { SallyportWebAcl, type SallyportWebAclProps } from './web-acl.ts';
export { SallyportStores, type SallyportStoresProps } from './stores.ts';
export { DoorFunction, type DoorFunctionProps } from './door-function.ts';
export { licenceScript, type LicenceScriptOptions } from './licence-script.ts';
export type { RuleWays } from './rule-ways.ts';
export type { UsagePlanProps } from './usage-plan.ts';
export type { StageLimits } from './log-places.ts';
