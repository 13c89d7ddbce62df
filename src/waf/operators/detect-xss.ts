import { HTML_MARKS } from '../languages/html/gate.ts';
import { htmlVerdict, scripts } from '../languages/html/detect.ts';
import { defineOperator } from '../operator.ts';

/** Takes no argument; what stands there is ignored, as ModSecurity does. `TX:0` becomes the part of the value that decided. */
export default defineOperator({
  name: 'detectXSS',
  says: 'The value would run script in a page that shows it, as text or in an attribute.',
  examples: [
    { argument: '', value: '<script>alert(1)</script>', matches: true, captures: ['<script'] },
    { argument: '', value: '<x:script src="data:,alert(1)"/>', matches: true },
    { argument: '', value: '" onmouseover="alert(1)', matches: true, captures: ['onmouseover="alert(1)'] },
    { argument: '', value: '<a href="java&#10;script:alert(1)">', matches: true },
    { argument: '', value: '<p style="width:exp/**/ression(alert(1))">', matches: true },
    { argument: '', value: '<!--[if IE]><b>', matches: true },
    { argument: '', value: '<p>Some <a href="https://example.com/" target="_blank">rich</a> text</p>', matches: false },
    { argument: '', value: 'http://example.com/search?name=music on&color=&logo=', matches: false },
    { argument: '', value: 'filter=in(labels.name,"test")', matches: false },
    { argument: '', value: 'List<Object> and Map<String, Base>', matches: false },
    { argument: '', value: 'onAbort==', matches: false },
    { argument: '', value: 'a < b and c > d', matches: false },
  ],
  compile: () => ({
    needs: { chars: HTML_MARKS },
    test: scripts,
    find: (value) => {
      const verdict = htmlVerdict(value);
      if (!verdict) return null;
      const { offset, length } = verdict;
      return { offset, length, groups: [value.slice(offset, offset + length)], says: verdict.says };
    },
  }),
});
