/** The door `sallyport/lambda`: a document or a rule map behind each kind of Lambda event. */
export { httpApi } from './http-api.ts';
export { restApi } from './rest-api.ts';
export { alb } from './alb.ts';
export { functionUrl, type FunctionUrlOptions } from './function-url.ts';
export { authorizer, type AuthorizerOptions } from './authorizer.ts';
export { queue, type QueueOptions, type QueueResult } from './queue.ts';
export { rotateOriginSecret, type RotationOptions } from './rotate-origin-secret.ts';
export type { OriginSecret } from './origin-secret.ts';
export { protect, type Handler } from './protect.ts';
export { webSocket, type WebSocketOptions } from './websocket.ts';
export { edgeRequest, type EdgeOptions } from './edge-request.ts';
export { edgeMoments, type EdgeMomentsOptions } from './edge-moments.ts';
export type { EdgeMoments, EdgeFunctionContext } from '../edge/function.ts';
export type { AppSource, DoorOptions } from './start.ts';
export { dynamoRules, rulesFrom, s3Rules, ssmRules, type SourcedMap } from './rule-sources.ts';
export { firewall, type Firewall, type FirewallOptions } from './firewall.ts';
export type { GuardOptions } from './guard.ts';
export { defineRule, allow, count, deny } from '../rules/rule.ts';
