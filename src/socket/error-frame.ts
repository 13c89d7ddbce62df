/** What the gateway itself says into a connection (spec ER-1 to ER-6), members in AWS's order. */
const frameMessages = {
  forbidden: 'Forbidden',
  failed: 'Internal server error',
  timeout: 'Endpoint request timed out',
  tooMany: 'Too Many Requests',
  badBody: 'Bad request body',
} as const;

export type FrameMessage = keyof typeof frameMessages;

export function errorFrame(message: FrameMessage, connectionId: string, requestId: string): string {
  return JSON.stringify({ message: frameMessages[message], connectionId, requestId });
}
