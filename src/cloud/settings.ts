import { OptionError } from '../model/index.js';
import { redactUrl } from './redact.js';

/** How object storage is reached. Options, profiles and variables all say these, one by one. */
export interface CloudSettings {
  /** Region id, `cn-north-4`; gives the endpoint where none is named. */
  readonly regionName?: string | undefined;
  /** Project id; object storage needs none. `auto`: the default project of the region, asked for when it is needed. */
  readonly projectId?: string | undefined;
  /** Address of the service instead of the region's, `https://obs.example.com` or with a port. */
  readonly endpoint?: string | undefined;
  /** Address of ModelArts instead of the region's. */
  readonly modelartsEndpoint?: string | undefined;
  /** Address of the identity service (IAM) instead of the region's. */
  readonly iamEndpoint?: string | undefined;
  /**
   * `virtual`: `bucket.host/key`, as OBS demands; `path`: `host/bucket/key`; `domain`: the host stands for the
   * bucket. Default `virtual`, and `path` where the endpoint is `localhost` or a number.
   */
  readonly addressing?: 'virtual' | 'path' | 'domain' | undefined;
  /** Default `obs`; `v2` and `v4` are for S3-compatible services. */
  readonly signature?: 'obs' | 'v2' | 'v4' | undefined;
  /** A PEM file of certificate authorities trusted besides the system's. */
  readonly caFile?: string | undefined;
  /** Do not check certificates: anybody in between can read and change everything. Default false. */
  readonly insecure?: boolean | undefined;
  /** Allow an `http://` endpoint that is not this machine: everything but the secret key is sent in the clear. Default false. */
  readonly allowHttp?: boolean | undefined;
  /** Who makes the requests: Huawei's SDK, or labelkit's own client. */
  readonly engine?: 'esdk' | 'native' | undefined;
}

/** Some settings from one place. */
export interface SettingsSource {
  readonly values: CloudSettings;
  /** What a setting is called there, for errors: `endpoint`, `LABELKIT_OBS_ENDPOINT`. */
  nameOf(setting: keyof CloudSettings): string;
}

/** `insecure`: others may read and change what is sent; `region`: the region may be misspelt. */
export interface SettingsWarning {
  readonly kind: 'insecure' | 'region';
  /** One sentence without a full stop. */
  readonly message: string;
}

/** What a client for object storage is made with. */
export interface ObsSettings {
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  /** Scheme, host and port; undefined where neither they nor a region are said. */
  readonly modelartsEndpoint: string | undefined;
  readonly iamEndpoint: string | undefined;
  readonly addressing: 'virtual' | 'path' | 'domain';
  readonly signature: 'obs' | 'v2' | 'v4';
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly engine: 'esdk' | 'native' | undefined;
  /** What is allowed and not wise. */
  readonly warnings: readonly SettingsWarning[];
}

const choices = {
  addressing: ['virtual', 'path', 'domain'],
  signature: ['obs', 'v2', 'v4'],
  engine: ['esdk', 'native'],
} as const;

const endpointSettings = ['endpoint', 'modelartsEndpoint', 'iamEndpoint'] as const;

const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-[0-9]+[a-z]?$/;
const knownRegions = new Set(['cn-north-1', 'cn-north-4', 'cn-north-9', 'cn-east-3', 'cn-south-1']);

/** @throws OptionError for a value that is none of its setting, from callers without types and from files */
export function checkSettings({ values, nameOf }: SettingsSource): void {
  for (const setting of ['regionName', 'projectId', ...endpointSettings, 'caFile'] as const) {
    const value: unknown = values[setting];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new OptionError(`${nameOf(setting)} is no text`);
  }
  for (const setting of ['insecure', 'allowHttp'] as const) {
    const value: unknown = values[setting];
    if (value !== undefined && typeof value !== 'boolean')
      throw new OptionError(`${nameOf(setting)} is ${JSON.stringify(value)}`, { hint: 'Say true or false.' });
  }
  for (const [setting, known] of Object.entries(choices) as ['addressing', readonly string[]][]) {
    const value = values[setting];
    if (value !== undefined && !known.includes(value)) {
      throw new OptionError(`${nameOf(setting)} is ${JSON.stringify(value)}`, {
        hint: `It is one of ${known.join(', ')}.`,
      });
    }
  }
  for (const setting of endpointSettings) {
    const endpoint = values[setting];
    if (endpoint !== undefined) endpointOf(endpoint, nameOf(setting));
  }
}

/**
 * Puts the settings of several places together, those of the first place foremost.
 *
 * @throws OptionError when they do not fit together, or say neither endpoint nor region
 */
