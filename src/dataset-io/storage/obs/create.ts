import { ObsStorage, type ObsStorageOptions } from './obs-storage.js';
import type { ObsWire, WireSettings } from './wire.js';

export interface ObsSettings extends WireSettings, Omit<ObsStorageOptions, 'wire' | 'endpoint'> {
  /** What makes the requests; so far there is one. Default `native`. */
  readonly engine?: 'native' | undefined;
}

/** Object storage at an endpoint. The engine is loaded at the first request. */
export function createObsStorage(settings: ObsSettings): ObsStorage {
  return new ObsStorage({ ...settings, wire: () => loadWire(settings) });
}

async function loadWire(settings: ObsSettings): Promise<ObsWire> {
  const { createNativeWire } = await import('./native/index.js');
  return createNativeWire(settings);
}
