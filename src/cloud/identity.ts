import { LabelkitError, OptionError } from '../model/index.js';
import {
  configFileOf,
  type FindJsonFault,
  keyMembers,
  readProfiles,
  type SecretMember,
  type StoredProfile,
  type StoredSecret,
  secretMembers,
} from './config.js';
import {
  CredentialSource,
  Credentials,
  type CredentialsInit,
  type CredentialsProvider,
} from './credentials.js';
import {
  credentialsOfEnvironment,
  type Environment,
  loginOfEnvironment,
  settingsOfEnvironment,
  variable,
  variables,
} from './environment.js';
import { type Login, loginOf } from './login.js';
import type { Secret } from './secret.js';
import {
  type CloudSettings,
  checkSettings,
  mergeSettings,
  type ObsSettings,
  type SettingsSource,
} from './settings.js';

/** Who asks the service, and how it is reached. Everything is optional: what is not said is looked for. */
export interface IdentityOptions extends CloudSettings {
  /** Access key id (AK); needs `secretKey`. */
  readonly accessKey?: string | undefined;
  /** Secret access key (SK). */
  readonly secretKey?: string | Secret | undefined;
  /** Comes with temporary keys. */
  readonly securityToken?: string | Secret | undefined;
  /** Name of the account (domain) of an IAM user; default: `username` is that of the account. */
  readonly account?: string | undefined;
  /** With `password`, instead of keys. */
  readonly username?: string | undefined;
  readonly password?: string | Secret | undefined;
  /** Gives keys when they are needed, and new ones before those end; instead of `accessKey`. */
  readonly credentials?: CredentialsProvider | undefined;
  /** A profile of the configuration file; default: what `LABELKIT_PROFILE` says. */
  readonly profile?: string | undefined;
  /** Decrypts what a profile stores as `{ "encrypted": … }`. */
  readonly decrypt?: ((encrypted: string, member: SecretMember) => string | Promise<string>) | undefined;
  /** Asked last, where nothing else has keys: a notebook, a machine with a role. Undefined from it: it has none either. */
  readonly ambient?: (() => Promise<CredentialsInit | undefined>) | undefined;
  /** Default: `LABELKIT_CONFIG`, else `labelkit/config.json` where the system keeps configuration. */
  readonly configFile?: string | undefined;
  /** Default `process.env`. */
  readonly environment?: Environment | undefined;
}

const settingNames = [
  'regionName',
  'projectId',
  'endpoint',
  'modelartsEndpoint',
  'iamEndpoint',
  'addressing',
  'signature',
  'caFile',
  'insecure',
  'allowHttp',
  'engine',
] as const satisfies readonly (keyof CloudSettings)[];

const optionNames: readonly string[] = [
  ...secretMembers,
  'account',
  'username',
  'credentials',
  'profile',
  'decrypt',
  'ambient',
  'configFile',
  'environment',
  ...settingNames,
] satisfies readonly (keyof IdentityOptions)[];

/**
 * Finds what can be wrong with options without reading anything.
 *
 * @param more  other options that the caller knows
 * @throws OptionError
 */
export function checkIdentity(options: IdentityOptions, more: readonly string[] = []): void {
  const known = [...optionNames, ...more];
  const given = (name: string) => (options as Record<string, unknown>)[name] !== undefined;
  for (const other of ['accessKey', 'credentials']) {
    if (given('password') && given(other)) {
      throw new OptionError(`password and ${other} are both given`, { hint: 'Give one of the two.' });
    }
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const camel = unknown.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    throw new OptionError(`there is no option ${JSON.stringify(unknown)}`, {
      hint: known.includes(camel) ? `Write it ${camel}.` : `Options are ${known.join(', ')}.`,
    });
  }
  if (given('accessKey') !== given('secretKey')) {
    const [there, missing] = given('accessKey') ? ['accessKey', 'secretKey'] : ['secretKey', 'accessKey'];
    throw new OptionError(`${there} is given, and ${missing} is not`, { hint: `Give ${missing} too.` });
  }
  if (given('securityToken') && !given('accessKey')) {
    throw new OptionError('securityToken is given without its keys', {
      hint: 'Give accessKey and secretKey too.',
    });
  }
  if (given('accessKey') && given('credentials')) {
    throw new OptionError('accessKey and credentials are both given', { hint: 'Give one of the two.' });
  }
  if (given('password') || given('username') || given('account')) loginOf(options, (member) => member);
  const keys = keysOfOptions(options);
  if (keys !== undefined) new Credentials(keys, 'the options');
  checkSettings(sourceOfOptions(options));
}

