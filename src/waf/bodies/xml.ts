import { defineBodyProcessor, emptyBody, type BodyView } from './body-view.ts';
import { asUtf8 } from './xml/encoding.ts';
import { XmlReader } from './xml/reader.ts';

/**
 * What rules read of XML in ModSecurity v2: `XML:/*`, the character data of the document in order as one value, and
 * `XML://@*`, each attribute's value (namespace declarations are none). No document types, only predefined and numeric
 * references; what libxml2 recovers from is a fault. Where a fault ends the reading, the rest follows raw.
 *
 * Limits: `depth` elements in each other, `count` elements and attributes, `valueBytes` for the text and for an attribute.
 */
export default defineBodyProcessor({
  name: 'XML',
  says: 'Reads XML for its text and its attribute values.',
  examples: [
    { contentType: 'text/xml', body: '<?xml version="1.0"?>\n<a b="1">x<!-- c --><d>&lt;y&#x3e;</d></a>' },
    { contentType: 'text/xml', body: '<a><![CDATA[<script>]]></a>' },
    { contentType: 'text/xml', body: '<a>&b;</a>', error: true },
    { contentType: 'text/xml', body: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', error: true },
    { contentType: 'text/xml', body: '<a><b></a>', error: true },
    { contentType: 'text/xml', body: '<a b=c>x</a>', error: true },
    { contentType: 'text/xml', body: 'x', error: true },
    { contentType: 'text/xml', body: '<\0a\0>\0', error: true },
  ],
  parse(body, _contentType, limits): BodyView {
    if (body.length === 0) return emptyBody;
    const { text: doc, error } = asUtf8(body);
    const reader = new XmlReader(doc, limits);
    if (error !== null) reader.out.fault(error);
    if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(doc)) reader.out.fault('a control character that XML does not have');
    reader.read();
    const text = reader.out.cut(reader.text.join(''));
    return { ...emptyBody, xml: { text: [text], attributes: reader.attributes }, error: reader.out.error };
  },
});