export function mergeSettings(sources: readonly SettingsSource[]): ObsSettings {
  const pick = <K extends keyof CloudSettings>(setting: K) => {
    const source = sources.find(({ values }) => values[setting] !== undefined);
    return { value: source?.values[setting], by: source?.nameOf(setting) ?? setting };
  };
  const region = pick('regionName');
  const endpoint = pick('endpoint');
  const engine = pick('engine');
  const signature = pick('signature').value ?? 'obs';
  const insecure = pick('insecure').value ?? false;
  const warnings: SettingsWarning[] = [];
  if (insecure)
    warnings.push({
      kind: 'insecure',
      message: 'certificates are not checked (insecure): anybody in between can read and change everything',
    });
  const url =
    endpoint.value === undefined
      ? regionUrl('obs', region, warnings)
      : endpointOf(endpoint.value, endpoint.by);
  const allowHttp = pick('allowHttp').value === true;
  checkEncrypted(url, endpoint.by, allowHttp, warnings);
  const serviceUrl = (setting: 'modelartsEndpoint' | 'iamEndpoint', service: 'modelarts' | 'iam') => {
    const { value, by } = pick(setting);
    // Services that are like OBS have regions of any name, and no ModelArts.
    if (value === undefined)
      return regionPattern.test(region.value ?? '') ? regionUrl(service, region, []).origin : undefined;
    const named = endpointOf(value, by);
    checkEncrypted(named, by, allowHttp, warnings);
    return named.origin;
  };
  const addressing = pick('addressing').value ?? (isNumberOrLocal(url.hostname) ? 'path' : 'virtual');
  const bucket = /^(.+)\.obs\.[a-z0-9-]+\.myhuaweicloud\.com$/.exec(url.hostname)?.[1];
  if (bucket !== undefined && addressing !== 'domain') {
    throw new OptionError(`${endpoint.by} has a bucket in it, ${bucket}`, {
      hint: `Leave it out: https://${url.host.slice(bucket.length + 1)}`,
    });
  }
  if (signature === 'v4' && engine.value === 'esdk') {
    throw new OptionError(`${engine.by} is esdk, which knows no signature v4`, {
      hint: 'Say engine native, or leave it out.',
    });
  }
  return {
    endpoint: url.origin,
    region: region.value,
    projectId: pick('projectId').value,
    modelartsEndpoint: serviceUrl('modelartsEndpoint', 'modelarts'),
    iamEndpoint: serviceUrl('iamEndpoint', 'iam'),
    addressing,
    signature,
    caFile: pick('caFile').value,
    insecure,
    engine: engine.value ?? (signature === 'v4' ? 'native' : undefined),
    warnings,
  };
}

/** @throws OptionError for an address that is in the clear, unless that is allowed */
function checkEncrypted(url: URL, by: string, allowHttp: boolean, warnings: SettingsWarning[]): void {
  if (url.protocol !== 'http:' || isLoopback(url.hostname)) return;
  if (!allowHttp) {
    throw new OptionError(`${by} is ${url.origin}, which is not encrypted`, {
      hint: 'Use https://, or allow it with allowHttp (LABELKIT_OBS_ALLOW_HTTP=true).',
    });
  }
  warnings.push({
    kind: 'insecure',
    message: `${url.origin} is not encrypted: what is read and written can be seen and changed on the way`,
  });
}

function regionUrl(
  service: 'obs' | 'modelarts' | 'iam',
  { value, by }: { value: string | undefined; by: string },
  warnings: SettingsWarning[],
): URL {
  if (value === undefined) {
    throw new OptionError('no region is given, so there is no service to ask', {
      hint: 'Say HUAWEICLOUD_SDK_REGION=cn-north-4 (option regionName), or name LABELKIT_OBS_ENDPOINT (option endpoint).',
    });
  }
  if (!regionPattern.test(value)) {
    throw new OptionError(`${by} is ${JSON.stringify(value)}, which is no region id`, {
      hint: 'Region ids look like cn-north-4.',
    });
  }
  if (!knownRegions.has(value))
    warnings.push({ kind: 'region', message: `${value} is none of the regions that are known here` });
  return new URL(`https://${service}.${value}.myhuaweicloud.com`);
}

function endpointOf(text: string, by: string): URL {
  const refuse = (why: string, hint: string) =>
    new OptionError(`${by} is ${JSON.stringify(redactUrl(text))}, ${why}`, { hint });
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw refuse('which is no address of a service', 'Write it as https://obs.example.com.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw refuse('with a user name in it', 'Give keys as accessKey and secretKey.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refuse(
      'with something after the host',
      'Leave out the path; buckets are named in obs://bucket/key.',
    );
  return url;
}

/** True for names and numbers that mean this machine. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}

/** True where no `bucket.` can stand before the host. */
function isNumberOrLocal(host: string): boolean {
  return host === 'localhost' || host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
