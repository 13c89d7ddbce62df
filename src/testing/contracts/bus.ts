import assert from 'node:assert/strict';
import type { Bus } from '../../ports/bus.ts';

/** What any bus must do; `settled` waits until what was said has been heard. */
export interface BusesUnderTest {
  readonly one: Bus;
  readonly two: Bus;
  settled(): Promise<void>;
}

export const busContract: readonly {
  readonly name: string;
  run(open: () => Promise<BusesUnderTest>): Promise<void>;
}[] = [
  {
    name: 'tells the others, by topic, and not oneself',
    async run(open) {
      const { one, two, settled } = await open();
      const heard: string[] = [];
      one.subscribe('purge', (message) => heard.push(`one ${message}`));
      two.subscribe('purge', (message) => heard.push(`two ${message}`));
      two.subscribe('other', (message) => heard.push(`other ${message}`));
      await settled();
      await one.publish('purge', 'a\nb');
      await settled();
      assert.deepEqual(heard, ['two a\nb']);
    },
  },
  {
    name: 'stops when asked to',
    async run(open) {
      const { one, two, settled } = await open();
      const heard: string[] = [];
      const stop = two.subscribe('x', (message) => heard.push(message));
      await settled();
      await one.publish('x', '1');
      await settled();
      stop();
      await one.publish('x', '2');
      await settled();
      assert.deepEqual(heard, ['1']);
    },
  },
];
