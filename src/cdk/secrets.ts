import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Document } from '../config/document.ts';
import { documentSecrets } from '../lab/document-secrets.ts';

/** A secret of Secrets Manager: the construct, its name or its ARN; with `field`, one key of a secret that is a JSON object. */
export type SecretGiven = ISecret | string | { readonly secret: ISecret | string; readonly field: string };

/** By the names that the document has for them. A secret under a key of your own has to be given as the construct. */
export type SecretsGiven = Readonly<Record<string, SecretGiven>>;

/** Environment variable in which a door finds where its secrets are; never what they are. */
const variable = 'SALLYPORT_SECRETS';

interface Place {
  readonly id: string;
  readonly field?: string;
}

const split = (given: SecretGiven): { readonly secret: ISecret | string; readonly field?: string } =>
  typeof given === 'object' && 'secret' in given ? given : { secret: given };

/** The name that `sallyport deploy` looks for, and that is proposed where one is missing. */
export const proposedName = (document: { readonly name: string }, name: string): string =>
  `${document.name}/${name}`.replaceAll(/[^A-Za-z0-9/_+=.@-]+/g, '-');

/** What each secret has to be made with. The value is read from a file, so that it is in no history. */
export const howToMake = (id: string): string =>
  `aws secretsmanager create-secret --name '${id}' --secret-string file://secret.txt`;

/** What the document, or this part of it, names and nobody gave; one line for each. */
export function missingSecrets(document: { readonly name: string }, part: unknown, given: SecretsGiven = {}): string[] {
  return [...documentSecrets(part)]
    .filter(([name]) => !Object.hasOwn(given, name))
    .map(([name, path]) => {
      const id = proposedName(document, name);
      return `${path}: there is no secret "${name}" for a function: give \`secrets: { ${JSON.stringify(name)}: '${id}' }\`, its name in Secrets Manager (${howToMake(id)})`;
    });
}

/** The secrets of one function: where they are, and the right to read them. */
export class DoorSecrets {
  readonly #places: Readonly<Record<string, Place>>;
  readonly #statements: readonly PolicyStatement[];
  readonly #stack: Stack;

  constructor(scope: Construct, given: SecretsGiven) {
    const stack = Stack.of(scope);
    this.#stack = stack;
    const all = Object.entries(given).map(([name, each]) => ({ name, ...split(each) }));
    this.#places = Object.fromEntries(
      all.map(({ name, secret, field }) => {
        const id = typeof secret === 'string' ? secret : (secret.secretFullArn ?? secret.secretArn);
        return [name, { id, ...(field !== undefined && { field }) }];
      }),
    );
    const arns = [...new Set(all.map(({ secret }) => arnOf(secret, stack)))];
    const keys = all.flatMap(({ secret }) =>
      typeof secret === 'string' || !secret.encryptionKey ? [] : [secret.encryptionKey.keyArn],
    );
    this.#statements = [
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: arns }),
      ...(keys.length > 0
        ? [
            new PolicyStatement({
              actions: ['kms:Decrypt'],
              resources: [...new Set(keys)],
              conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` } },
            }),
          ]
        : []),
    ];
  }

  /** For a function with an environment. */
  get door(): { readonly places: string } {
    return { places: variable };
  }

  get environment(): Readonly<Record<string, string>> {
    return { [variable]: this.#stack.toJsonString(this.#places) };
  }

  /** For Lambda@Edge, whose functions have no environment and run in other regions than the stack. */
  get edge(): { readonly places: Readonly<Record<string, Place>>; readonly region: string } {
    for (const [name, { id }] of Object.entries(this.#places))
      if (Token.isUnresolved(id))
        throw new Error(
          `secrets.${name}: Lambda@Edge has no environment to find an ARN in that is not known before the deployment: give the secret’s name or ARN as text`,
        );
    return { places: this.#places, region: this.#stack.region };
  }

  /** Read these secrets, and no more. */
  grantRead(to: IGrantable): void {
    for (const statement of this.#statements) to.grantPrincipal.addToPrincipalPolicy(statement);
  }
}

/** Secrets Manager ends each ARN with a hyphen and six characters, which who knows the name alone does not know. */
function arnOf(secret: ISecret | string, { partition, region, account }: Stack): string {
  const known = typeof secret === 'string' ? secret : (secret.secretFullArn ?? secret.secretArn);
  const arn =
    typeof secret !== 'string' || secret.startsWith('arn:')
      ? known
      : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}`;
  const whole = typeof secret === 'string' ? /^arn:.*-[A-Za-z0-9]{6}$/.test(arn) : secret.secretFullArn !== undefined;
  return whole ? arn : `${arn}-??????`;
}

/**
 * What a function with this part of the document reads: what the part names. Rules of the user's own, and rules that come
 * later from a source, may name any, so with them it is all that was given. Null: none. Throws where one is missing.
 */
export function secretsFor(
  scope: Construct,
  document: Document,
  part: unknown,
  given: SecretsGiven = {},
  modules: readonly string[] = [],
): DoorSecrets | null {
  const missing = missingSecrets(document, part, given);
  if (missing.length > 0) throw new Error(`not every secret of the document was given:\n${missing.join('\n')}`);
  const named = documentSecrets(part);
  const any = modules.length > 0 || document.rules.modules.length > 0 || document.rules.from !== undefined;
  const read = Object.entries(given).filter(([name]) => any || named.has(name));
  return read.length === 0 ? null : new DoorSecrets(scope, Object.fromEntries(read));
}

/** The part of a document that its rules are, for functions that carry them alone. */
export const rulesOf = ({ rules }: Document): object => ({ rules });

/** A text for a template: CloudFormation fills secrets in from Secrets Manager, so that no value stands in it. */
export function inTemplate(text: string, given: SecretsGiven): string {
  return text.replaceAll(/\$\{secret:([^}]+)\}/g, (whole, name: string) => {
    const found = given[name];
    if (found === undefined) return whole;
    const { secret, field } = split(found);
    const id = typeof secret === 'string' ? secret : (secret.secretFullArn ?? secret.secretArn);
    return `{{resolve:secretsmanager:${id}:SecretString${field === undefined ? '' : `:${field}`}}}`;
  });
}
