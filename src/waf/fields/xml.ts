import { defineField, type FieldValue } from '../field.ts';

/** Rules use two paths only: the text of everything, and every attribute. Others are refused when the rule is read. */
export const xmlPaths = ['/*', '//@*'] as const;

export default defineField({
  name: 'XML',
  says: 'An XML body: `XML:/*` is its text, `XML://@*` the value of each attribute.',
  lifetime: 'request-body',
  keyed: true,
  read: ({ body }) => {
    if (body.xml === null) return [];
    const values: FieldValue[] = [{ name: 'XML:/*', key: '/*', value: body.xml.text.join('') }];
    for (const value of body.xml.attributes) values.push({ name: 'XML://@*', key: '//@*', value });
    return values;
  },
});
