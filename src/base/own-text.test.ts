import { expect, it } from 'vitest';

import { ownText } from './own-text.ts';

it('gives back the same text, whatever is in it', () => {
  for (const text of ['', 'Mozilla/5.0 (X11; Linux x86_64)', '"\\\u0000\n', '𝄞 ünï', '\ud800 alone'])
    expect(ownText(text)).toBe(text);
});
