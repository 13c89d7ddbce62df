import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from './lib/examples.ts';
import { partStacks } from './lib/part-stacks.ts';

const stacks = { ...examples, ...partStacks };

/**
 * As `cdk synth` does it: AWS's own validator holds every resource against its CloudFormation schema, findings are errors,
 * and cdk-nag's AwsSolutions looks beside it. What is not acknowledged with a reason throws.
 */
function synth(build: (app: App) => unknown): { readonly app: App; readonly outdir: string } {
  const outdir = mkdtempSync(join(tmpdir(), 'sallyport-synth-'));
  const before = process.env['CDK_VALIDATION'];
  process.env['CDK_VALIDATION'] = 'true';
  try {
    const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': true } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    build(app);
    app.synth();
    return { app, outdir };
  } catch (thrown) {
    rmSync(outdir, { recursive: true, force: true });
    throw thrown;
  } finally {
    if (before === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = before;
  }
}

describe('the schemas of CloudFormation, and cdk-nag', () => {
  let made: ReturnType<typeof synth>;
  beforeAll(() => {
    made = synth((app) => {
      for (const build of Object.values(stacks)) build(app);
    });
  }, 300_000);
  afterAll(() => made && rmSync(made.outdir, { recursive: true, force: true }));

  it(`find nothing in ${Object.keys(stacks).length} stacks`, () => {
    const templates = readdirSync(made.outdir).filter((name) => name.endsWith('.template.json'));
    expect(templates).toHaveLength(Object.keys(stacks).length);
  });

  it('have each acknowledged finding justified in a sentence', () => {
    const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
    const reasons = made.app.node
      .findAll()
      .flatMap((each: IConstruct) => each.node.metadata.filter((entry) => entry.type === key))
      .map((entry) => JSON.stringify(entry.data))
      // What the CDK acknowledges about its own constructs is not ours to justify.
      .filter((reason) => !reason.startsWith('{"CloudFormation-Validate::'));
    expect(reasons.length).toBeGreaterThan(20);
    for (const reason of reasons) expect(reason).toMatch(/[a-z] [a-z’]+ [a-z].{20,}\./);
  });

  const lint = spawnSync('cfn-lint', ['--version']).error === undefined;
  if (!lint) console.warn('cfn-lint is not installed: its second opinion is not heard here (pip install cfn-lint)');
  it.skipIf(!lint)('cfn-lint, where there is one, finds no error either', () => {
    const templates = readdirSync(made.outdir).filter((name) => name.endsWith('.template.json'));
    const run = () =>
      execFileSync('cfn-lint', ['--non-zero-exit-code', 'error', ...templates], {
        cwd: made.outdir,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(run).not.toThrow();
  });

  it('would have found a bucket without a rule for TLS, and a property that no resource has', () => {
    expect(() => synth((app) => new Bucket(new Stack(app, 'Open'), 'Bucket'))).toThrow();
    const misspelt = (app: App): CfnResource =>
      new CfnResource(new Stack(app, 'Misspelt'), 'Queue', {
        type: 'AWS::SQS::Queue',
        properties: { SqsManagedSseEnabled: true, VisibilityTimeot: 3 },
      });
    expect(() => synth(misspelt)).toThrow();
  });
});
