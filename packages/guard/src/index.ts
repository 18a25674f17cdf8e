export { addressPrefix } from './address-prefix.js';
export { type AddressClass, classifyAddress, classifyHost } from './addresses.js';
export { type AllowList, createAllowList } from './allow-list.js';
export { clientAddress, type ClientAddressOptions } from './client-address.js';
export {
  type Connector,
  type ConnectorCallback,
  type ConnectorOptions,
  createConnector,
  type Dial,
  type DialOptions,
  type GuardConnectorOptions,
  type Resolve,
  type ResolvedAddress,
} from './connector.js';
export { constantTimeEqual } from './constant-time-equal.js';
export { GuardError, type GuardErrorCode, isGuardError } from './errors.js';
export {
  forwardedOrigin,
  type ForwardedOrigin,
  type ForwardedOriginOptions,
  type RequestHeaders,
} from './forwarded.js';
export { isLoopbackAddress, isLoopbackHost } from './loopback.js';
export { createKeyring, type Keyring, type KeyringOptions, type SigningKey } from './keyring.js';
export { createOpaqueUrls, type OpaqueUrls, type OpaqueUrlsOptions } from './opaque-urls.js';
export { isPlainPath, isWithin } from './paths.js';
export {
  createViewerTokens,
  type PassVerdict,
  type PresentedPass,
  type ViewerPass,
  type ViewerTokens,
  type ViewerTokensOptions,
} from './viewer-tokens.js';
