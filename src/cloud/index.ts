export {
  configFileOf,
  type FindJsonFault,
  readProfiles,
  type SecretMember,
  type StoredProfile,
  type StoredSecret,
  saveProfile,
} from './config.js';
export {
  CredentialSource,
  Credentials,
  type CredentialsInit,
  type CredentialsProvider,
} from './credentials.js';
export { type Environment, type PlainProfile, profileOfEnvironment, variables } from './environment.js';
export { checkIdentity, type Identity, type IdentityOptions, resolveIdentity } from './identity.js';
export { isSecretName, maskAccessKey, redactFields, redactText, redactUrl } from './redact.js';
export { Secret } from './secret.js';
export type { CloudSettings, ObsSettings, SettingsWarning } from './settings.js';
