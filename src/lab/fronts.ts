/** What stands in front of the API on AWS; it decides which mounts there are. */
export const fronts = ['http-api', 'rest-api', 'cloudfront', 'authorizer', 'websocket', 'load-balancer'] as const;
export type Front = (typeof fronts)[number];
