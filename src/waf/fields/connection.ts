import { definePairs, defineValue } from '../field.ts';

export default [
  defineValue('REMOTE_ADDR', 'request', 'The address of the viewer.', ({ viewer }) => viewer.address),
  defineValue(
    'REMOTE_HOST',
    'request',
    'The address of the viewer: names are not looked up.',
    ({ viewer }) => viewer.address,
  ),
  defineValue('REMOTE_PORT', 'request', 'The port of the viewer.', ({ viewer }) => viewer.port ?? 0),
  defineValue('REMOTE_USER', 'request', 'The authenticated user.', ({ viewer }) => viewer.user ?? ''),
  defineValue('SERVER_ADDR', 'request', 'The address that was asked.', ({ viewer }) => viewer.serverAddress ?? ''),
  defineValue('SERVER_PORT', 'request', 'The port that was asked.', ({ viewer }) => viewer.serverPort ?? 0),
  definePairs('GEO', 'request', 'Where the viewer is: `GEO:COUNTRY_CODE`.', ({ viewer }) =>
    viewer.country === undefined ? [] : [['COUNTRY_CODE', viewer.country] as const],
  ),
] as const;
