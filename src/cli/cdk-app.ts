import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { isAbsolute, join, resolve } from 'node:path';
import { Sallyport } from '../cdk/sallyport.ts';
import { howToMake, proposedName } from '../cdk/secrets.ts';
import { documentSecrets } from '../lab/document-secrets.ts';
import { messageOf } from '../base/fault.ts';
import type { DocumentInput } from '../config/document.ts';
import { loadDocument } from './load.ts';

/** The CDK app of `sallyport deploy`: one document, one stack. The toolkit starts it; what it is to build stands in the environment. */
async function build(): Promise<void> {
  const { SALLYPORT_CONFIG, SALLYPORT_STACK, SALLYPORT_WEB_ACL, AWS_REGION, AWS_DEFAULT_REGION, CDK_OUTDIR } =
    process.env;
  const loaded = await loadDocument(SALLYPORT_CONFIG);
  // The firewall's rule files are named from the document's folder; what the toolkit named, from where it stands.
  if (CDK_OUTDIR) process.env['CDK_OUTDIR'] = resolve(CDK_OUTDIR);
  process.chdir(loaded.folder);
  const { rules = {}, ...document } = loaded.document as DocumentInput;
  const { modules = [], ...own } = rules;
  const webAcl = SALLYPORT_WEB_ACL === '1';
  const region = webAcl ? 'us-east-1' : AWS_REGION || AWS_DEFAULT_REGION;
  const named = { name: document.name ?? 'sallyport' };
  const secrets = Object.fromEntries(
    [...documentSecrets(loaded.document).keys()].map((name) => [name, proposedName(named, name)]),
  );
  const app = new App();
  const stack = new Stack(app, SALLYPORT_STACK ?? 'Sallyport', region ? { env: { region } } : {});
  const { parts, differences } = new Sallyport(stack, 'Sallyport', {
    // The modules are bundled into the functions; there is no file to load them from there.
    document: { ...document, rules: own },
    modules: modules.map((file) => (isAbsolute(file) ? file : join(loaded.folder, file))),
    webAcl,
    secrets,
  });
  for (const { part, why } of parts) process.stderr.write(`${part}: ${why}\n`);
  for (const [name, id] of Object.entries(secrets))
    process.stderr.write(`secret ${name}: "${id}" in Secrets Manager; make it if it is not there: ${howToMake(id)}\n`);
  // Alone in its stack, an output may have the name that it is spoken of by.
  const outputs = stack.node.findAll().filter((each) => each instanceof CfnOutput);
  for (const each of outputs)
    if (outputs.filter(({ node }) => node.id === each.node.id).length === 1) each.overrideLogicalId(each.node.id);
  for (const says of differences) process.stderr.write(`otherwise at CloudFront: ${says}\n`);
  app.synth();
}

try {
  await build();
} catch (thrown) {
  process.stderr.write(`sallyport: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
