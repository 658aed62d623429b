import { type ObsServer, type ObsServerOptions, startObsServer } from '../obs/index.js';
import { accessKey, projectId, region, secretKey } from './iam.js';
import { ServiceStandIn, type StandInOptions } from './standin.js';

/** Object storage and services that know the same keys. */
export interface StandIns {
  readonly obs: ObsServer;
  readonly service: ServiceStandIn;
  /** What a program needs to find them and to be let in. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts both; `buckets` default to one that is called `data`. */
export async function startStandIns(
  options: Omit<StandInOptions, 'obs' | 'port'> & {
    readonly buckets?: readonly string[];
    readonly ports?: { readonly obs: number; readonly service: number };
    readonly obs?: Omit<ObsServerOptions, 'accessKey' | 'secretKey' | 'buckets' | 'region' | 'port'>;
  } = {},
): Promise<StandIns> {
  const { buckets = ['data'], ports, obs: obsOptions, ...rest } = options;
  const obs = await startObsServer({
    ...(rest.now !== undefined && { clock: rest.now }),
    ...obsOptions,
    accessKey,
    secretKey,
    region,
    buckets,
    port: ports?.obs ?? 0,
  });
  const service = await ServiceStandIn.start({ ...rest, obs, port: ports?.service ?? 0 });
  return {
    obs,
    service,
    environment: {
      HUAWEICLOUD_SDK_AK: accessKey,
      HUAWEICLOUD_SDK_SK: secretKey,
      HUAWEICLOUD_SDK_REGION: region,
      HUAWEICLOUD_SDK_PROJECT_ID: projectId,
      LABELKIT_OBS_ENDPOINT: obs.endpoint,
      LABELKIT_MODELARTS_ENDPOINT: service.endpoint,
      LABELKIT_IAM_ENDPOINT: service.endpoint,
    },
    async close() {
      await obs.close();
      await service.close();
    },
  };
}
