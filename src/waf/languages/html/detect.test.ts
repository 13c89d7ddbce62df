import { describe, expect, it } from 'vitest';
import { htmlVerdict } from './detect.ts';
import { attributeCount, elementCount } from './names.ts';

const ATTACKS: readonly (readonly [value: string, reason: string, context: string])[] = [
  ['<script>alert(1)</script>', 'element', 'text'],
  ['<ScRiPt', 'element', 'text'],
  ['<scr\0ipt>', 'element', 'text'],
  ['<<svg/onload=alert(1)', 'element', 'text'],
  ['<x:script xmlns:x="http://www.w3.org/1999/xhtml" src="data:,alert(1)" />', 'element', 'text'],
  ['<link rel=stylesheet href=//x.test>', 'element', 'text'],
  ['<object type="text/html" data=x>', 'element', 'text'],
  ['<img src=x onerror=alert(1)>', 'event-handler', 'text'],
  ['<b/onfuturething=alert(1)>', 'event-handler', 'text'],
  ['<img """><a onclick="alert(1)">', 'event-handler', 'text'],
  ['<a href="java&Tab;script&colon;alert(1)">', 'active-url', 'text'],
  ['<a href="&#0000106avascript:alert(1)">', 'active-url', 'text'],
  ['<a href=" \x01javascript:alert(1)">', 'active-url', 'text'],
  ['<a href="data:text/html,<b>x</b>">', 'active-url', 'text'],
  ['<p style="x:\\65xp/**/ression(1)">', 'active-style', 'text'],
  ['<iframe srcdoc="&lt;b&gt;">', 'element', 'text'],
  ['<p srcdoc="&lt;b&gt;">', 'inner-document', 'text'],
  ['<animate attributeName=onload to=alert(1)>', 'event-handler', 'text'],
  ['<x datasrc=#y>', 'bound-data', 'text'],
  ['<!DOCTYPE x [<!ENTITY y SYSTEM "z">]>', 'doctype', 'text'],
  ['<?import namespace="t">', 'declaration', 'text'],
  ['<!--[if IE]>x<![endif]-->', 'conditional-comment', 'text'],
  ['" onmouseover="alert(1)', 'event-handler', 'a double-quoted attribute'],
  ["'onclick='alert(1)", 'event-handler', 'a single-quoted attribute'],
  ['`onclick=alert(1)', 'event-handler', 'a backtick attribute'],
  ['x onload=alert(1) y', 'event-handler', 'an attribute without quotes'],
  ['" href="javascript:alert(1)', 'active-url', 'a double-quoted attribute'],
  ['x=1><img src=x onerror=alert(1)>', 'event-handler', 'text'],
];

const HARMLESS: readonly (readonly [where: string, value: string])[] = [
  ['CRS #2041', 'filter=in(labels.name,"test")'],
  ['client9 #115', 'http://www.bing.com/search?q=design ontwerp&go=Search'],
  ['client9 #115', 'http://example.com/search&name=music on&color=&logo='],
  ['client9 #75', 'on=x'],
  ['client9 #122', '/on=1'],
  ['libinjection #30', 'onAAAAA=='],
  ['libinjection #30', 'online=='],
  ['CRS #967', 'Bp5TvJc0Anl onZWXteReQ=='],
  ['client9 #160', '/ppfx/oNS-r3VlTC67VwnnCfx1wAd1jDbbMTSf?a=V2Vidmlldw'],
  ['CRS #3962', '<p>It was <a href="https://www.example.net/" target="_blank" rel="noopener">this</a>, then.</p>'],
  ['CRS #3704', '<div class="desc">\r\n<h2 style="color:#333">Automat</h2></div>'],
  ['pictures in text', '<img src="data:image/png;base64,iVBORw0KGgo=">'],
  ['types', 'Map<String, Object> and List<Base>'],
  ['arithmetic', 'a<b && c>d; x <3 y'],
  ['a whole page begins', '<!DOCTYPE html><p>x</p>'],
  ['XML', '<?xml version="1.0"?><note>x</note>'],
  ['comments', '<!-- use `x` here -->'],
  ['prose', 'the onset = a new onload of work, on balance'],
];

describe('script injection', () => {
  it.each(ATTACKS)('%j is one: %s, %s', (value, reason, context) => {
    expect(htmlVerdict(value)).toMatchObject({ injected: true, reason, context });
  });

  it.each(HARMLESS)('%s: %j is let through', (_, value) => expect(htmlVerdict(value)).toBeNull());

  it('says what it saw and where', () => {
    expect(htmlVerdict('hello <img src=x onerror=alert(1)>')).toEqual({
      injected: true,
      context: 'text',
      reason: 'event-handler',
      says: 'Shown in text, the value sets an event handler.',
      offset: 17,
      length: 16,
    });
  });

  it('has the tables it was reviewed with', () => {
    expect([ATTACKS.length, HARMLESS.length]).toEqual([28, 18]);
    expect([elementCount, attributeCount]).toEqual([28, 298]);
  });
});
