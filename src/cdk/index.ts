/** The door `sallyport/cdk`: a document as an AWS stack. Needs `aws-cdk-lib`, `constructs` and `esbuild`, which are optional peers. */
export { RegionalApi, type RegionalApiProps, type UsagePlanProps } from './regional.ts';
export { ProtectedDistribution, type ProtectedDistributionProps } from './edge.ts';
export { ProtectedSocket, type ProtectedSocketProps } from './socket.ts';
export { PrivateForwarder, type PrivateForwarderProps } from './forwarder.ts';
export { SallyportWebAcl, type SallyportWebAclProps } from './web-acl.ts';
export { SallyportStores } from './stores.ts';
export { DoorFunction, type DoorFunctionProps } from './door-function.ts';
export { licenceScript, type LicenceScriptOptions } from './licence-script.ts';
