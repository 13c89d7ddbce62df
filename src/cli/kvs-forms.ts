import { bytesOf, kvsLimits, type KvsEntry } from '../edge/licence-entries.ts';

/** The file that a KeyValueStore can be made from, out of an S3 bucket. It is read once, when the store is made. Throws when it is too long. */
export function kvsFile(entries: readonly KvsEntry[]): string {
  const file = `{"data":[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`;
  const bytes = Buffer.byteLength(file);
  if (bytes > kvsLimits.storeBytes)
    throw new Error(
      `the file of ${entries.length} licences has ${bytes} bytes, and CloudFront takes ${kvsLimits.storeBytes}: make an empty store, and fill it by \`--to kvs\``,
    );
  return file;
}

/**
 * Commands for a shell that put the entries into the store in `KVS_ARN`, as many at once as CloudFront takes. Each update
 * names the version that the one before left, so two that run at the same time cannot mix: the later one fails. Throws when
 * the store cannot hold them.
 */
export function kvsCommands(entries: readonly KvsEntry[]): string {
  const bytes = bytesOf(entries);
  if (bytes > kvsLimits.storeBytes)
    throw new Error(
      `${entries.length} licences have ${bytes} bytes, and a KeyValueStore holds ${kvsLimits.storeBytes}: have the document’s own edge check them`,
    );
  const lines = [
    'set -eu',
    ': "${KVS_ARN:?say which KeyValueStore: KVS_ARN=arn:aws:cloudfront::..., an output of the stack}"',
    'tag=$(aws cloudfront-keyvaluestore describe-key-value-store --kvs-arn "$KVS_ARN" --query ETag --output text)',
  ];
  for (let at = 0; at < entries.length; at += kvsLimits.keysPerUpdate) {
    const puts = entries.slice(at, at + kvsLimits.keysPerUpdate).map(({ key, value }) => ({ Key: key, Value: value }));
    lines.push(
      `tag=$(aws cloudfront-keyvaluestore update-keys --kvs-arn "$KVS_ARN" --if-match "$tag" --query ETag --output text --puts ${quoted(JSON.stringify(puts))})`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
