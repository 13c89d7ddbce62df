import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { networkLink } from './lib/part-stacks.ts';

process.env['CDK_VALIDATION'] = 'false';

describe('an API before a network load balancer', () => {
  it('goes to its listener over the link, may speak to its group and port only, and asks the rules each time', () => {
    const template = Template.fromStack(networkLink(new App()));
    const [listener] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::Listener'));
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'HTTP_PROXY',
      ConnectionType: 'VPC_LINK',
      ConnectionId: { Ref: Match.stringLikeRegexp('Link') },
      IntegrationUri: { Ref: listener },
      IntegrationMethod: 'ANY',
      RequestParameters: { 'overwrite:path': '$request.path' },
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Type: 'network',
      Scheme: 'internal',
      SecurityGroups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Target'), 'GroupId'] }],
    });
    const target = { 'Fn::GetAtt': [Match.stringLikeRegexp('Target'), 'GroupId'] };
    const ports = { FromPort: 8080, ToPort: 8080, IpProtocol: 'tcp' };
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { ...ports, DestinationSecurityGroupId: target });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { ...ports, GroupId: target });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
    });
    template.resourceCountIs('AWS::Lambda::Function', 1);
    // `{proxy+}` is one segment or more, so `/` alone would be API Gateway's 404.
    for (const RouteKey of ['ANY /{proxy+}', 'ANY /'])
      template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey, AuthorizationType: 'CUSTOM' });
  });

  it('a balancer without a group ends the synth with the fix', () => {
    expect(() => networkLink(new App(), false)).toThrow(/no security group.*make it with `securityGroups: \[group\]`/);
  });
});