function keysOfOptions({
  accessKey,
  secretKey,
  securityToken,
}: IdentityOptions): CredentialsInit | undefined {
  if (accessKey === undefined || secretKey === undefined) return undefined;
  return { accessKey, secretKey, ...(securityToken === undefined ? {} : { securityToken }) };
}

function sourceOfOptions(options: IdentityOptions): SettingsSource {
  return { values: options, nameOf: (setting) => setting };
}

/** Keys and settings, put together from wherever they were found. */
export interface Identity {
  /** Keys; for a login the temporary ones that it is given. */
  readonly credentials: CredentialSource;
  /** Whose password proves who asks; undefined: the keys do. */
  readonly login: Login | undefined;
  readonly settings: ObsSettings;
}

/**
 * Looks for keys: in the options, the named profile, the environment, the profile `default`, and last at the
 * ambient provider. The first place that has any decides. Settings are taken one by one in the same order; the
 * profile `default` counts only where the environment has no keys. A password counts as keys do, where there are none.
 *
 * @param keysOfLogin gives temporary keys, where a password is what was found
 * @throws LabelkitError `CredentialsNotFound` that names the places; OptionError for what is wrong in one of them
 */
export async function resolveIdentity(
  options: IdentityOptions,
  findFault: FindJsonFault,
  keysOfLogin: CredentialsProvider,
): Promise<Identity> {
  const environment = options.environment ?? process.env;
  const configFile = options.configFile ?? configFileOf(environment);
  const wanted = options.profile ?? variable(environment, 'profile');
  const own = keysOfOptions(options);
  const settings = [sourceOfOptions(options)];
  const environmentSettings = settingsOfEnvironment(environment);
  checkSettings(environmentSettings);

  let provider: CredentialsProvider | undefined = options.credentials;
  let from = 'the options';
  if (own !== undefined) provider = async () => own;
  let login = options.password === undefined ? undefined : loginOf(options, (member) => member);
  const isFound = () => provider !== undefined || login !== undefined;

  let found: { profile: StoredProfile; name: string } | undefined;
  if (wanted !== undefined) {
    found = { profile: await namedProfile(configFile, wanted, options, findFault), name: wanted };
    settings.push(profileSettings(found, configFile));
    if (!isFound() && hasKeys(found.profile)) {
      provider = profileKeys(found, configFile, options);
      from = `the profile ${wanted}`;
    } else if (!isFound() && found.profile.password !== undefined) {
      login = await profileLogin(found, configFile, options);
      from = `the profile ${wanted}`;
    }
  }
  settings.push(environmentSettings);
  const fromEnvironment = isFound() ? undefined : credentialsOfEnvironment(environment);
  if (fromEnvironment !== undefined) {
    provider = async () => fromEnvironment;
    from = 'the environment';
  }
  if (!isFound()) {
    login = loginOfEnvironment(environment);
    if (login !== undefined) from = 'the environment';
  }
  if (!isFound() && wanted === undefined) {
    const profile = (await readProfiles(configFile, findFault))?.get('default');
    if (profile !== undefined) {
      found = { profile, name: 'default' };
      settings.push(profileSettings(found, configFile));
      from = 'the profile default';
      if (hasKeys(profile)) provider = profileKeys(found, configFile, options);
      else if (profile.password !== undefined) login = await profileLogin(found, configFile, options);
    }
  }
  if (!isFound() && options.ambient !== undefined) {
    const { ambient } = options;
    const first = await ambient();
    if (first !== undefined) {
      from = 'the ambient provider';
      provider = ambientKeys(ambient, first);
    }
  }
  if (login !== undefined) provider = keysOfLogin;
  if (provider === undefined) throw notFound(configFile, found?.name);
  return { credentials: new CredentialSource(provider, from), login, settings: mergeSettings(settings) };
}

