import { defineReasons } from '../trace/reason.ts';

/** Faults of an origin, told apart: who reads the status knows whether to look at the network, the origin, or the list. */
export const originReasons = defineReasons('integration.origin', {
  connect: [502, 'No connection to the origin: it refused, or there is no way to it.'],
  'connect-timeout': [502, 'No connection to the origin within the time for it.'],
  resolve: [502, 'The name of the origin has no address.'],
  'not-allowed': [502, 'Every address of the origin is outside what this document may dial.'],
  broken: [502, 'The connection broke before the answer was there.'],
  malformed: [502, 'The origin answered something that is no HTTP response, or one that could be read in two ways.'],
  unsendable: [502, 'The request for the origin has a method, target or field that no HTTP message can carry.'],
  'too-large': [502, 'The origin declared an answer longer than the document allows.'],
  timeout: [504, 'The origin did not begin to answer in time.'],
  busy: [503, 'All connections to the origin are taken and none came free in time.'],
  gone: [499, 'The viewer left before the origin answered.'],
});

export const bodyReasons = defineReasons('integration.body', {
  'too-large': [413, 'The request body is longer than the route allows.'],
});

/** Faults of a function. The caller sees a bare 5xx; these are for the operator. */
export const functionReasons = defineReasons('integration.function', {
  event: [400, 'The method hands its body over as the event, and the body is no JSON.'],
  error: [502, 'The function threw, or ended without an answer.'],
  malformed: [502, "The function's answer has not the form that its kind of API reads."],
  encoding: [500, "The function's answer says base64 and is none."],
  'timed-out': [502, 'The function used up its own time.'],
  timeout: [504, 'The function did not answer within the patience of the gateway.'],
  'too-large': [502, 'The event or the answer is longer than 6 MB of JSON.'],
  throttled: [500, 'All instances of the function are busy and its queue is full.'],
  unavailable: [500, 'There is no such function, or its module does not load.'],
});

export const poolReasons = defineReasons('integration.pool', {
  open: [503, 'Every target of the pool fails too often and is left alone for a moment.'],
});
