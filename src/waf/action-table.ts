import type { ActionDefinition } from './action.ts';
import { all } from './actions/all.gen.ts';
import { nearest } from './nearest.ts';
import { RuleError, type SourcePlace } from './rule-error.ts';

/** Actions that other engines have and this one does not, each with the reason. */
const refused: Readonly<Record<string, string>> = {
  exec: 'rules start no programs',
  proxy: 'rules choose no origin; write a behaviour',
  pause: 'a request that waits costs more than one that is refused; write deny',
  prepend: 'rules do not write into answers',
  append: 'rules do not write into answers',
  setenv: 'the environment of the server is not open to rules; write setvar:tx.name=value',
  deprecatevar: 'write expirevar:ip.name=SECONDS',
  sanitisearg: 'what may be shown of a request is the business of the trace',
  sanitisematched: 'what may be shown of a request is the business of the trace',
  sanitisematchedbytes: 'what may be shown of a request is the business of the trace',
  sanitiserequestheader: 'what may be shown of a request is the business of the trace',
  sanitiseresponseheader: 'what may be shown of a request is the business of the trace',
  xmlns: 'XML is read without namespaces: XML:/* and XML://@*',
};

const table = new Map<string, ActionDefinition>(all.map((page) => [page.name.toLowerCase(), page]));

/** The action of that name, without regard to case, or an error that says what there is instead. */
export function actionNamed(name: string, place?: SourcePlace): ActionDefinition {
  const page = table.get(name.toLowerCase());
  if (page !== undefined) return page;
  const hint =
    refused[name.toLowerCase()] ??
    nearest(
      name,
      [...table.values()].map(({ name }) => name),
    );
  throw new RuleError(`there is no action \`${name}\``, { ...(place && { place }), ...(hint && { hint }) });
}