/** What was given while looking is used before the provider is asked again. */
function ambientKeys(
  ambient: NonNullable<IdentityOptions['ambient']>,
  first: CredentialsInit,
): CredentialsProvider {
  let next: CredentialsInit | undefined = first;
  return async () => {
    const keys = next ?? (await ambient());
    next = undefined;
    if (keys === undefined) {
      throw new LabelkitError('CredentialsNotFound', 'the ambient provider gives no keys any more');
    }
    return keys;
  };
}

async function namedProfile(
  file: string,
  name: string,
  options: IdentityOptions,
  findFault: FindJsonFault,
): Promise<StoredProfile> {
  const profiles = await readProfiles(file, findFault);
  const profile = profiles?.get(name);
  if (profile !== undefined) return profile;
  const by = options.profile === undefined ? ` (${variables.profile})` : '';
  const names = [...(profiles?.keys() ?? [])];
  throw new OptionError(`there is no profile ${JSON.stringify(name)}${by} in ${file}`, {
    path: file,
    hint:
      profiles === undefined
        ? 'There is no such file.'
        : names.length === 0
          ? 'The file has no profiles.'
          : `It has ${names.join(', ')}.`,
  });
}

function hasKeys(profile: StoredProfile): boolean {
  return keyMembers.some((member) => profile[member] !== undefined);
}

async function profileLogin(
  { profile, name }: { profile: StoredProfile; name: string },
  file: string,
  options: IdentityOptions,
): Promise<Login> {
  const { account, username, password } = profile;
  return loginOf(
    {
      account,
      username,
      password:
        password === undefined ? undefined : await opened(password, 'password', { name, file, options }),
    },
    (member) => `${member} of the profile ${name} in ${file}`,
  );
}

/** What a profile stores as a secret, decrypted where it is encrypted. */
async function opened(
  stored: StoredSecret,
  member: SecretMember,
  { name, file, options }: { name: string; file: string; options: IdentityOptions },
): Promise<string> {
  if (typeof stored === 'string') return stored;
  const { decrypt } = options;
  if (decrypt === undefined) {
    throw new OptionError(`${member} of the profile ${name} in ${file} is encrypted`, {
      path: file,
      hint: 'Only a program that gives the session a decrypt function can use this profile.',
    });
  }
  return await decrypt(stored.encrypted, member);
}

function profileSettings(
  { profile, name }: { profile: StoredProfile; name: string },
  file: string,
): SettingsSource {
  return { values: profile, nameOf: (setting) => `${setting} of the profile ${name} in ${file}` };
}

function profileKeys(
  { profile, name }: { profile: StoredProfile; name: string },
  file: string,
  options: IdentityOptions,
): CredentialsProvider {
  const { accessKey, secretKey, securityToken, expiresAt } = profile;
  const missing = accessKey === undefined ? 'accessKey' : secretKey === undefined ? 'secretKey' : undefined;
  if (accessKey === undefined || secretKey === undefined) {
    throw new OptionError(`the profile ${name} in ${file} has no ${missing}`, {
      path: file,
      hint: 'Add it.',
    });
  }
  const open = (stored: StoredSecret, member: SecretMember) =>
    opened(stored, member, { name, file, options });
  return async () => ({
    accessKey: await open(accessKey, 'accessKey'),
    secretKey: await open(secretKey, 'secretKey'),
    ...(securityToken === undefined ? {} : { securityToken: await open(securityToken, 'securityToken') }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

function notFound(configFile: string, profile: string | undefined): LabelkitError {
  const where =
    profile === undefined
      ? `no profile in ${configFile}`
      : `the profile ${profile} in ${configFile} has none`;
  return new LabelkitError(
    'CredentialsNotFound',
    `no access key was found: ${variables.accessKey} and ${variables.secretKey} are not set, and ${where}`,
    {
      path: configFile,
      hint: `Set ${variables.accessKey}, ${variables.secretKey} and ${variables.regionName}, or name a profile with --session (option profile); labelkit login makes one.`,
    },
  );
}
