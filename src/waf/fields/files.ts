import { definePairs, defineValue } from '../field.ts';

export default [
  definePairs('FILES', 'request-body', 'Names of uploaded files as the client gave them, by form field.', ({ body }) =>
    body.files.map((file) => [file.field, file.fileName] as const),
  ),
  definePairs('FILES_NAMES', 'request-body', 'Names of the form fields that carried files.', ({ body }) =>
    body.files.map((file) => [file.field, file.field] as const),
  ),
  definePairs('FILES_SIZES', 'request-body', 'Bytes of each uploaded file, by form field.', ({ body }) =>
    body.files.map((file) => [file.field, String(file.size)] as const),
  ),
  definePairs('FILES_TMP_CONTENT', 'request-body', 'Content of each uploaded file, by form field.', ({ body }) =>
    body.files.map((file) => [file.field, file.content] as const),
  ),
  defineValue('FILES_COMBINED_SIZE', 'request-body', 'Bytes of all uploaded files together.', ({ body }) =>
    body.files.reduce((sum, file) => sum + file.size, 0),
  ),
] as const;
