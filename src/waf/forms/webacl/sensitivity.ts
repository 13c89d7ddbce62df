import { injects } from '../../languages/sql/detect.ts';
import { wrong, type Json } from './shape.ts';

const words =
  /\b(?:select|insert|update|delete|drop|alter|create|truncate|union|from|where|having|exec|execute|declare|sleep|benchmark|waitfor|information_schema)\b/gi;
/** A second statement, or what cuts the rest of one off. */
const stacked = /;\s*(?:select|insert|update|delete|drop|alter|create|truncate|exec|declare|shutdown)\b/i;
const cut = /['"`]\s*\)*\s*(?:--|#|\/\*)/;

/** HIGH also takes what may be harmless text: two different words of SQL, a stacked statement, a quote before a comment. */
function suspects(value: string): boolean {
  if (stacked.test(value) || cut.test(value)) return true;
  return new Set((value.match(words) ?? []).map((word) => word.toLowerCase())).size > 1;
}

/** The test of a `SqliMatchStatement`. AWS does not publish its own. */
export function injection(statement: Json, path: string): (value: string) => boolean {
  const level = statement['SensitivityLevel'] ?? 'LOW';
  if (level === 'LOW') return injects;
  if (level !== 'HIGH') throw wrong(`${path}.SensitivityLevel`, 'LOW or HIGH is wanted');
  return (value) => injects(value) || suspects(value);
}
