import { HttpWire, type Sender } from '../../src/dataset-io/storage/obs/http/http-wire.js';
import { NativeSender } from '../../src/dataset-io/storage/obs/native/native-wire.js';
import { type ObsWire, WireFault, type WireSettings } from '../../src/dataset-io/storage/obs/wire.js';

/**
 * The native engine with the append of Ceph, which is that of OBS under another verb: a real judge for the way lines
 * are appended. Signature v4 only: Ceph leaves `append` out of what v2 signs.
 */
export function createCephAppendWire(settings: WireSettings): ObsWire {
  const native = new NativeSender({ ...settings, signature: 'v4' });
  const sender: Sender = {
    send: (request, ...rest) =>
      native.send(request.operation === 'AppendObject' ? { ...request, method: 'PUT' } : request, ...rest),
    close: () => native.close(),
  };
  return new CephAppendWire('native', settings, sender);
}

class CephAppendWire extends HttpWire {
  override async appendObject(...request: Parameters<HttpWire['appendObject']>) {
    try {
      return await super.appendObject(...request);
    } catch (error) {
      if (!(error instanceof WireFault) || error.serviceCode !== 'BucketAlreadyExists') throw error;
      // Its name for the moment in which another append was quicker.
      const { kind, message, mayHaveApplied, status } = error;
      throw new WireFault(kind, message, mayHaveApplied, { status, serviceCode: 'PositionNotEqualToLength' });
    }
  }
}
