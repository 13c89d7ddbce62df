import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

interface SocketEvent {
  readonly body?: string;
  readonly requestContext: {
    readonly eventType: string;
    readonly connectionId: string;
    readonly authorizer?: { readonly viewer?: string };
  };
}

const TableName = process.env['CONNECTIONS_TABLE'] ?? '';
const table = new DynamoDBClient({});
/** API Gateway ends a connection after two hours; a record that outlives it by an hour is nobody's. */
const lifetime = 3 * 3600;

/** Remembers who is there, and answers each message with itself; the reply goes back over the route response. */
export const handler = async ({ body, requestContext }: SocketEvent) => {
  const { eventType, connectionId, authorizer } = requestContext;
  const Key = { connectionId: { S: connectionId } };
  if (eventType === 'CONNECT')
    await table.send(
      new PutItemCommand({
        TableName,
        Item: {
          ...Key,
          viewer: { S: authorizer?.viewer ?? 'unknown' },
          expires: { N: String(Math.ceil(Date.now() / 1000) + lifetime) },
        },
      }),
    );
  if (eventType === 'DISCONNECT') await table.send(new DeleteItemCommand({ TableName, Key }));
  return { statusCode: 200, body: eventType === 'MESSAGE' ? JSON.stringify({ echo: body }) : '' };
};
