/** The closed list of what API Gateway answers by itself, with AWS's statuses, messages and error types. */

export interface ResponseKind {
  readonly status: number;
  readonly message: string | null;
  readonly errorType: string;
}

const table = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource', 'AccessDeniedException'],
  API_CONFIGURATION_ERROR: [500, 'Internal server error', 'InternalServerErrorException'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, null, 'AuthorizerConfigurationException'],
  AUTHORIZER_FAILURE: [500, null, 'AuthorizerFailureException'],
  BAD_REQUEST_BODY: [400, 'Invalid request body', 'BadRequestException'],
  BAD_REQUEST_PARAMETERS: [400, 'Missing required request parameters: []', 'BadRequestException'],
  EXPIRED_TOKEN: [403, 'The security token included in the request is expired', 'ExpiredTokenException'],
  INTEGRATION_FAILURE: [504, 'Network error communicating with endpoint', 'InternalServerErrorException'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out', 'InternalServerErrorException'],
  INVALID_API_KEY: [403, 'Forbidden', 'ForbiddenException'],
  INVALID_SIGNATURE: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    'InvalidSignatureException',
  ],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'],
  QUOTA_EXCEEDED: [429, 'Limit Exceeded', 'LimitExceededException'],
  THROTTLED: [429, 'Too Many Requests', 'TooManyRequestsException'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long', 'RequestTooLargeException'],
  RESOURCE_NOT_FOUND: [404, 'Not Found', 'NotFoundException'],
  UNAUTHORIZED: [401, 'Unauthorized', 'UnauthorizedException'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type', 'BadRequestException'],
  WAF_FILTERED: [403, 'Forbidden', 'ForbiddenException'],
} as const satisfies Record<string, readonly [number, string | null, string]>;

export type ResponseType = keyof typeof table;

export const responseTypes = Object.keys(table) as readonly ResponseType[];

export function responseKind(type: ResponseType): ResponseKind {
  const [status, message, errorType] = table[type];
  return { status, message, errorType };
}

/** A customised answer: for one type, or for all of a class that have none of their own. */
export interface GatewayResponse {
  readonly statusCode: number | undefined;
  /** Header name to mapping expression: `'literal'`, `method.request.header.X`, `context.X`, `stageVariables.X`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Media type to template. */
  readonly templates: Readonly<Record<string, string>>;
}

export type GatewayResponses = Readonly<Record<string, GatewayResponse>>;

/** The one that applies: the type's own, else that of its class. A request that is too large cannot be customised. */
export function customised(
  responses: GatewayResponses,
  type: ResponseType | null,
  status: number,
): GatewayResponse | null {
  if (type === 'REQUEST_TOO_LARGE') return null;
  return (type && responses[type]) || responses[status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'] || null;
}

/** HTTP APIs know no types: a status has one message. */
const httpMessages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  414: 'Request URI too long',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const httpMessage = (status: number): string =>
  httpMessages[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
