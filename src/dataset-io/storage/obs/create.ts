import { OptionError } from '../../../model/index.js';
import { ObsStorage, type ObsStorageOptions } from './obs-storage.js';
import type { ObsWire, WireSettings } from './wire.js';

export interface ObsSettings extends WireSettings, Omit<ObsStorageOptions, 'wire' | 'endpoint'> {
  /**
   * What makes the requests: `esdk`, the official package, or `native`, our own. Both do the same. Default `esdk`
   * for signatures `obs` and `v2` with addressing `virtual`; `native` for all else.
   */
  readonly engine?: 'esdk' | 'native' | undefined;
}

/**
 * Object storage at an endpoint. The engine is loaded at the first request.
 *
 * @throws OptionError for an engine that there is not
 */
export function createObsStorage(settings: ObsSettings): ObsStorage {
  const engine = settings.engine ?? defaultEngine(settings);
  if (engine !== 'esdk' && engine !== 'native') {
    throw new OptionError(`there is no engine ${JSON.stringify(engine)}`, { hint: 'Use esdk or native.' });
  }
  return new ObsStorage({ ...settings, wire: () => loadWire(engine, settings) });
}

/** The official package where it is at home. */
function defaultEngine({ signature = 'obs', addressing = 'virtual' }: ObsSettings): ObsWire['engine'] {
  return signature !== 'v4' && addressing === 'virtual' ? 'esdk' : 'native';
}

async function loadWire(engine: ObsWire['engine'], settings: ObsSettings): Promise<ObsWire> {
  if (engine === 'esdk') return await (await import('./esdk/index.js')).createEsdkWire(settings);
  return (await import('./native/index.js')).createNativeWire(settings);
}
