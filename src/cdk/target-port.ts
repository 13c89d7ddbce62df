import type { Document } from '../config/document.ts';
import { originsOf } from './apis/route-plan.ts';
import { isPrivate } from './private-host.ts';

/** Private origins at another port than the one that the function is let out to: each could only be a 502. */
export function portErrors(document: Document, port: number): string[] {
  const routes = [document, ...Object.values(document.apis)].flatMap((each) =>
    Object.values<{ to: unknown }>(each.routes),
  );
  const asked = new Set(routes.flatMap(({ to }) => (typeof to === 'string' ? originsOf(document, to) : [])));
  return [...asked].flatMap((name) => {
    const origin = document.origins[name];
    if (!origin) return [];
    const url = new URL(origin.url);
    const wanted = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    return isPrivate(url.hostname) && wanted !== port
      ? [
          `origins.${name}: ${origin.url} is at port ${wanted}, and the function may speak to port ${port} of the target only: write \`target: { securityGroup, port: ${wanted} }\`, or port ${port} in the origin's \`url\``,
        ]
      : [];
  });
}
