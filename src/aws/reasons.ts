import { defineReasons } from '../trace/reason.ts';

export const lambdaReasons = defineReasons('lambda', {
  'event-shape': [400, 'The event lacks a field, or has one of another type, than this door is sent.'],
  'event-version': [500, 'The event has another payload version than this door is configured for.'],
  'event-base64': [400, 'The event says that its body is base64, and it is something else.'],
  'event-size': [413, 'The event is larger than a Lambda function can be sent.'],
  'answer-size': [502, 'The answer is larger than a Lambda function can return.'],
  origin: [403, 'The request did not come through the distribution that knows the secret.'],
  start: [500, 'The document could not be loaded, so nobody comes in.'],
  secrets: [500, 'A secret that the document names could not be read, so nobody comes in.'],
  undelivered: [502, 'A request from the queue was not delivered; the queue keeps it and shows it again.'],
  broken: [500, 'The door itself broke, so nobody comes in.'],
  'edge-result': [502, 'What the function made of a request or response is not allowed at this moment.'],
  'arn-long': [403, 'The method ARN is longer than a policy may name.'],
  'body-cut': [403, 'Only the first part of the body was shown, or none of it, and a rule has to see all of it.'],
});
