import type { Document } from '../../config/document.ts';
import { inPage, type Page } from './page.ts';
import type { Said } from './said.ts';

/** Secrets of viewers that plain HTTP would show to whoever is on the way. `allow-all` is also what a silent document says. */
export function inClear(page: Page, document: Document, said: Said): void {
  const { viewerProtocol, licences, signed, origin } = page.behaviour;
  if (viewerProtocol !== 'allow-all') return;
  const keys =
    origin === undefined &&
    Object.values(document.routes).some((route) => (route as { key?: unknown }).key === 'required');
  const shown = [
    ...(licences ? ['licences'] : []),
    ...(signed ? ['signed addresses and cookies'] : []),
    ...(keys ? ['API keys'] : []),
  ];
  if (shown.length > 0)
    said.differs(
      inPage(page, 'viewerProtocol'),
      `CloudFront answers at port 80 too, so ${shown.join(', ')} may come over plain HTTP: write \`viewerProtocol: "redirect-to-https"\`, or "https-only"`,
    );
}
