import { injects, sqlVerdict } from '../languages/sql/detect.ts';
import { defineOperator } from '../operator.ts';

/** Takes no argument; what stands there is ignored, as ModSecurity does. `TX:0` becomes the verdict's short form. */
export default defineOperator({
  name: 'detectSQLi',
  says: 'The value would change an SQL statement it is put into, as it stands or behind a quote.',
  examples: [
    { argument: '', value: '1234 OR 1=1', matches: true, captures: ['1&1=1'] },
    { argument: '', value: "-1839' or '1'='1", matches: true, captures: ['s&s='] },
    { argument: '', value: "foo')waitfor delay'5:0:20'--", matches: true },
    { argument: '', value: '1 /*!50000union*/ select 2', matches: true },
    { argument: '', value: '0); show warnings; set @q=0x53; execute q', matches: true },
    { argument: '', value: 'sleep(20)', matches: true },
    { argument: '', value: "Tom's friends and Jerry's", matches: false },
    { argument: '', value: 'please select one or more from the list; update later', matches: false },
    { argument: '', value: 'bunting-(epson-10-color-quality-print)/', matches: false },
    { argument: '', value: '006--u-m4YIaIyga-cq8yK', matches: false },
    { argument: '', value: 'status=1 and type=2', matches: false },
    { argument: '', value: '<a href="/privacy-policy/">privacy policy</a>', matches: false },
  ],
  compile: () => ({
    test: injects,
    find: (value) => {
      const verdict = sqlVerdict(value);
      return verdict && { offset: 0, length: verdict.end, groups: [verdict.form], says: verdict.says };
    },
  }),
});
