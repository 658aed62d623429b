import { createNativeWire } from '../../../../../src/dataset-io/storage/obs/native/index.js';
import { wireConformance } from '../wire-conformance.js';

wireConformance('native', createNativeWire, {
  signatures: ['obs', 'v2', 'v4'],
  pathStyle: ['obs', 'v2', 'v4'],
});
