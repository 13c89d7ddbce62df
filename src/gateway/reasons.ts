import { defineReasons } from '../trace/reason.ts';

export const routeReasons = defineReasons('gateway.route', {
  none: [404, 'No route of the document covers this method and path.'],
});

export const keyReasons = defineReasons('gateway.key', {
  missing: [403, 'The route asks for an API key and the request carries none.'],
  unknown: [403, 'The API key is not one of ours, or it was revoked.'],
  expired: [403, 'The API key has expired.'],
  unavailable: [503, 'The store of keys cannot answer, and the document says that this closes the door.'],
});

export const onceReasons = defineReasons('gateway.once', {
  repeated: [202, 'A delivery with this id was accepted before; it is not forwarded again.'],
  running: [409, 'A delivery with this id is being forwarded right now.'],
  missing: [400, 'The route asks for a delivery id and the request carries none, or one too long.'],
});

export const throttleReasons = defineReasons('gateway.throttle', {
  overall: [429, 'The whole edge takes no more requests for the moment.'],
  route: [429, 'This route takes no more requests for the moment.'],
  address: [429, 'This client address has used up its burst.'],
  key: [429, 'This API key has used up its burst.'],
  unavailable: [503, 'The store of buckets cannot answer, and the document says that this closes the door.'],
});
